/**
 * Names and messages that do harm where a report trusts them, and what must hold of every report all the same.
 */
import { assert } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Line from "../../../runtime/report/Line.ts"

const pieces = [
  "clip",
  " ",
  "  ",
  "\n",
  "\r\n",
  "\t",
  "\u001b[2J",
  "\u001b[31mred\u001b[0m",
  "\u001b]0;title\u0007",
  "\u009b2K",
  "\u202eabc",
  "\u2066",
  "漢字とかな",
  "한국어",
  "ｆｕｌｌ",
  "👩‍👩‍👧‍👦",
  "🇩🇪",
  "1️⃣",
  "☁️",
  "é",
  "e\u0301\u0323",
  "\u200b",
  "\ud800",
  "x".repeat(150),
  "語".repeat(70),
  "a/b",
  "…"
]

/** Text of anything: pieces that do harm, and characters at random. */
export const text: FastCheck.Arbitrary<string> = FastCheck.oneof(
  FastCheck.array(FastCheck.constantFrom(...pieces), { maxLength: 6 }).map((some) => some.join("")),
  FastCheck.string({ unit: "binary", maxLength: 12 }),
  FastCheck.string({ unit: "grapheme", maxLength: 60 })
)

/** Numbers as a training may report them. */
export const number: FastCheck.Arbitrary<number> = FastCheck.oneof(
  FastCheck.double(),
  FastCheck.constantFrom(NaN, Infinity, -Infinity, 0, 1e-12, 0.5, 1, 999.96, 1e300)
)

/** Widths from the narrowest that a report is written for. */
export const columns: FastCheck.Arbitrary<number> = FastCheck.oneof(
  FastCheck.integer({ min: 20, max: 160 }),
  FastCheck.constantFrom(20, 60, 80, 100, 140)
)

const steering = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u

/** Asserts that nothing in the lines breaks a line or steers a terminal. */
export const assertClean = (lines: ReadonlyArray<Line.Line>): void => {
  for (const line of lines) {
    for (const { text } of line) assert.notMatch(text, steering)
  }
}

/** Asserts that no line is wider than `columns`, but for a path that ends it: those are never broken. */
export const assertFits = (lines: ReadonlyArray<Line.Line>, columns: number): void => {
  assertClean(lines)
  for (const line of lines) {
    const written = line.map(({ text }) => text).join("").trimEnd()
    const width = Line.widthOf(written)
    const [last = ""] = /[^ ]*$/.exec(written) ?? []
    const endsInPath = /[/\\]/.test(last) && width - Line.widthOf(last) <= columns
    assert.isTrue(width <= columns || endsInPath, `${width} columns of ${columns}: ${written}`)
  }
}

/** Writes a report as it stands in a file. */
export const plain = (lines: ReadonlyArray<Line.Line>): string => Line.writeAll(lines, false)
