/**
 * Overlap of boxes in plain numbers, where no tensor is at hand: boxes lie in one array, x1 y1 x2 y2 after each other.
 */

export type Numbers = ArrayLike<number>

const side = (boxes: Numbers, index: number, of: number): number => boxes[index * 4 + of] ?? NaN

/** Computes the area of box number `index`. */
export const area = (boxes: Numbers, index: number): number =>
  (side(boxes, index, 2) - side(boxes, index, 0)) * (side(boxes, index, 3) - side(boxes, index, 1))

/** Computes the area that box `i` of `a` and box `j` of `b` share. */
export const intersection = (a: Numbers, i: number, b: Numbers, j: number): number => {
  const width = Math.min(side(a, i, 2), side(b, j, 2)) - Math.max(side(a, i, 0), side(b, j, 0))
  const height = Math.min(side(a, i, 3), side(b, j, 3)) - Math.max(side(a, i, 1), side(b, j, 1))
  return width > 0 && height > 0 ? width * height : 0
}

/** Divides the shared area by the area of both; 0 where they share none. */
export const iou = (a: Numbers, i: number, b: Numbers, j: number): number => {
  const shared = intersection(a, i, b, j)
  return shared === 0 ? 0 : shared / (area(a, i) + area(b, j) - shared)
}
