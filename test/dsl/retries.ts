/**
 * Remedies and decisions on faults of every kind.
 */
import * as fc from "fast-check"
import { type Length, Remedy, Retry } from "../../dsl/index.ts"

const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })
const count = fc.integer({ min: 1, max: 1000 })

const length: fc.Arbitrary<Length.Length> = fc.oneof(
  fc.record({ steps: count }),
  fc.record({ epochs: between(0.01, 100) })
)

const factor = between(0.01, 1)

/** Any remedy. */
export const remedies: fc.Arbitrary<Remedy.Remedy> = fc.oneof<Array<fc.Arbitrary<Remedy.Remedy>>>(
  fc.record({ steps: fc.nat(1000) }, { requiredKeys: [] }).map(Remedy.rollBack),
  fc.record({ factor }, { requiredKeys: [] }).map(Remedy.scaleLearningRate),
  fc.record({ factor, start: between(0.01, 100) }, { requiredKeys: [] }).map(Remedy.tightenClip),
  fc.record({ factor: between(1, 10), least: length }, { requiredKeys: [] }).map(Remedy.extendWarmup),
  fc.record({ steps: count }, { requiredKeys: [] }).map(Remedy.skipBatches),
  fc.constantFrom(Remedy.quarantineSample, Remedy.halveBatch, Remedy.reorder),
  fc.constantFrom(null, "tensorflow" as const, "wasm" as const).map(Remedy.switchEngine)
)

/** Any one try. */
export const rungs: fc.Arbitrary<Retry.Rung> = fc.tuple(remedies, fc.array(remedies, { maxLength: 2 }))
  .map(([first, others]) => [first, ...others])

const climbs: fc.Arbitrary<readonly [Retry.Rung, ...ReadonlyArray<Retry.Rung>]> = fc.tuple(
  rungs,
  fc.array(rungs, { maxLength: 3 })
).map(([first, others]) => [first, ...others])

const attempts = fc.record({ attempts: fc.integer({ min: 1, max: 6 }) }, { requiredKeys: [] })
const durations = fc.constantFrom("1 second", "2 minutes", "0.5 hours")

const again: fc.Arbitrary<Retry.Again> = fc.record({
  times: fc.integer({ min: 1, max: 8 }),
  first: durations,
  factor: between(1, 10),
  most: durations,
  jitter: between(0, 1)
}, { requiredKeys: [] }).map(Retry.again)

const changes: fc.Arbitrary<Retry.Change> = fc.oneof(
  fc.constant<Retry.Change>({ _tag: "Stop" }),
  climbs.map((rungs) => Retry.climb(...rungs)),
  attempts.map(Retry.diagnose)
)

const repeats: fc.Arbitrary<Retry.Repeat> = fc.oneof(fc.constant<Retry.Repeat>({ _tag: "Stop" }), again)
const trials = fc.record({ steps: fc.nat(1000) })

/** Whatever may be tried after a fault. */
export const retries: fc.Arbitrary<Retry.Retry> = fc.oneof(
  fc.constant(Retry.never),
  climbs.map((rungs) => Retry.ladder(...rungs)),
  fc.record({ attempts: fc.integer({ min: 1, max: 6 }), trials, again }, { requiredKeys: [] }).map(Retry.diagnosed),
  fc.tuple(
    fc.record({
      NonFinite: changes,
      Diverged: changes,
      OutOfMemory: changes,
      DataFault: changes,
      EngineFault: changes,
      WorkerLost: repeats,
      Preempted: repeats,
      Timeout: repeats
    }),
    fc.record({ trials }, { requiredKeys: [] })
  ).map(([decisions, options]) => Retry.on(decisions, options))
)
