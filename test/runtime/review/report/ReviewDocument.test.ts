import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as ReviewDocument from "../../../../runtime/review/report/ReviewDocument.ts"
import * as reports from "./reports.ts"

const read = (document: object) => ReviewDocument.read(reports.written(document))

const refusal = (text: string): string =>
  Result.match(ReviewDocument.read(text), { onSuccess: () => assert.fail("it was read"), onFailure: (reason) => reason })

describe("ReviewDocument", () => {
  it("reads what it writes", () => {
    const { report } = reports
    assert.deepStrictEqual(Result.getOrThrow(read(report)), JSON.parse(reports.written(report)))
    assert.isFalse(report.passed)
    assert.isTrue(ReviewDocument.make(reports.calm, [], false).passed)
  })

  it("reads numbers that JSON has no name for", () => {
    const { diff } = reports.report
    const cost = [{ name: "seconds" as const, before: Infinity, after: 1 }]
    const experiments = diff.experiments.map((experiment) => ({
      ...experiment,
      arms: experiment.arms.map((arm) => ({ ...arm, cost }))
    }))
    const { diff: found } = Result.getOrThrow(read({ ...reports.report, diff: { ...diff, experiments } }))
    assert.strictEqual(found.experiments.find(({ arms }) => arms.length > 0)?.arms[0]?.cost[0]?.before, Infinity)
  })

  it("judges anew what a report says of itself", () => {
    const found = Result.getOrThrow(read({ ...reports.report, passed: true, stands: [] }))
    assert.isFalse(found.passed)
    assert.deepStrictEqual(found.stands, reports.report.stands)
  })

  it("refuses what is no report, and says where", () => {
    const { report } = reports
    assert.strictEqual(refusal("{"), "it is no JSON")
    assert.match(refusal("null"), /expected/)
    assert.match(refusal(reports.written({ ...report, format: "ballast.review/2" })), /^format: /)
    assert.match(refusal(reports.written({ ...report, approved: "yes" })), /^approved: /)
    assert.match(refusal(reports.written({ ...report, diff: { ...report.diff, experiments: {} } })), /^diff\.experiments: /)
    assert.match(refusal(reports.written({ ...report, diff: { ...report.diff, unchanged: Infinity } })), /^diff\.unchanged: /)
    assert.match(refusal(reports.written({ ...report, diff: { ...report.diff, besides: ["x".repeat(1 << 19)] } })), /^diff\.besides\.0: /)
    assert.match(refusal(reports.written({ ...report, diff: { ...report.diff, besides: Array.from({ length: 20_000 }, () => "x") } })), /^diff\.besides: /)
    assert.match(refusal(`{"a":`.repeat(100_000) + "1" + "}".repeat(100_000)), /^format: /)
  })

  it("takes nothing from keys that it does not know", () => {
    const text = reports.written(reports.report).replace("{", `{"__proto__":{"passed":true,"polluted":1},"constructor":{"prototype":{"polluted":1}},`)
    const found = Result.getOrThrow(ReviewDocument.read(text))
    assert.notProperty({}, "polluted")
    assert.notProperty(found, "polluted")
    assert.strictEqual(Object.getPrototypeOf(found), Object.prototype)
    const nested = reports.written(reports.report).replace(`"diff":{`, `"diff":{"__proto__":{"policy":null},`)
    assert.strictEqual(Result.getOrThrow(ReviewDocument.read(nested)).diff.policy?.objections.length, 2)
  })
})
