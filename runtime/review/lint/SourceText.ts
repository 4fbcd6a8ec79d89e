/**
 * A file's text: its lines, and where in them an offset lies.
 */
import type { Range } from "./Edit.ts"

const mark = "\ufeff"

/** The text of a file, without the byte order mark that it may begin with. */
export interface SourceText {
  readonly text: string
  readonly marked: boolean
  /** Where each line begins. */
  readonly starts: ReadonlyArray<number>
}

/** A place in a file; lines and columns count from 1 on, columns in UTF-16 code units. */
export interface Place {
  readonly line: number
  readonly column: number
}

const startsOf = (text: string): ReadonlyArray<number> => [
  0,
  ...Array.from(text.matchAll(/\r\n|\n|\r/g), ({ 0: end, index }) => index + end.length)
]

/** Takes text apart into lines. */
export const of = (text: string): SourceText => {
  const marked = text.startsWith(mark)
  const plain = marked ? text.slice(mark.length) : text
  return { text: plain, marked, starts: startsOf(plain) }
}

/** Puts another text in the place of a file's, which keeps its byte order mark. */
export const withText = ({ marked }: SourceText, text: string): SourceText => ({ text, marked, starts: startsOf(text) })

/** Reads UTF-8; null for bytes that are none, as they could not be written back. */
export const decode = (bytes: Uint8Array): SourceText | null => {
  try {
    return of(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return null
  }
}

/** Writes text as the bytes that it was read from. */
export const encode = ({ marked, text }: Pick<SourceText, "marked" | "text">): Uint8Array =>
  new TextEncoder().encode(marked ? mark + text : text)

/** Finds the number, from 0 on, of the line that an offset lies in. */
export const lineAt = ({ starts }: SourceText, offset: number): number => {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Finds the place of an offset. */
export const placeOf = (source: SourceText, offset: number): Place => {
  const line = lineAt(source, offset)
  return { line: line + 1, column: offset - (source.starts[line] ?? 0) + 1 }
}

/** Finds a line, by its number from 0 on, as a range with its end. */
export const lineRange = ({ starts, text }: SourceText, line: number): Range => ({
  start: starts[line] ?? text.length,
  end: starts[line + 1] ?? text.length
})

/** Lists the lines without their ends. */
export const lines = ({ text }: SourceText): ReadonlyArray<string> => text.split(/\r\n|\n|\r/)

/** Finds how a file ends its lines: as most of them, by `\n` where there is one line. */
export const lineEnd = ({ text }: SourceText): string => {
  const counts = Map.groupBy(Array.from(text.matchAll(/\r\n|\n|\r/g), ([end]) => end), (end) => end)
  const [most] = [...counts].toSorted(([, left], [, right]) => right.length - left.length)
  return most?.[0] ?? "\n"
}
