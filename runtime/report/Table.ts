import * as Line from "./Line.ts"

/** A column of a table: numbers stand on the right. */
export interface Column {
  readonly heading: string
  readonly align: "left" | "right"
  /** Keeps the first column from being cut, where it holds what people copy. */
  readonly whole?: boolean
}

const gap = 2
/** A name that takes more than this is cut, so that its row keeps room for figures. */
const mostOfName = 28

const cellOf = (row: Line.Line, column: number): Line.Span => row[column] ?? Line.span("")

/** Groups columns so that every group, with the first column before it, is as wide as `columns` at most. */
const groupsOf = (widths: ReadonlyArray<number>, columns: number): ReadonlyArray<ReadonlyArray<number>> => {
  const key = widths[0] ?? 0
  const groups: Array<Array<number>> = []
  let used = Infinity
  for (const [index, width] of widths.entries()) {
    if (index === 0) continue
    if (used + gap + width > columns) {
      groups.push([])
      used = key
    }
    groups.at(-1)?.push(index)
    used += gap + width
  }
  return groups.length === 0 ? [[]] : groups
}

const widthsOf = (
  headings: ReadonlyArray<Column>,
  rows: ReadonlyArray<Line.Line>,
  columns: number
): ReadonlyArray<number> =>
  headings.map(({ heading, whole }, index) => {
    const widest = Math.max(Line.widthOf(heading), ...rows.map((row) => Line.widthOf(cellOf(row, index).text)))
    return index > 0 || whole === true
      ? widest
      : Math.min(widest, Math.max(Line.widthOf(heading), Math.min(mostOfName, Math.floor(columns / 2))))
  })

/** Tells whether all columns of a table stand side by side in `columns`. */
export const fits = (headings: ReadonlyArray<Column>, rows: ReadonlyArray<Line.Line>, columns: number): boolean =>
  groupsOf(widthsOf(headings, rows, columns), columns).length === 1

/**
 * Lays out a table of at most `columns`. Each row is a line with one span a column. Where the columns do not fit side
 * by side, the table goes on below, with the first column again, so that nothing is left out and no line wraps.
 */
export const of = (
  headings: ReadonlyArray<Column>,
  rows: ReadonlyArray<Line.Line>,
  columns: number
): ReadonlyArray<Line.Line> => {
  const widths = widthsOf(headings, rows, columns)
  const place = (index: number, { text, tone }: Line.Span): Line.Span => {
    const width = widths[index] ?? 0
    return { text: Line.pad(Line.shorten(text, width), width, headings[index]?.align ?? "left"), tone }
  }
  const lay = (cells: ReadonlyArray<Line.Span>): Line.Line =>
    Line.truncate(cells.flatMap((cell, index) => index === 0 ? [cell] : [Line.span(" ".repeat(gap)), cell]), columns)
  return groupsOf(widths, columns).flatMap((group, index) => {
    const shown = [0, ...group]
    return [
      ...(index === 0 ? [] : [Line.empty]),
      lay(shown.map((column) => place(column, Line.span(headings[column]?.heading ?? "", "quiet")))),
      ...rows.map((row) => lay(shown.map((column) => place(column, cellOf(row, column)))))
    ]
  })
}
