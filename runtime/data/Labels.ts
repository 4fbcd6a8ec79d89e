/**
 * Label files in the YOLO format: a row a box, `class x-centre y-centre width height`, or `class x y x y x y …`, an
 * outline, which counts as the box around it. All but the class are shares of the image's sides.
 */

/** Raised whenever the same text would give other boxes, or other problems. */
export const version = 1

/** Boxes, x1 y1 x2 y2 in shares of the image's sides, four numbers a box, and their classes. */
export interface Boxes {
  readonly boxes: ReadonlyArray<number>
  readonly classes: ReadonlyArray<number>
}

/** What an image shows. */
export interface Labels extends Boxes {
  /** What decides small, medium or large, in pixels; null for a box whose own area does. Absent where all do. */
  readonly areas?: ReadonlyArray<number | null>
  /** Regions of many objects: nothing is learnt from them, and what is found in them counts neither for nor against. */
  readonly crowds?: Boxes
}

export interface Problem {
  /** Counted from 1. */
  readonly line: number
  readonly reason: string
}

export interface Reading extends Boxes {
  /** Rows that repeat an earlier one; they are dropped. */
  readonly duplicates: number
  readonly problems: ReadonlyArray<Problem>
}

/** How far over the border a box may reach; it is cut off there. Labelling tools round, and draw by whole pixels. */
export const tolerance = 0.01

type Box = readonly [left: number, top: number, right: number, bottom: number]

type Row = readonly [class_: number, left: number, top: number, right: number, bottom: number]

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

const shown = (field: string): string => JSON.stringify(field.length > 20 ? `${field.slice(0, 20)}…` : field)

const classOf = (field: string, classes: number): number | string => {
  const value = Number(field)
  if (!decimal.test(field) || !Number.isInteger(value)) return `the class is ${shown(field)}, not a whole number`
  if (value < 0 || value >= classes) return `class ${value} is unknown: there are ${classes}, numbered from 0`
  return value
}

const boxOf = (fields: ReadonlyArray<number>): Box => {
  const [x = 0, y = 0, width = 0, height = 0] = fields
  if (fields.length === 4) return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
  const across = fields.filter((_, index) => index % 2 === 0)
  const down = fields.filter((_, index) => index % 2 === 1)
  return [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)]
}

const sides = ["left", "top", "right", "bottom"] as const

const cut = (share: number): number => Math.min(1, Math.max(0, share))

const rounded = (value: number): number => Number(value.toFixed(6))

/** Says of a box's sides that there is nothing between them. */
export const noArea = (width: number, height: number): string =>
  `the box is ${rounded(width)} wide and ${rounded(height)} high: it has no area`

/**
 * Cuts a box, in shares of the image's sides, off at the image's border, or says what is wrong with it. `shown` turns
 * the place of an edge, 0 to 3, into the words for it.
 */
export const within = (box: Box, shown: (share: number, side: number) => string): Box | string => {
  const over = box.findIndex((share) => share < -tolerance || share > 1 + tolerance)
  if (over >= 0) return `the box's ${sides[over]} edge is at ${shown(box[over] ?? 0, over)}`
  const [left, top, right, bottom] = [cut(box[0]), cut(box[1]), cut(box[2]), cut(box[3])]
  return right > left && bottom > top ? [left, top, right, bottom] : "the box has no area within the image"
}

const shownShare = (share: number): string => `${rounded(share)}, outside the image: shares are from 0 to 1`

const parseRow = (text: string, classCount: number): Row | string => {
  const [first = "", ...rest] = text.split(/\s+/)
  if (rest.length !== 4 && (rest.length < 6 || rest.length % 2 === 1)) {
    return `the row has ${rest.length + 1} of the 5 fields class, x-centre, y-centre, width and height`
  }
  const number = classOf(first, classCount)
  if (typeof number === "string") return number
  const bad = rest.find((field) => !decimal.test(field) || !Number.isFinite(Number(field)))
  if (bad !== undefined) return `${shown(bad)} is not a number`
  const fields = rest.map(Number)
  const [, , width = 1, height = 1] = fields.length === 4 ? fields : []
  if (width <= 0 || height <= 0) return noArea(width, height)
  const box = within(boxOf(fields), shownShare)
  return typeof box === "string" ? box : [number, ...box]
}

/** Reads the text of a label file. Problems are listed, not thrown; an image is whole only where there are none. */
export const parse = (text: string, classCount: number): Reading => {
  const boxes: Array<number> = []
  const classes: Array<number> = []
  const problems: Array<Problem> = []
  const seen = new Set<string>()
  let duplicates = 0
  text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/).forEach((line, index) => {
    const trimmed = line.trim()
    if (trimmed === "") return
    const row = parseRow(trimmed, classCount)
    if (typeof row === "string") {
      problems.push({ line: index + 1, reason: row })
      return
    }
    const key = row.join(" ")
    if (seen.has(key)) {
      duplicates++
      return
    }
    seen.add(key)
    const [number, ...box] = row
    classes.push(number)
    boxes.push(...box)
  })
  return { boxes, classes, duplicates, problems }
}
