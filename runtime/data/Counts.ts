/**
 * What a split's images show, in numbers.
 */

/** The boxes of one image: their classes, and their sides, each the square root of its box's share of the image. */
export interface Shown {
  readonly classes: ReadonlyArray<number>
  readonly sides: ReadonlyArray<number>
}

export interface Counts {
  readonly images: number
  readonly boxes: number
  /** The most boxes on one image. */
  readonly most: number
  /** Images without a box. */
  readonly background: number
  readonly boxesByClass: ReadonlyArray<number>
  /** Null where there is no box. */
  readonly medianSide: number | null
}

const medianOf = (values: ReadonlyArray<number>): number | null => {
  const ascending = Float64Array.from(values).toSorted()
  const middle = ascending.length >> 1
  const upper = ascending[middle]
  if (upper === undefined) return null
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? upper) + upper) / 2
}

/** Counts the boxes of images, each by its class: a number below `classes`. */
export const of = (images: Iterable<Shown>, classes: number): Counts => {
  const boxesByClass = Array.from({ length: classes }, () => 0)
  const sides: Array<number> = []
  let count = 0
  let most = 0
  let background = 0
  for (const shown of images) {
    count++
    most = Math.max(most, shown.classes.length)
    if (shown.classes.length === 0) background++
    for (const number of shown.classes) boxesByClass[number] = (boxesByClass[number] ?? 0) + 1
    for (const side of shown.sides) sides.push(side)
  }
  return { images: count, boxes: sides.length, most, background, boxesByClass, medianSide: medianOf(sides) }
}
