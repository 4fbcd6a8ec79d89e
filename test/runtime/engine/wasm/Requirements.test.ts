import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as Requirements from "../../../../runtime/engine/wasm/Requirements.ts"

const program = `
const { obstacle } = await import(${JSON.stringify(new URL("../../../../runtime/engine/wasm/Requirements.ts", import.meta.url))})
process.stdout.write(String(obstacle()))
`

/** Asks a Node that was started with flags. */
const obstacle = (...flags: ReadonlyArray<string>): string =>
  execFileSync(process.execPath, [...flags, "--input-type=module", "--eval", program], { encoding: "utf8" })

describe("The wasm engine's requirements", () => {
  it("are met here", () => {
    assert.isNull(Requirements.obstacle())
    assert.match(Requirements.version(), /^\d+\.\d+\.\d+$/)
    assert.strictEqual(obstacle(), "null")
  })

  it.runIf(process.arch === "x64")("name SIMD where the processor lacks it", () => {
    assert.match(obstacle("--no-enable-ssse3"), /^WebAssembly's SIMD instructions are missing/)
  })
})
