import { assert, describe, it } from "@effect/vitest"
import * as NightPage from "../../../runtime/nightly/NightPage.ts"
import { hostile, report, row } from "./reports.ts"

describe("NightPage", () => {
  it("has every figure against its baseline, with its interval", () => {
    const page = NightPage.of(report())
    assert.include(page, "<h1>Night: <span class=\"bad\">regressed</span></h1>")
    for (const said of ["+1.000 (+0.5000 to +1.500)", "wasm on cpu x64 1 thread", "the loss is NaN", "made once more"]) assert.include(page, said)
  })

  it("runs nothing of what things are called", () => {
    const page = NightPage.of(report({ comparisons: [row({ experiment: hostile, arm: hostile, reason: hostile })] }))
    assert.notInclude(page, "<script>")
    assert.include(page, "default-src 'none'")
  })
})
