import { assert, describe, it } from "@effect/vitest"
import * as Finding from "../../../runtime/plan/Finding.ts"

const warning: Finding.Finding = { rule: "a/b", severity: "warning", path: "clip", message: "so it is" }
const error: Finding.Finding = { ...warning, severity: "error" }

describe("Finding.answered", () => {
  it("makes an accepted warning advice that carries the reason, the last one given", () => {
    const accepted = [
      { rule: "a/b", reason: "first" },
      { rule: "c/d", reason: "other" },
      { rule: "a/b", reason: "last" }
    ]
    assert.deepStrictEqual(Finding.answered(warning, accepted), {
      ...warning,
      severity: "advice",
      message: "so it is (accepted: last)",
      accepted: "last"
    })
  })

  it("leaves an error an error, and says so", () => {
    assert.deepStrictEqual(Finding.answered(error, [{ rule: "a/b", reason: "because" }]), {
      ...error,
      message: "so it is (an error cannot be accepted)"
    })
  })

  it("leaves what no answer is for", () => {
    for (const finding of [warning, error]) {
      assert.deepStrictEqual(Finding.answered(finding, [{ rule: "a", reason: "because" }]), finding)
      assert.deepStrictEqual(Finding.answered(finding, []), finding)
    }
  })
})
