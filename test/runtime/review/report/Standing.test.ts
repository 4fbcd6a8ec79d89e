import { assert, describe, it } from "@effect/vitest"
import * as Standing from "../../../../runtime/review/report/Standing.ts"
import * as reports from "./reports.ts"

const nothing = { findings: [] }
const { approval, calm, diff, violation } = reports

const kindsOf = (...objections: Parameters<typeof diff>[0] & object) => (approved: boolean) =>
  Standing.of({ approved, diff: { ...calm, policy: { file: "ballast.policy.ts", objections } }, lint: nothing })

describe("Standing", () => {
  it("has nothing against a change that broadens nothing", () => {
    assert.deepStrictEqual(Standing.of({ approved: false, diff: calm, lint: nothing }), [])
    assert.deepStrictEqual(Standing.of({ approved: false, diff: { ...calm, policy: null }, lint: nothing }), [])
  })

  it("lets an approval answer what broadens, and no violation", () => {
    assert.deepStrictEqual(kindsOf(approval, approval)(false), [{ kind: "approval", count: 2 }])
    assert.deepStrictEqual(kindsOf(approval, approval)(true), [])
    assert.deepStrictEqual(kindsOf(violation, approval)(true), [{ kind: "violation", count: 1 }])
  })

  it("counts refused experiments, new errors of a plan, and errors in the source alone", () => {
    const changed = diff([])
    const [arm] = changed.experiments.flatMap(({ arms }) => arms)
    const [experiment] = changed.experiments
    if (arm === undefined || experiment === undefined) return assert.fail("nothing changed")
    const error = { rule: "length/below-epoch", severity: "error", path: "length", message: "m" } as const
    const wrong = { ...arm, findings: { came: [error, { ...error, severity: "warning" as const }], went: [error] } }
    assert.deepStrictEqual(
      Standing.of({
        approved: false,
        diff: { ...changed, experiments: [{ ...experiment, status: "refused" }, { ...experiment, status: "changed", arms: [wrong] }] },
        lint: { findings: [{ severity: "error" }, { severity: "error" }, { severity: "warning" }] }
      }).map(Standing.say),
      ["1 experiment refused", "1 new error of a plan", "2 errors in the source"]
    )
  })
})
