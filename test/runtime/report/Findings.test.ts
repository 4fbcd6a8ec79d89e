import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import type { Finding, Severity } from "../../../runtime/plan/Finding.ts"
import * as Findings from "../../../runtime/report/Findings.ts"
import * as Texts from "./texts.ts"

const finding = (severity: Severity, rule = "clip/off-on-cold-start"): Finding => ({
  rule,
  severity,
  path: "clip",
  message: "a cold start without clipping and warmup"
})

describe("Findings", () => {
  it("says what to do about a warning, and how to answer it in the source", () => {
    const remedy = Findings.remedy(finding("warning"))
    assert.include(remedy, "Clip.globalNorm(1)")
    assert.include(remedy, "Recipe.accept(\"clip/off-on-cold-start\"")
    assert.include(Findings.remedy(finding("warning", "new/rule")), "Recipe.accept(\"new/rule\"")
  })

  it("offers no way to accept an error, and asks nothing of advice", () => {
    assert.notInclude(Findings.remedy(finding("error")) ?? "", "Recipe.accept")
    assert.isNull(Findings.remedy(finding("error", "new/rule")))
    assert.isNull(Findings.remedy(finding("advice")))
  })

  it("counts by severity", () => {
    assert.isNull(Findings.counted([]))
    assert.strictEqual(
      Findings.counted([finding("error"), finding("warning"), finding("warning"), finding("advice")]),
      "1 error, 2 warnings, 1 of advice"
    )
  })

  it("fits, whatever it says", () => {
    FastCheck.assert(FastCheck.property(Texts.text, Texts.text, Texts.columns, (path, message, columns) => {
      Texts.assertFits(Findings.of([{ ...finding("warning"), path, message }], columns), columns)
    }))
  })
})
