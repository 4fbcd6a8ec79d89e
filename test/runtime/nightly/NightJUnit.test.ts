import { assert, describe, it } from "@effect/vitest"
import * as NightJUnit from "../../../runtime/nightly/NightJUnit.ts"
import { hostile, report, row } from "./reports.ts"

describe("NightJUnit", () => {
  it("has a case for each comparison, failure and broken file", () => {
    const written = NightJUnit.of(report())
    assert.include(written, `<testsuites name="ballast nightly" tests="5" failures="1" errors="2">`)
    assert.include(written, `<testsuite name="cold" tests="4" failures="1" errors="1" skipped="1">`)
    assert.include(written, `<testcase classname="cold.clip (wasm on cpu x64 1 thread)" name="loss"><failure message="regressed: it is higher">regressed: it is higher</failure></testcase>`)
    assert.include(written, `name="seed 3 of mx2-1"><error message="the loss is NaN">`)
  })

  it("stays the same XML whatever things are called", () => {
    const elements = (text: string): ReadonlyArray<string> => [...text.matchAll(/<\/?([a-z-]+)/g)].map(([element]) => element)
    const named = row({ experiment: hostile, arm: hostile, reason: hostile })
    const written = NightJUnit.of(report({ comparisons: [named] }))
    assert.deepStrictEqual(elements(written), elements(NightJUnit.of(report({ comparisons: [row({ experiment: "other" })] }))))
    // oxlint-disable-next-line no-control-regex
    assert.notMatch(written, /[\u0000-\u0008\uffff]/)
  })
})
