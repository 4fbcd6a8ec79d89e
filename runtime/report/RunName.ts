import * as Line from "./Line.ts"

/** One arm at one seed, as people call it. */
export interface Named {
  readonly arm: string
  readonly seed: number
}

/** Names a run in at most so many columns: the arm is shortened before the seed is. */
export const of = ({ arm, seed }: Named, columns: number = Infinity): string => {
  const tail = `, seed ${seed}`
  return Line.shorten(`${Line.shorten(Line.clean(arm), Math.max(1, columns - tail.length))}${tail}`, columns)
}
