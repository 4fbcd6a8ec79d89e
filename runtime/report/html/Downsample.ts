/**
 * Fewer points for a long curve, which look the same: the largest triangle of three buckets, by Steinarsson (2013).
 */

export interface Points {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? NaN

/** The middle of the points from `from` up to `to`, which is at least one. */
const middle = ({ x, y }: Points, from: number, to: number): readonly [x: number, y: number] => {
  let sumX = 0
  let sumY = 0
  for (let index = from; index < to; index++) {
    sumX += at(x, index)
    sumY += at(y, index)
  }
  return [sumX / (to - from), sumY / (to - from)]
}

/** Finds the point from `from` up to `to` that spans the largest triangle with the one kept before and the next bucket's. */
const farthest = (
  { x, y }: Points,
  [from, to]: readonly [from: number, to: number],
  kept: number,
  [nextX, nextY]: readonly [x: number, y: number]
): number => {
  const keptX = at(x, kept)
  const keptY = at(y, kept)
  let best = from
  let most = -1
  for (let index = from; index < to; index++) {
    const area = Math.abs((keptX - nextX) * (at(y, index) - keptY) - (keptX - at(x, index)) * (nextY - keptY))
    if (area > most) {
      most = area
      best = index
    }
  }
  return best
}

const extremes = (values: ArrayLike<number>, from: number, to: number): readonly [lowest: number, highest: number] => {
  let lowest = from
  let highest = from
  for (let index = from + 1; index < to; index++) {
    if (at(values, index) < at(values, lowest)) lowest = index
    if (at(values, index) > at(values, highest)) highest = index
  }
  return [lowest, highest]
}

/**
 * Chooses which points of a curve are drawn, at most `most` and at least 5, and returns their positions, ascending. All
 * are finite, and x ascends. The first, the last, and every spike are among them: the triangles alone pass over spikes that
 * follow each other, so a bucket's lowest and highest are kept, too.
 */
export const choose = (points: Points, most: number): ReadonlyArray<number> => {
  const count = points.x.length
  if (count <= most) return Array.from({ length: count }, (_, index) => index)
  const buckets = Math.floor((most - 2) / 3)
  const width = (count - 2) / buckets
  const bound = (bucket: number): number => Math.min(count - 1, 1 + Math.floor(bucket * width))
  const chosen = new Set([0, count - 1])
  let kept = 0
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [from, to] = [bound(bucket), bound(bucket + 1)]
    // Beyond the last bucket there is the last point alone.
    kept = farthest(points, [from, to], kept, middle(points, to, bucket === buckets - 1 ? count : bound(bucket + 2)))
    for (const place of [kept, ...extremes(points.y, from, to)]) chosen.add(place)
  }
  return [...chosen].toSorted((left, right) => left - right)
}
