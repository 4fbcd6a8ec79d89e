/**
 * The learning rate of each kind of schedule: at step t of a length of T steps, for 0 <= t <= T.
 */
import type { Single } from "./Lengths.ts"

type Of<Tag extends Single["_tag"]> = Extract<Single, { readonly _tag: Tag }>

/** Goes from `from` (share 0) to `to` (share 1); both ends are exact, and so is a way that leads nowhere. */
export const between = (from: number, to: number, share: number): number =>
  share < 0.5 ? from + (to - from) * share : to - (to - from) * (1 - share)

/** What is left of the way after `share` of half a cosine. */
const halfCosine = (share: number): number => (1 + Math.cos(Math.PI * share)) / 2

/** Powers of the ends cannot overflow as their ratio can, but may leave the ends by a rounding. */
const geometric = (from: number, to: number, share: number): number =>
  Math.min(Math.max(from, to), Math.max(Math.min(from, to), from ** (1 - share) * to ** share))

/** Where a one-cycle is at its peak, counted from 0; it need not be a whole step. */
const topOf = ({ rise }: Of<"OneCycle">, length: number): number => rise * length - 1

const oneCycle = (schedule: Of<"OneCycle">, step: number, length: number): number => {
  const { divide, finalDivide, peak } = schedule
  const initial = peak / divide
  const last = length - 1
  const top = topOf(schedule, length)
  const t = Math.min(step, last)
  const anneal = (from: number, to: number, share: number): number =>
    schedule.anneal === "linear" ? between(from, to, share) : between(to, from, halfCosine(share))
  if (t > top) return anneal(peak, initial / finalDivide, (t - top) / (last - top))
  return top === 0 ? peak : anneal(initial, peak, t / top)
}

/** Where the decay of a warmup-stable-decay begins: the warmup comes first where there is not room for both. */
const fallOf = ({ decay, warmup }: Of<"WarmupStableDecay">, length: number): number =>
  Math.max(warmup.steps, length - decay.steps)

const leftOf = ({ shape }: Of<"WarmupStableDecay">, share: number): number => {
  switch (shape) {
    case "linear":
      return 1 - share
    case "cosine":
      return halfCosine(share)
    case "sqrt":
      return 1 - Math.sqrt(share)
  }
}

const warmupStableDecay = (schedule: Of<"WarmupStableDecay">, t: number, length: number): number => {
  const { final, peak, warmup } = schedule
  const fall = fallOf(schedule, length)
  if (t < warmup.steps) return between(0, peak, t / warmup.steps)
  return t <= fall ? peak : between(final, peak, leftOf(schedule, (t - fall) / (length - fall)))
}

/** Evaluates a schedule over `length` steps. What it takes at `step = length` it keeps from there on. */
export const at = (schedule: Single, step: number, length: number): number => {
  const t = Math.min(step, length)
  const done = t / length
  switch (schedule._tag) {
    case "Constant":
      return schedule.value
    case "Linear":
      return between(schedule.peak, schedule.final, done)
    case "Cosine":
      return between(schedule.final, schedule.peak, halfCosine(done))
    case "Polynomial":
      return between(schedule.final, schedule.peak, (1 - done) ** schedule.power)
    case "Exponential":
      return geometric(schedule.peak, schedule.final, done)
    case "Step":
      return schedule.peak * schedule.factor ** Math.floor(t / schedule.every.steps)
    case "Piecewise":
      return schedule.multiply.reduce((rate, { at, by }) => at.steps <= t ? rate * by : rate, schedule.start)
    case "OneCycle":
      return oneCycle(schedule, t, length)
    case "WarmupStableDecay":
      return warmupStableDecay(schedule, t, length)
    case "InverseSquareRoot": {
      const { steps } = schedule.warmup
      return t < steps ? between(0, schedule.peak, t / steps) : schedule.peak * Math.sqrt(steps / t)
    }
  }
}

/** A staircase of more steps than this looks like a slope. */
const mostStairs = 100

/** Lists the steps at which a schedule goes over from one formula to the next, or to another value. */
export const turns = (schedule: Single, length: number): ReadonlyArray<number> => {
  switch (schedule._tag) {
    case "Step": {
      const { steps } = schedule.every
      const stairs = Math.floor((length - 1) / steps)
      return stairs > mostStairs ? [] : Array.from({ length: stairs }, (_, index) => (index + 1) * steps)
    }
    case "Piecewise":
      return schedule.multiply.map(({ at }) => at.steps)
    case "OneCycle": {
      const before = Math.max(0, Math.floor(topOf(schedule, length)))
      return [at(schedule, before + 1, length) > at(schedule, before, length) ? before + 1 : before]
    }
    case "WarmupStableDecay":
      return [schedule.warmup.steps, fallOf(schedule, length)]
    case "InverseSquareRoot":
      return [schedule.warmup.steps]
    default:
      return []
  }
}
