/** Bounds what something costs to a share of the time that goes by. Times in milliseconds. */
export interface Allowance {
  /** Tells whether it may be done again now. */
  readonly due: (now: number) => boolean
  /** Takes down that it was done, and what it took. */
  readonly spent: (now: number, cost: number) => void
}

/**
 * Allows something that takes at most `share` of the time, whatever it costs: each time is paid for by the time that goes by
 * after it. It comes never sooner than `least` after the last time, or after `began`.
 */
export const make = (options: { readonly share: number; readonly least: number; readonly began: number }): Allowance => {
  const { least, share } = options
  let last = options.began
  let paid = least
  return {
    due: (now) => now - last >= paid,
    spent: (now, cost) => {
      last = now
      paid = Math.max(least, cost / share)
    }
  }
}
