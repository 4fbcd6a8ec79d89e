import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as LintText from "../../../runtime/report/LintText.ts"
import * as Texts from "./texts.ts"

const finding: LintText.SourceFinding = {
  rule: {
    id: "source/random",
    severity: "error",
    why: "nobody can repeat what was trained",
    wayOut: "write the values down, or let `seeds` draw"
  },
  message: "Math.random draws anew each time",
  start: { line: 2, column: 11 },
  end: { line: 2, column: 22 },
  fixable: false,
  suppressible: true
}

const file: LintText.SourceFile = {
  file: "experiments/e.ts",
  lines: ["", "const x = Math.random()", ""],
  findings: [],
  suppressed: [],
  fixed: 0
}

const shown = (files: ReadonlyArray<LintText.SourceFile>, columns = 80): string => Texts.plain(LintText.of(files, columns))

describe("LintText", () => {
  it("says where, what, why, and what to do", () => {
    const warning = { ...finding, rule: { ...finding.rule, id: "suppress/unused", severity: "warning" as const }, fixable: true, suppressible: false }
    assert.strictEqual(
      shown([{ ...file, findings: [finding, warning] }]),
      [
        "experiments/e.ts:2:11  error  source/random",
        "  1 │",
        "  2 │ const x = Math.random()",
        "    │           ^^^^^^^^^^^",
        "  3 │",
        "    Math.random draws anew each time: nobody can repeat what was trained",
        "    What to do: write the values down, or let seeds draw",
        "    Or let it be: // ballast-lint-ignore-next-line source/random: why",
        "",
        "experiments/e.ts:2:11  warning  suppress/unused",
        "  1 │",
        "  2 │ const x = Math.random()",
        "    │           ^^^^^^^^^^^",
        "  3 │",
        "    Math.random draws anew each time: nobody can repeat what was trained",
        "    What to do: write the values down, or let seeds draw; --fix does it",
        "",
        "1 file, 1 error, 1 warning, --fix puts 1 right",
        ""
      ].join("\n")
    )
  })

  it("counts what was looked at where there is nothing to say, what is let be, and what was put right", () => {
    assert.strictEqual(shown([file, file]), "2 files, nothing to say\n")
    assert.strictEqual(shown([{ ...file, suppressed: [1, 2], fixed: 3 }]), "1 file, nothing to say, 2 let be, with a reason, 3 put right\n")
  })

  it("shows no source of a file that was not read", () => {
    assert.notInclude(shown([{ ...file, lines: [], findings: [finding] }]), "│")
  })

  it("fits every width, and steers no terminal, whatever files and messages hold", () => {
    FastCheck.assert(FastCheck.property(
      Texts.text,
      Texts.text,
      FastCheck.array(Texts.text.map((text) => text.replace(/[\r\n]/g, " ")), { minLength: 2, maxLength: 4 }),
      Texts.columns,
      (name, message, lines, columns) => {
        const rule = { ...finding.rule, why: message, wayOut: message }
        const given = { ...file, file: `${name}/x`, lines, findings: [{ ...finding, message, rule }] }
        Texts.assertClean(LintText.of([given], columns))
      }
    ))
  })
})
