/**
 * Sentences and labelled rows, broken between words so that no line of a report wraps.
 */
import * as Line from "./Line.ts"

const labelColumns = 11

/** Breaks text into lines that begin `indent` columns in. */
export const of = (
  text: string,
  columns: number,
  options: { readonly indent?: number; readonly tone?: Line.Tone } = {}
): ReadonlyArray<Line.Line> => {
  const { indent = 0, tone = "plain" } = options
  return Line.wrap(text, columns - indent).map((part) => Line.of(" ".repeat(indent), Line.span(part, tone)))
}

/** Keeps a line that fits as it is; one that does not is broken between words, in the tone of its first words. */
export const fitted = (line: Line.Line, columns: number): ReadonlyArray<Line.Line> => {
  if (Line.width(line) <= columns) return [line]
  const tone = line.find(({ text }) => text.trim() !== "")?.tone ?? "plain"
  return of(line.map(({ text }) => text).join(""), columns, { tone })
}

/** Breaks texts into the lines of a list, each of which begins with a dash `indent` columns in. */
export const listed = (
  texts: ReadonlyArray<string>,
  columns: number,
  options: { readonly indent?: number; readonly tone?: Line.Tone } = {}
): ReadonlyArray<Line.Line> => {
  const { indent = 0, tone = "plain" } = options
  return texts.flatMap((text) =>
    of(text, columns, { indent: indent + 2, tone }).map((line, index) =>
      index === 0 ? [Line.span(`${" ".repeat(indent)}- `, "quiet"), ...line.slice(1)] : line
    )
  )
}

/** Writes a label two columns in, with text beside it; what follows `text` stands below, in the same column. */
export const labelled = (label: string, texts: ReadonlyArray<string>, columns: number): ReadonlyArray<Line.Line> => {
  const indent = 2 + labelColumns
  const lines = texts.flatMap((text) => of(text, columns, { indent }))
  return lines.map((line, index) =>
    index === 0 ? [Line.span("  "), Line.span(label.padEnd(labelColumns), "quiet"), ...line.slice(1)] : line
  )
}

/** Where the text beside a label begins. */
export const labelledIndent = 2 + labelColumns

/**
 * Writes a message of several lines, each broken to the width and indented as it begins; a line that is laid out in
 * columns of its own, with spaces side by side, stays as it is.
 */
export const message = (text: string, columns: number, indent = 0): ReadonlyArray<Line.Line> =>
  text.split("\n").flatMap((line) => {
    const said = line.trimStart()
    const own = indent + line.length - said.length
    if (said === "") return [Line.empty]
    return said.includes("  ")
      ? [Line.truncate(Line.of(" ".repeat(own), said), columns)]
      : of(said, columns, { indent: own })
  })
