/**
 * Markdown of texts that may hold anything: what somebody named or said is shown, and never read as Markdown.
 */
import * as Line from "./Line.ts"

/** What begins a piece of Markdown, the addresses that some readers of it make links of among them. */
const special = /[\\`*_[\]<>|~&#$@]|:(?=\/\/)|(?<=www)\./gi

/**
 * What GitHub looks for in text that was read already, where no escape is left: people, teams and issues, who would be
 * told of it. A space without a width parts them from their sign.
 */
const addressed = /[@#]|\bGH-(?=\d)/gi

/** Writes text so that it shows as it is, in one line. */
export const text = (value: string): string =>
  Line.clean(value.replace(/\s*[\r\n]\s*/g, " ")).replace(special, "\\$&").replace(addressed, "$&&#8203;")

const longestRun = (value: string): number =>
  Math.max(0, ...[...value.matchAll(/`+/g)].map(([run]) => run.length))

/** Writes a name, a path or a piece of source as code. Not for tables, where a bar in it would end the cell. */
export const code = (value: string): string => {
  const shown = Line.clean(value)
  if (shown.trim() === "") return `"${shown}"`
  const fence = "`".repeat(longestRun(shown) + 1)
  // Markdown takes one space from both ends where there are two.
  const gap = /^[` ]|[` ]$/.test(shown) ? " " : ""
  return `${fence}${gap}${shown}${gap}${fence}`
}

/** Writes lines as they are, none of them read: each is indented, which no character in it can end. */
export const block = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.map((line) => `    ${Line.clean(line)}`)

/** Keeps the items of a list that fit into so many characters, in their order, and counts the rest. */
export const bounded = (items: ReadonlyArray<string>, most: number): ReadonlyArray<string> => {
  let length = 0
  const count = items.findIndex((item) => (length += item.length + 1) > most)
  return count < 0 ? items : [...items.slice(0, count), `- and ${items.length - count} more that do not fit here`]
}

/** Lays out a table; cells are Markdown, columns of figures stand on the right. */
export const table = (
  headings: ReadonlyArray<{ readonly text: string; readonly right?: boolean }>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => {
  const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`
  return [
    line(headings.map(({ text }) => text)),
    `|${headings.map(({ right }) => right === true ? "---:" : "---").join("|")}|`,
    ...rows.map(line)
  ]
}
