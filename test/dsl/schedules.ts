/**
 * Schedules of every kind.
 */
import * as fc from "fast-check"
import { LearningRate, type Length } from "../../dsl/index.ts"

interface Ranges {
  /** Learning rates, at least 0. */
  readonly rate: fc.Arbitrary<number>
  readonly length: fc.Arbitrary<Length.Length>
}

const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })

const positions: fc.Arbitrary<ReadonlyArray<Length.Length>> = fc.tuple(
  fc.uniqueArray(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 4 }),
  fc.boolean()
).map(([positions, inSteps]) =>
  positions.toSorted((left, right) => left - right).map((at) => inSteps ? { steps: at } : { epochs: at / 8 })
)

const factors = fc.array(between(1e-3, 8), { minLength: 4, maxLength: 4 })

const piecewise = (rate: fc.Arbitrary<number>): fc.Arbitrary<LearningRate.Piecewise> =>
  fc.tuple(rate, positions, factors).map(([start, positions, factors]) => {
    const changes = positions.map((at, index) => ({ at, by: factors[index] ?? 1 }))
    const [first = { at: { steps: 1 }, by: 1 }, ...rest] = changes
    return LearningRate.piecewise({ start, multiply: [first, ...rest] })
  })

/** Schedules that are not made of others. */
export const singles = ({ length, rate }: Ranges): fc.Arbitrary<LearningRate.Single> => {
  const ends = { peak: rate, final: rate }
  const aboveZero = rate.filter((rate) => rate > 0)
  return fc.oneof<Array<fc.Arbitrary<LearningRate.Single>>>(
    rate.map(LearningRate.constant),
    fc.record(ends).map(LearningRate.linear),
    fc.record(ends).map(LearningRate.cosine),
    fc.record({ ...ends, power: between(0.1, 8) }).map(LearningRate.polynomial),
    fc.record({ peak: aboveZero, final: aboveZero }).map(LearningRate.exponential),
    fc.record({ peak: rate, factor: between(0.01, 1), every: length }).map(LearningRate.step),
    piecewise(rate),
    fc.record({
      peak: rate,
      divide: between(1, 100),
      finalDivide: between(1, 1e5),
      rise: between(0, 1),
      anneal: fc.constantFrom<LearningRate.OneCycle["anneal"]>("cosine", "linear")
    }, { requiredKeys: ["peak"] }).map(LearningRate.oneCycle),
    fc.record({
      ...ends,
      warmup: length,
      decay: length,
      shape: fc.constantFrom<LearningRate.WarmupStableDecay["shape"]>("linear", "cosine", "sqrt")
    }, { requiredKeys: ["peak", "final", "warmup", "decay"] }).map(LearningRate.warmupStableDecay),
    fc.record({ peak: rate, warmup: length }).map(LearningRate.inverseSquareRoot)
  )
}

/** Two to four schedules, one after another. */
export const sequences = (ranges: Ranges): fc.Arbitrary<LearningRate.Sequence> => {
  const schedule = singles(ranges)
  const part = fc.record({ schedule, length: ranges.length })
  return fc.tuple(part, fc.array(part, { maxLength: 2 }), fc.record({ schedule }))
    .map(([first, between, last]) => LearningRate.sequence([first, ...between, last]))
}

/** Schedules of every kind, sequences among them. */
export const schedules = (ranges: Ranges): fc.Arbitrary<LearningRate.LearningRate> =>
  fc.oneof({ arbitrary: singles(ranges), weight: 2 }, { arbitrary: sequences(ranges), weight: 1 })
