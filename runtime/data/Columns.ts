/**
 * The columns of a batch's padded ground truth: how many boxes one of its images may have.
 */
import type * as Augment from "../../dsl/Augment.ts"
import * as Closing from "../plan/Closing.ts"
import type { PlacedBoxes } from "./Letterbox.ts"

/** The pictures of one mosaic. */
const pictures = 4

const most = 128

/**
 * Counts the columns for a data set with at most `maxBoxes` boxes on an image: four times as many where images are
 * shown in mosaics, but no more than 128 unless one image alone has more. A column costs the assigner about 200 bytes
 * for each anchor of each image: at 320 px and batch 16, 120 columns make a step a fifth slower than 8 do, and 500 make
 * it two and a half times as slow and take 3 GB more.
 */
export const of = (augment: Augment.Augment, maxBoxes: number): number =>
  Closing.hasMosaic(augment) ? Math.max(maxBoxes, Math.min(pictures * maxBoxes, most)) : maxBoxes

/** Drops the smallest of the boxes that do not fit, and leaves the others in their order. */
export const fit = <Placed extends PlacedBoxes>(placed: Placed, columns: number): Placed => {
  const { boxes, classes } = placed
  if (classes.length <= columns) return placed
  const areaOf = (box: number): number => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.slice(4 * box, 4 * box + 4)
    return (x2 - x1) * (y2 - y1)
  }
  const kept = classes
    .map((_, box) => ({ box, area: areaOf(box) }))
    .toSorted((left, right) => right.area - left.area || left.box - right.box)
    .slice(0, columns)
    .map(({ box }) => box)
    .toSorted((left, right) => left - right)
  return {
    ...placed,
    boxes: kept.flatMap((box) => boxes.slice(4 * box, 4 * box + 4)),
    classes: kept.flatMap((box) => classes.slice(box, box + 1))
  }
}
