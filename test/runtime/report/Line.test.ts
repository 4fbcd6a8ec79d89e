import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Line from "../../../runtime/report/Line.ts"
import * as Texts from "./texts.ts"

const textOf = (line: Line.Line): string => line.map(({ text }) => text).join("")

describe("Line", () => {
  it("measures what a terminal shows", () => {
    const widths: ReadonlyArray<readonly [string, number]> = [
      ["", 0],
      ["plain text", 10],
      ["漢字", 4],
      ["한국어", 6],
      ["ﾊﾝｶｸ", 4],
      ["ｆ", 2],
      ["é", 1],
      ["e\u0301", 1],
      ["👩‍👩‍👧‍👦", 2],
      ["👍🏽", 2],
      ["🇩🇪", 2],
      ["☁️", 2],
      ["1️⃣", 2],
      ["\u200b", 0],
      ["▁█━", 3],
      ["…", 1]
    ]
    for (const [text, width] of widths) assert.strictEqual(Line.widthOf(text), width, text)
  })

  it("replaces what a continuous integration would obey, and nothing like it", () => {
    assert.strictEqual(Line.clean("a ##[error]b ##vso[task.setvariable variable=A]c"), "a #\ufffd[error]b #\ufffdvso[task.setvariable variable=A]c")
    const said = (...pieces: ReadonlyArray<string>): string => Line.write(Line.of(...pieces), false)
    assert.strictEqual(said("  ", "::error::a"), "  \ufffd:error::a")
    assert.strictEqual(said("##", "[error]"), "#\ufffd[error]")
    for (const text of ["## A heading [of one]", "C# [a]", "a::b", ":a", "- ::a"]) assert.strictEqual(said(text), text)
  })

  it("replaces what breaks a line or steers a terminal", () => {
    assert.strictEqual(Line.clean("a\nb\u001b[2Jc\u009bd\u2028e\u202ef\ud800g"), "a�b�[2Jc�d�e�f�g")
    assert.strictEqual(Line.clean("クリップ 👩‍👩‍👧‍👦"), "クリップ 👩‍👩‍👧‍👦")
  })

  it("cuts text and lines to a width, and what was cut ends in an ellipsis", () => {
    assert.strictEqual(Line.shorten("warmup", 6), "warmup")
    assert.strictEqual(Line.shorten("warmup", 4), "war…")
    assert.strictEqual(Line.shorten("漢字漢字", 4), "漢…")
    assert.strictEqual(Line.shorten("warmup", 0), "")
    const line = Line.of(Line.span("clip", "bad"), " + ", "warmup")
    assert.strictEqual(textOf(Line.truncate(line, 9)), "clip + w…")
    assert.strictEqual(Line.truncate(line, 9)[0]?.tone, "bad")
    assert.strictEqual(Line.truncate(line, 13), line)
  })

  it("never exceeds the width it was given, whatever the text", () => {
    FastCheck.assert(FastCheck.property(Texts.text, FastCheck.nat(40), (text, columns) => {
      assert.isAtMost(Line.widthOf(Line.shorten(text, columns)), columns)
      assert.isAtMost(Line.width(Line.truncate(Line.of(text, Line.span(text, "good")), columns)), columns)
      assert.isAtLeast(Line.widthOf(Line.pad(text, columns)), columns)
    }))
  })

  it("breaks between words and loses none", () => {
    assert.deepStrictEqual(Line.wrap("a step that is not finite changes nothing", 16), [
      "a step that is",
      "not finite",
      "changes nothing"
    ])
    assert.deepStrictEqual(Line.wrap("   ", 10), [])
    FastCheck.assert(FastCheck.property(Texts.text, FastCheck.integer({ min: 2, max: 60 }), (text, columns) => {
      const lines = Line.wrap(text, columns)
      Texts.assertFits(lines.map((line) => Line.of(line)), columns)
      assert.strictEqual(lines.join("").replaceAll(" ", ""), Line.clean(text).replaceAll(" ", ""))
    }))
  })

  it("breaks a word that is too long, and a path never", () => {
    assert.deepStrictEqual(Line.wrap("a 漢字漢字漢字", 6), ["a", "漢字漢", "字漢字"])
    assert.deepStrictEqual(Line.wrap("see .ballast/runs/a1/attempts", 10), ["see", ".ballast/runs/a1/attempts"])
  })

  it("writes colours on a screen that has them, and no escape sequence elsewhere", () => {
    const line = Line.of(Line.span("failed", "bad"), " at 3")
    assert.strictEqual(Line.write(line, true), "\u001b[31mfailed\u001b[0m at 3")
    assert.strictEqual(Line.write(line, false), "failed at 3")
  })

  it("writes lines without spaces before their ends", () => {
    assert.strictEqual(Line.writeAll([Line.of("a  ", Line.span("  ", "quiet")), Line.empty, Line.of("  b")], true), "a\n\n  b\n")
  })
})
