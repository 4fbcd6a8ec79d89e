/**
 * Steps whose batches are left out, counted as they would be if none were.
 */
import type { Feed } from "../../dsl/Feed.ts"

/** Orders skips and joins those that overlap or touch, so that what comes to the same is the same. */
export const merged = (skips: Feed["skip"]): Feed["skip"] => {
  const joined: Array<Feed["skip"][number]> = []
  for (const skip of skips.toSorted((left, right) => left.from - right.from)) {
    const last = joined.at(-1)
    if (last === undefined || skip.from > last.from + last.steps) joined.push(skip)
    else joined[joined.length - 1] = { ...last, steps: Math.max(last.steps, skip.from - last.from + skip.steps) }
  }
  return joined
}

/** Lists the skips, merged, that the first `steps` steps of a training come to. */
export const reached = (skips: Feed["skip"], steps: number): Feed["skip"] => {
  let position = steps - 1
  return merged(skips).filter(({ from, steps }) => {
    if (from > position) return false
    position += steps
    return true
  })
}

/** Finds the step that would be shown, were nothing skipped, what a step is shown. */
export const positionOf = (skips: Feed["skip"], step: number): number =>
  reached(skips, step + 1).reduce((position, { steps }) => position + steps, step)
