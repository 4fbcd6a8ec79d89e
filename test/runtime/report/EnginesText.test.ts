import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as EnginesText from "../../../runtime/report/EnginesText.ts"
import { assertGolden } from "./golden.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

describe("EnginesText", () => {
  it("lists engines, and why one cannot be used", () =>
    assertGolden("engine-list", EnginesText.list(Samples.engines, 80)))

  it("writes how engines did on the reference cases", () =>
    assertGolden("engine-check", EnginesText.check(Samples.checked, 80)))

  it("names the engine that is taken: the first that works", () => {
    assert.include(Texts.plain(EnginesText.list(Samples.engines, 80)), "--engine auto takes wasm")
    assert.include(Texts.plain(EnginesText.list(Samples.engines.slice(0, 1), 80)), "no engine can be used here")
    const wrong = Samples.engines.map((engine) => ({ ...engine, usable: true, passes: engine.engine === "wasm" }))
    assert.include(Texts.plain(EnginesText.list(wrong, 80)), "--engine auto takes wasm")
    assert.include(
      Texts.plain(EnginesText.list(wrong.map((engine) => ({ ...engine, passes: null })), 80)),
      "--engine auto takes tensorflow"
    )
  })

  it("passes only where every case did, and there was one", () => {
    assert.include(Texts.plain(EnginesText.check(Samples.checked.slice(1), 80)), "passed: 1 case")
    assert.include(Texts.plain(EnginesText.check(Samples.checked, 80)), "failed: 1 of 4 cases")
    assert.include(Texts.plain(EnginesText.check([], 80)), "no case ran")
  })

  it("fits, whatever an engine says", () => {
    FastCheck.assert(FastCheck.property(Texts.text, Texts.text, Texts.columns, (name, reason, columns) => {
      const row = { engine: name, usable: false, version: reason, device: null, threads: 2, reason }
      Texts.assertFits(EnginesText.list([row, ...Samples.engines], columns), columns)
      const cases = [{ case: name, ok: false, error: reason }]
      Texts.assertFits(EnginesText.check([{ engine: name, passed: 0, failed: 1, cases }], columns), columns)
    }))
  })
})
