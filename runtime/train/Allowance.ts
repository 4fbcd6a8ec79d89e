/** Bounds what something costs to a share of the time that goes by. Times in milliseconds. */
export interface Allowance {
  /** Tells whether it may be done again now. */
  readonly due: (now: number) => boolean
  /** Takes down that it was done, and what it took. */
  readonly spent: (now: number, cost: number) => void
}

/**
 * Allows something that takes at most `share` of the time on average, and never sooner than `least` after the last time,
 * or after `began`. The first time counts for what it may cost only until there is a second: first times take longer.
 */
export const make = (options: { readonly share: number; readonly least: number; readonly began: number }): Allowance => {
  const { least, share } = options
  let last = options.began
  let first: number | null = null
  let later = { times: 0, sum: 0 }
  return {
    due: (now) => {
      const cost = later.times === 0 ? first ?? 0 : later.sum / later.times
      return now - last >= Math.max(least, cost / share)
    },
    spent: (now, cost) => {
      if (first === null) first = cost
      else later = { times: later.times + 1, sum: later.sum + cost }
      last = now
    }
  }
}
