import { assert, describe, it } from "@effect/vitest"
import * as NightPage from "../../../runtime/nightly/NightPage.ts"
import { hostile, report, row } from "./reports.ts"

describe("NightPage", () => {
  it("has every figure against its baseline, with its interval", () => {
    const page = NightPage.of(report())
    assert.include(page, "<h1>Night: <span class=\"bad\">regressed</span></h1>")
    for (const said of [">+1.000<", ">+0.5000 to +1.500<", "wasm on cpu x64 1 thread", "the loss is NaN", "once more, for a repeat"]) assert.include(page, said)
  })

  it("writes differences in the unit of their figures", () => {
    const memory = row({ metric: "memory", baseline: 412e6, observed: 380e6, shift: { shift: -32e6, low: -40e6, high: 1e6 }, floor: 20.6e6 })
    const clipped = row({ metric: "clipRate", shift: { shift: 0.115, low: 0.1, high: 0.12 }, floor: 0.02 })
    const page = NightPage.of(report({ comparisons: [memory, clipped] }))
    for (const said of ["\u221232.0 MB", "\u221240.0 MB to +1.00 MB", "20.6 MB", "+11.5 points", "+10 points to +12 points", "2 points"]) assert.include(page, `>${said}<`)
  })

  it("runs nothing of what things are called", () => {
    const page = NightPage.of(report({ comparisons: [row({ experiment: hostile, arm: hostile, reason: hostile })] }))
    assert.notInclude(page, "<script>")
    assert.include(page, "default-src 'none'")
  })
})
