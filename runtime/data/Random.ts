/**
 * Random numbers as a pure function of keys: whoever knows the keys draws the same numbers, on any machine and thread.
 */

/** Changes whenever the same keys would give other numbers. */
export const version = 1

export interface Stream {
  /** A number in [0, 1), a multiple of 2^-32. */
  readonly uniform: () => number
  /** A whole number in [0, bound). */
  readonly below: (bound: number) => number
  /** A number in [low, high). */
  readonly between: (low: number, high: number) => number
}

/** Spreads 32 bits over 32 bits (the finaliser of MurmurHash3). */
const mix = (value: number): number => {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

const golden = 0x9e3779b9

const absorb = (state: number, word: number): number => mix((Math.imul(state, 5) + golden) ^ mix(word + golden))

/** Folds keys, whole numbers or texts, into 32 bits. */
const fold = (keys: ReadonlyArray<number | string>, start: number): number => {
  let state = mix(start + version)
  for (const key of keys) {
    if (typeof key === "string") {
      state = absorb(state, key.length)
      for (let index = 0; index < key.length; index++) state = absorb(state, key.charCodeAt(index))
    } else {
      state = absorb(state, key | 0)
      state = absorb(state, Math.floor(key / 0x1_0000_0000))
    }
  }
  return state
}

/** Opens the stream of some keys. Streams of other keys are independent of it. */
export const stream = (...keys: ReadonlyArray<number | string>): Stream => {
  // Two halves of state: with one alone, streams would begin to overlap after some ten thousand of them.
  const high = fold(keys, 1)
  let low = fold(keys, 2)
  const next = (): number => {
    low = (low + golden) >>> 0
    return mix(mix(low) ^ high)
  }
  const uniform = (): number => next() / 0x1_0000_0000
  return {
    uniform,
    below: (bound) => Math.floor(uniform() * bound),
    between: (low, high) => low + (high - low) * uniform()
  }
}

/** Orders the numbers 0 to `count - 1` at random (Fisher and Yates). */
export const shuffled = (count: number, random: Stream): ReadonlyArray<number> => {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = random.below(index + 1)
    const kept = order[index] as number
    order[index] = order[other] as number
    order[other] = kept
  }
  return order
}
