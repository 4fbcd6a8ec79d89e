/**
 * Lines of text for a terminal: what they say and in which tone, before colours and with their width known.
 */

/** How a piece of text is meant; colours are chosen where it is written. */
export type Tone = "plain" | "strong" | "quiet" | "good" | "bad" | "doubtful"

export interface Span {
  readonly text: string
  readonly tone: Tone
}

/** One line, from left to right. */
export type Line = ReadonlyArray<Span>

const ellipsis = "…"

/** Starts of the escape sequences that select each tone; `ESC [ 0 m` ends them all. */
const codes: Readonly<Record<Tone, string>> = {
  plain: "",
  strong: "\u001b[1m",
  quiet: "\u001b[2m",
  good: "\u001b[32m",
  bad: "\u001b[31m",
  doubtful: "\u001b[33m"
}
const reset = "\u001b[0m"

// Its tables take longer to load than all of this room's modules, and most text is plain.
let segmenter: Intl.Segmenter | null = null

const ascii = /^[\u0020-\u007e]*$/
const invisible = /^[\p{Mark}\p{Format}\u{1f3fb}-\u{1f3ff}]+$/u
/** East Asia's letters and signs, which take two columns. */
const wideLetters = [
  "\\u1100-\\u115f",
  "\\u2e80-\\u303e",
  "\\u3041-\\u33ff",
  "\\u3400-\\u4dbf",
  "\\u4e00-\\u9fff",
  "\\ua000-\\ua4cf",
  "\\ua960-\\ua97f",
  "\\uac00-\\ud7a3",
  "\\uf900-\\ufaff",
  "\\ufe30-\\ufe6f",
  "\\uff01-\\uff60",
  "\\uffe0-\\uffe6",
  "\\u{16fe0}-\\u{18cff}",
  "\\u{1aff0}-\\u{1b2ff}",
  "\\u{20000}-\\u{3fffd}"
].join("")
const wide = new RegExp(
  `[${wideLetters}\\p{Emoji_Presentation}\\p{Regional_Indicator}]`
    + "|\\p{Extended_Pictographic}\\ufe0f|^[#*0-9]\\ufe0f?\\u20e3",
  "u"
)

// Line breaks, escapes and the marks that reorder text would let a name change what stands around it.
const unprintable = /[\p{Control}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu

// Continuous integrations obey `##[error]`, `##vso[…]` and the like wherever they stand, and `::error::` where a line begins.
const command = /##(?=\w*\[)/g
const commandAtStart = /^(\s*):(?=:)/

const columnsOf = (grapheme: string): number => invisible.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1

const graphemes = (text: string): ReadonlyArray<string> =>
  ascii.test(text)
    ? [...text]
    : Array.from((segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" })).segment(text), ({ segment }) => segment)

/** Replaces what would break a line, or steer a terminal or a continuous integration; names and messages may hold anything. */
export const clean = (text: string): string => text.replace(unprintable, "\ufffd").replace(command, "#\ufffd")

/** Makes a piece of a line. */
export const span = (text: string, tone: Tone = "plain"): Span => ({ text: clean(text), tone })

/** Makes a line of pieces; text alone is plain. */
export const of = (...pieces: ReadonlyArray<string | Span>): Line =>
  pieces.map((piece) => typeof piece === "string" ? span(piece) : piece)

/** The line that says nothing. */
export const empty: Line = []

/** Measures text in a terminal's columns: 2 for most of East Asia's letters and emoji, 0 for accents that combine. */
export const widthOf = (text: string): number =>
  ascii.test(text) ? text.length : graphemes(text).reduce((sum, grapheme) => sum + columnsOf(grapheme), 0)

/** Measures a line in columns of a terminal. */
export const width = (line: Line): number => line.reduce((sum, { text }) => sum + widthOf(text), 0)

const head = (text: string, columns: number): string => {
  let kept = ""
  let used = 0
  for (const grapheme of graphemes(text)) {
    used += columnsOf(grapheme)
    if (used > columns) break
    kept += grapheme
  }
  return kept
}

/** Cuts text to so many columns; what was cut ends in an ellipsis. */
export const shorten = (text: string, columns: number): string =>
  widthOf(text) <= columns ? text : columns < 1 ? "" : `${head(text, columns - 1)}${ellipsis}`

/** Cuts a line to so many columns; what was cut ends in an ellipsis. */
export const truncate = (line: Line, columns: number): Line => {
  if (width(line) <= columns) return line
  if (columns < 1) return empty
  const kept: Array<Span> = []
  let left = columns - 1
  for (const { text, tone } of line) {
    const fits = head(text, left)
    if (fits !== "") kept.push({ text: fits, tone })
    left -= widthOf(fits)
    if (fits !== text) break
  }
  return [...kept, { text: ellipsis, tone: "plain" }]
}

/** Fills text with spaces to so many columns, on the right, or on the left where it is aligned to the right. */
export const pad = (text: string, columns: number, align: "left" | "right" = "left"): string => {
  const fill = " ".repeat(Math.max(0, columns - widthOf(text)))
  return align === "left" ? text + fill : fill + text
}

/** Cuts text into pieces of at most so many columns, at least 2, and loses nothing. */
const pieces = (text: string, columns: number): ReadonlyArray<string> => {
  const cut: Array<string> = []
  let rest = text
  while (widthOf(rest) > columns) {
    const piece = head(rest, columns)
    if (piece === "") break
    cut.push(piece)
    rest = rest.slice(piece.length)
  }
  return rest === "" ? cut : [...cut, rest]
}

/** A path is worth more in one piece, where it can be copied, than a line's width. */
const isPath = (word: string): boolean => /[/\\]/.test(word)

/**
 * Breaks text between words into lines of at most so many columns. A word that is longer is broken, unless it is a
 * path: that keeps a line of its own, whole, so that it can be copied.
 */
export const wrap = (text: string, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const room = Math.max(2, columns)
  let line = ""
  const words = clean(text).split(" ").filter((word) => word !== "")
  for (const word of words.flatMap((word) => isPath(word) ? [word] : pieces(word, room))) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return line === "" ? lines : [...lines, line]
}

/** Writes a line. Without colour there is no escape sequence in it. */
export const write = (line: Line, colour: boolean): string =>
  line.map(({ text, tone }) => colour && tone !== "plain" ? `${codes[tone]}${text}${reset}` : text).join("")
    .replace(command, "#\ufffd").replace(commandAtStart, "$1\ufffd")

/** Writes lines, each with its end, without spaces before it. */
export const writeAll = (lines: ReadonlyArray<Line>, colour: boolean): string =>
  lines.map((line) => `${write(withoutTail(line), colour)}\n`).join("")

/** Takes the spaces from the end of a line. */
export const withoutTail = (line: Line): Line => {
  const last = line.at(-1)
  if (last === undefined) return line
  const text = last.text.trimEnd()
  if (text === "") return withoutTail(line.slice(0, -1))
  return text === last.text ? line : [...line.slice(0, -1), { text, tone: last.tone }]
}
