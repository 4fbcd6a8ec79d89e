import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { binary, compile } from "./simd.ts"

describe("The wasm engine's kernels", () => {
  it("are what their source compiles to, byte by byte", async () => {
    const compiled = Buffer.from(await compile())
    assert.isTrue(compiled.equals(fs.readFileSync(binary)), "kernels.wasm is not up to date: npm run build:simd")
  })
})
