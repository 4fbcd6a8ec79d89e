/**
 * What a night has come to: its comparisons, and what else has to be known of it.
 */
import * as Effect from "effect/Effect"
import * as FaultText from "../report/FaultText.ts"
import * as Expectations from "../run/Expectations.ts"
import { Store } from "../run/Store.ts"
import type { RunRecord } from "../run/store/Listing.ts"
import * as BaselineFile from "./BaselineFile.ts"
import * as Measured from "./Measured.ts"
import * as Night from "./Night.ts"
import type { NightRecord } from "./NightRecord.ts"
import * as NightRuns from "./NightRuns.ts"
import type { Broken } from "./PlannedText.ts"

/** A run that failed although nothing expects that; `fault` is in a person's words. */
export interface Failed {
  readonly run: string
  readonly experiment: string
  readonly arm: string
  readonly seed: number
  readonly fault: string
}

/** The document of `ballast nightly --json`, before numbers that JSON lacks become strings. */
export interface NightReport extends Night.Document {
  /** Null where nothing was due. */
  readonly night: string | null
  /** Milliseconds since 1970; `ended` is null where it is to go on. */
  readonly started: number
  readonly ended: number | null
  readonly origin: NightRecord["origin"]
  readonly launches: NightRecord["launches"]
  readonly runs: { readonly ended: number; readonly all: number }
  readonly failed: ReadonlyArray<Failed>
  readonly broken: ReadonlyArray<Broken>
}

const failedOf = Effect.fnUntraced(function*(runs: ReadonlyArray<RunRecord>) {
  const store = yield* Store
  const found = yield* Effect.forEach(runs.filter(({ status }) => status === "failed"), Effect.fnUntraced(function*(run) {
    const { arm, experiment, id, launch, result, seed } = run
    if (result === null) return []
    const request = (yield* store.launch(launch))?.request
    if (Expectations.expectsFailure(request?.expect ?? [], result)) return []
    const failed: Failed = { run: id, experiment, arm, seed, fault: FaultText.of(result) }
    return [failed]
  }))
  return found.flat()
})

const measuredOf = (runs: ReadonlyArray<RunRecord>): ReadonlyArray<Measured.Measured> =>
  runs.map(Measured.read).filter(Measured.isMeasured)

/** Judges a night by what has ended of it. Fails with BaselinesInvalid. */
export const make = Effect.fn("NightReport.make")(function*(
  night: Omit<NightRecord, "id"> & { readonly id: string | null },
  { baselines: folder, broken }: { readonly baselines: string; readonly broken: ReadonlyArray<Broken> }
) {
  const runsOf = (repeat: boolean) => NightRuns.of(night.launches.filter((one) => one.repeat === repeat).map(({ launch }) => launch))
  const [first, again] = [yield* runsOf(false), yield* runsOf(true)]
  const of = (runs: ReadonlyArray<RunRecord>, asked: Pick<Night.Row, "experiment" | "arm">) =>
    runs.filter(({ arm, experiment }) => experiment === asked.experiment && arm === asked.arm)
  const isLaunched = (experiment: string): boolean => night.launches.some((one) => one.experiment === experiment)
  const document = Night.judge({
    baselines: yield* Effect.forEach(night.baselines, (experiment) => BaselineFile.read(folder, experiment)),
    arms: night.arms.map((arm) => {
      const repeats = of(again, arm)
      const isWhole = repeats.every(({ result }) => result !== null)
      const repeat = isWhole ? measuredOf(repeats) : []
      return { experiment: arm.experiment, arm: arm.arm, runs: measuredOf(of(first, arm)), repeat }
    }),
    unended: night.arms.filter((arm) => !isLaunched(arm.experiment) || of(first, arm).some(({ result }) => result === null))
  })
  const runs = [...first, ...again]
  const report: NightReport = {
    ...document,
    night: night.id,
    started: night.started,
    ended: night.ended,
    origin: night.origin,
    launches: night.launches,
    runs: { ended: runs.filter(({ result }) => result !== null).length, all: runs.length },
    failed: yield* failedOf(runs),
    broken
  }
  return report
})
