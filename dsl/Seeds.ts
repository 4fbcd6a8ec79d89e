/** The seeds that every arm is trained with: each decides weights, order and augmentation of one run. */
export type Seeds = ReadonlyArray<number>

/** No experiment repeats every arm more often. */
const most = 10_000

/** Numbers so many seeds, from 0 on. A count that is no whole number above 0 makes none, which validation refuses. */
export const count = (count: number): Seeds =>
  Number.isSafeInteger(count) && count > 0 && count <= most ? Array.from({ length: count }, (_, index) => index) : []
