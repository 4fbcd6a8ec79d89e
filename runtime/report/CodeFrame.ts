/**
 * A piece of source with a mark under what is meant.
 */
import * as Line from "./Line.ts"

/** A place in a text; lines and columns count from 1 on, columns in UTF-16 code units. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** How many lines are shown before and after. */
const before = 2
const after = 1

const tab = "  "
const invisible = /[\u200b\u2060-\u2064\ufeff]|[\u{e0000}-\u{e007f}]/gu

/** Writes source as a terminal may have it: what steers it or is not seen shows as one sign. */
const shown = (source: string): string => Line.clean(source.replaceAll("\t", tab).replace(invisible, "\ufffd"))

/** The part of a long line that is shown, in its code units. */
interface Window {
  readonly from: number
  readonly to: number
}

/** Chooses what of long lines is shown, so that the mark stands in it and no half of a sign. */
const windowOf = (line: string, column: number, room: number): Window => {
  if (Line.widthOf(shown(line.slice(0, 4 * room))) <= room) return { from: 0, to: 4 * room }
  const from = column <= room / 2 ? 0 : column - Math.floor(room / 3)
  const isHalf = /[\udc00-\udfff]/.test(line[from] ?? "")
  return { from: isHalf ? from + 1 : from, to: from + room }
}

const cut = (line: string, { from, to }: Window, room: number): string => {
  const piece = shown(line.slice(from, to))
  const begun = from > 0 && line.length > from ? `…${piece}` : piece
  return Line.shorten(line.length > to ? `${begun}…` : begun, room)
}

/** Shows a place in a text with the lines around it, and marks what stands from `start` to `end` in its first line. */
export const of = (
  lines: ReadonlyArray<string>,
  { end, start }: { readonly start: Place; readonly end: Place },
  options: { readonly columns: number; readonly tone: Line.Tone }
): ReadonlyArray<Line.Line> => {
  const first = Math.max(1, start.line - before)
  const last = Math.min(lines.length, start.line + after)
  const digits = String(last).length
  const gutter = (text: string): Line.Span => Line.span(`  ${text.padStart(digits)} │ `, "quiet")
  const room = Math.max(8, options.columns - Line.widthOf(gutter("").text))
  const marked = lines[start.line - 1] ?? ""
  const window = windowOf(marked, start.column, room)
  const reach = end.line === start.line ? end.column - 1 : marked.length
  const lead = (window.from > 0 ? 1 : 0) + Line.widthOf(shown(marked.slice(window.from, start.column - 1)))
  const width = Line.widthOf(shown(marked.slice(start.column - 1, Math.min(reach, window.to))))
  const mark = "^".repeat(Math.max(1, Math.min(width, room - lead)))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index).flatMap((number) => {
    const text = cut(lines[number - 1] ?? "", window, room)
    const line = Line.of(gutter(String(number)), text)
    return number === start.line
      ? [line, Line.of(gutter(""), " ".repeat(Math.min(lead, room - 1)), Line.span(mark, options.tone))]
      : [line]
  })
}
