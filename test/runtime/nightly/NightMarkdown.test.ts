import { assert, describe, it } from "@effect/vitest"
import * as NightMarkdown from "../../../runtime/nightly/NightMarkdown.ts"
import { hostile, report, row } from "./reports.ts"

describe("NightMarkdown", () => {
  it("begins with what is worse, and folds what is the same", () => {
    const lines = NightMarkdown.of(report()).split("\n")
    assert.strictEqual(lines[0], "## Night: regressed")
    assert.include(lines[2], "1 regressed, 1 new, 1 same. night mx1 of cccccccccccc, begun")
    assert.include(lines, "| cold | clip | loss | 2.000 | 3.000 | 0.001000 | 5 / 10 | **regressed** | it is higher |")
    assert.isAbove(lines.findIndex((line) => line.includes("accuracy")), lines.indexOf("<details><summary>1 the same</summary>"))
    assert.include(lines, "- cold, clip, seed 3 failed: the loss is NaN (mx2-1)")
    const advice = /^- to compare what is new with something: npx ballast nightly accept LAUNCH --reason WHY/m
    assert.match(NightMarkdown.of(report()), advice)
    assert.notMatch(NightMarkdown.of(report({ comparisons: [row()] })), advice)
  })

  it("counts faults and attempts in whole numbers", () => {
    const written = NightMarkdown.of(report({ comparisons: [row({ metric: "attempts", baseline: 1, observed: 2 })] }))
    assert.include(written, "| attempts | 1 | 2 |")
  })

  it("shows names as they are", () => {
    const written = NightMarkdown.of(report({ comparisons: [row({ arm: hostile, reason: hostile })], failed: [], broken: [] }))
    assert.notInclude(written, "<script>")
    assert.notMatch(written, /@team/)
  })
})
