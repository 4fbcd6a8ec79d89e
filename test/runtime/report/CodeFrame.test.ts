import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as CodeFrame from "../../../runtime/report/CodeFrame.ts"
import * as Texts from "./texts.ts"

const frame = (
  lines: ReadonlyArray<string>,
  start: readonly [line: number, column: number],
  end: readonly [line: number, column: number],
  columns = 60
): string =>
  Texts.plain(CodeFrame.of(
    lines,
    { start: { line: start[0], column: start[1] }, end: { line: end[0], column: end[1] } },
    { columns, tone: "bad" }
  ))

describe("CodeFrame", () => {
  it("shows a place with the lines around it, and marks it", () => {
    const lines = ["a", "b", "c", "const x = Math.random()", "d", "e"]
    assert.strictEqual(
      frame(lines, [4, 11], [4, 22]),
      [
        "  2 │ b",
        "  3 │ c",
        "  4 │ const x = Math.random()",
        "    │           ^^^^^^^^^^^",
        "  5 │ d",
        ""
      ].join("\n")
    )
  })

  it("marks what several lines hold in the first of them, and a place that holds nothing by one sign", () => {
    assert.strictEqual(frame(["f(", "  1)"], [1, 1], [2, 5]), "  1 │ f(\n    │ ^^\n  2 │   1)\n")
    assert.strictEqual(frame(["ab"], [1, 3], [1, 3]), "  1 │ ab\n    │   ^\n")
    assert.strictEqual(frame([""], [1, 1], [1, 1]), "  1 │\n    │ ^\n")
  })

  it("marks below what a terminal shows: tabs, wide signs, and what is not seen", () => {
    assert.strictEqual(frame(["\tx = 1"], [1, 2], [1, 3]), "  1 │   x = 1\n    │   ^\n")
    assert.strictEqual(frame(["\"語👩‍🔬\" + x"], [1, 12], [1, 13]), "  1 │ \"語👩‍🔬\" + x\n    │          ^\n")
    assert.strictEqual(frame(["a\u202eb\u200bc"], [1, 4], [1, 5]), "  1 │ a\ufffdb\ufffdc\n    │    ^\n")
  })

  it("shows of a long line what is marked", () => {
    const line = `${"a".repeat(500)}MARK${"b".repeat(500)}`
    const shown = frame([line], [1, 501], [1, 505], 40)
    assert.match(shown, /^ {2}1 │ …a+MARKb+…\n {4}│ +\^\^\^\^\n$/)
    const [first = "", second = ""] = shown.split("\n")
    assert.strictEqual(first.indexOf("MARK"), second.indexOf("^^^^"))
    assert.isAtMost(first.length, 40)
  })

  it("breaks no line and steers no terminal, whatever the source holds", () => {
    FastCheck.assert(FastCheck.property(
      FastCheck.array(Texts.text.map((text) => text.replace(/[\r\n]/g, " ")), { minLength: 1, maxLength: 5 }),
      FastCheck.nat(),
      FastCheck.nat(400),
      FastCheck.nat(400),
      Texts.columns,
      (lines, line, column, width, columns) => {
        const start = { line: 1 + line % lines.length, column: column + 1 }
        const shown = CodeFrame.of(lines, { start, end: { line: start.line, column: start.column + width } }, { columns, tone: "bad" })
        Texts.assertFits(shown, columns)
        assert.isAtLeast(shown.length, 2)
      }
    ))
  })
})
