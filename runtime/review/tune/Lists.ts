/**
 * Adding to what stands in the source as a list, each item on a line of its own where the others are.
 */
import type { Node, ObjectLiteralExpression } from "ts-morph"
import type { Edit } from "../lint/Edit.ts"

const textAround = (node: Node): string => node.getSourceFile().getFullText()

/** Finds the line's end and the blanks that stand before an item; one blank where it shares its line with another. */
const gapBefore = (item: Node): string => {
  const before = textAround(item).slice(0, item.getStart())
  return /(?:\r\n|\n|\r)[ \t]*$/.exec(before)?.[0] ?? " "
}

const insert = (at: number, text: string): Edit => ({ start: at, end: at, text })

/** Adds items before another one. */
export const before = (next: Node, items: ReadonlyArray<string>): Edit =>
  insert(next.getStart(), items.map((item) => `${item},${gapBefore(next)}`).join(""))

/** Adds items at the end of a list that has some; a comment stays with the item that it follows. */
export const append = (present: ReadonlyArray<Node>, items: ReadonlyArray<string>): ReadonlyArray<Edit> => {
  const last = present.at(-1)
  if (last === undefined) return []
  const gap = gapBefore(last)
  const end = last.getEnd()
  const [rest = "", comma = "", comment = ""] = /^(,?)([^\n\r]*)/.exec(textAround(last).slice(end)) ?? []
  if (gap === " " || !/^[ \t]*(?:\/\/|\/\*)/.test(comment)) return [insert(end, items.map((item) => `,${gap}${item}`).join(""))]
  const added = insert(end + rest.length, gap + items.join(`,${gap}`) + comma)
  return comma === "" ? [insert(end, ","), added] : [added]
}

/** Adds properties at the end of an object. */
export const appendTo = (object: ObjectLiteralExpression, items: ReadonlyArray<string>): ReadonlyArray<Edit> => {
  const present = object.getProperties()
  return present.length > 0
    ? append(present, items)
    : [{ start: object.getStart(), end: object.getEnd(), text: `{ ${items.join(", ")} }` }]
}
