/**
 * What a night is to run: arms, seeds, why and at what cost.
 */
import type { Identity } from "../plan/Identity.ts"
import type * as ArmDiff from "../review/diff/ArmDiff.ts"
import type { Prepared } from "../run/Prepare.ts"
import * as Baseline from "./Baseline.ts"
import type { Due } from "./Due.ts"
import type * as Sufficiency from "./Sufficiency.ts"

/** One arm. `seconds` is what one of its runs took before; null where none was made. Times are milliseconds since 1970. */
export interface Arm extends Due {
  readonly experiment: string
  readonly file: string
  readonly arm: string
  readonly identity: Identity
  readonly seeds: ReadonlyArray<number>
  readonly seconds: number | null
  /** What it is compared with; null where there is nothing, or what there is has trained something else. */
  readonly baseline: Baseline.Baseline | null
}

export interface Options {
  readonly file: string
  readonly due: Due
  readonly baselines: Baseline.Document
  /** So many of a baseline's seeds are run again. */
  readonly seeds: number
  readonly seconds: ArmDiff.Seconds
}

/** Which engine a night will find is not known yet: of several baselines the smallest is planned for. */
const baselineOf = (
  { baselines }: Baseline.Document,
  arm: string,
  { data, training }: { readonly data: string | null; readonly training: string | null }
): Baseline.Baseline | null => {
  if (data === null || training === null) return null
  const own = baselines.filter((baseline) => baseline.arm === arm && Baseline.sameTraining(baseline, { data, training }))
  return own.toSorted((left, right) => left.samples.length - right.samples.length)[0] ?? null
}

const ascending = (seeds: ReadonlyArray<number>): ReadonlyArray<number> => seeds.toSorted((left, right) => left - right)

/**
 * Plans a night's runs of an experiment. Where an arm has a baseline, the first of its seeds run again: their first losses
 * can then be compared to the bit. Elsewhere those run that the experiment declares.
 */
export const arms = ({ experiment, plan }: Prepared, options: Options): ReadonlyArray<Arm> =>
  plan.arms.map((planned) => {
    const baseline = baselineOf(options.baselines, planned.arm, planned.identity)
    return {
      ...options.due,
      experiment: experiment.name,
      file: options.file,
      arm: planned.arm,
      identity: planned.identity,
      seeds: baseline === null
        ? experiment.seeds
        : ascending(baseline.samples.map(({ seed }) => seed)).slice(0, options.seeds),
      seconds: options.seconds(planned),
      baseline
    }
  })

/** Lists what of a night is compared with a baseline. */
export const compared = (planned: ReadonlyArray<Arm>): ReadonlyArray<Sufficiency.Arm> =>
  planned.flatMap(({ arm, baseline, experiment, seeds }) =>
    baseline === null ? [] : [{ experiment, arm, seeds: seeds.length, baseline }]
  )
