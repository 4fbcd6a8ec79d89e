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

  it("offers no way to accept an error or advice, and asks nothing where one is accepted", () => {
    for (const severity of ["error", "advice"] as const) {
      assert.include(Findings.remedy(finding(severity)), "Clip.globalNorm(1)")
      assert.notInclude(Findings.remedy(finding(severity)), "Recipe.accept")
      assert.isNull(Findings.remedy(finding(severity, "new/rule")))
    }
    assert.isNull(Findings.remedy({ ...finding("advice"), accepted: "it is the question" }))
  })

  it("writes code as the author would, without the marks around it", () => {
    assert.notInclude(Texts.plain(Findings.of([finding("warning")], 100)), "`")
  })

  it("writes a finding that arms share once, with their names, and the gravest first", () => {
    const arms = [
      { arm: "a", findings: [finding("warning")] },
      { arm: "b", findings: [finding("advice", "c/d"), finding("warning"), finding("error", "a/b")] }
    ]
    const heads = Texts.plain(Findings.ofArms(arms, 100)).split("\n").filter((line) => /^ {2}\w/.test(line))
    assert.deepStrictEqual(heads, [
      "  error    a/b at clip (b)",
      "  warning  clip/off-on-cold-start at clip (a, b)",
      "  advice   c/d at clip (b)"
    ])
    assert.include(Texts.plain(Findings.ofArms(arms.slice(0, 1), 100)), "clip/off-on-cold-start at clip\n")
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
