import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Listing } from "../../../../runtime/engine/Engines.ts"
import * as Engines from "../../../../runtime/run/doctor/Engines.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { look } from "./looking.ts"

const wasm: Listing = { engine: "wasm", usable: true, version: "4.22.0", device: "cpu", threads: 1, passes: true, reason: null }
const tensorflow: Listing = { ...wasm, engine: "tensorflow", version: "2.21.0", threads: 2 }
const absent = { usable: false, version: null, device: null, threads: null, passes: null } as const

describe("Engines", () => {
  it("says of each whether it can be used, and which one auto takes", () => {
    const found = Engines.judge([tensorflow, wasm])
    assert.deepStrictEqual(found.map(({ name, status }) => [name, status]), [
      ["engine tensorflow", "ok"],
      ["engine wasm", "ok"],
      ["engine auto", "ok"]
    ])
    assert.strictEqual(found[0]?.found, "2.21.0 on the cpu, 2 threads; passes its reference cases")
    assert.strictEqual(found[2]?.found, "takes tensorflow: the first choice")
  })

  it("passes over one that computes wrongly, and says what shows how", () => {
    const reason = "3 of 133 reference cases fail, so that auto passes it over (npx ballast engine check tensorflow)"
    const [first, , auto] = Engines.judge([{ ...tensorflow, passes: false, reason }, wasm])
    assert.deepStrictEqual([first?.status, first?.remedy], ["warning", "npx ballast engine check tensorflow"])
    assert.include(first?.found, "3 of 133 reference cases fail")
    assert.strictEqual(auto?.found, "takes wasm: tensorflow is passed over: it fails reference cases")
  })

  it("warns where reference cases have not run, and takes the engine all the same", () => {
    const [first, , auto] = Engines.judge([{ ...tensorflow, passes: null }, wasm])
    assert.deepStrictEqual([first?.status, first?.remedy], ["warning", "npx ballast engine check tensorflow"])
    assert.include(auto?.found, "takes tensorflow")
  })

  it("fails where none can be used", () => {
    const reason = "it does not load: this processor lacks instructions that TensorFlow is built for (AVX)"
    const found = Engines.judge([
      { ...tensorflow, ...absent, reason },
      { ...wasm, ...absent, reason: "WebAssembly's SIMD instructions are missing" }
    ])
    assert.deepStrictEqual(found.map(({ status }) => status), ["warning", "warning", "failed"])
    assert.include(found[0]?.remedy, "engine install tensorflow --remove")
    assert.match(found[2]?.found ?? "", /no engine can be used here; tensorflow is passed over: .*AVX.*; wasm is passed over/)
  })

  it.effect("looks at those of this host: without one that is installed, the command that installs it", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const [first, own, auto] = look(Engines.check, {}, { environment: { BALLAST_ENGINES: folder } })
        assert.deepStrictEqual([first?.name, first?.status], ["engine tensorflow", "warning"])
        assert.strictEqual(first?.remedy, "npx ballast engine install tensorflow")
        assert.deepStrictEqual([own?.name, own?.status, own?.remedy], ["engine wasm", "warning", "npx ballast engine check wasm"])
        assert.match(auto?.found ?? "", /^takes wasm: tensorflow is passed over: not installed/)
      })
    ))
})
