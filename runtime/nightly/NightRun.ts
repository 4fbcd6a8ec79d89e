/**
 * A night from its plan to its verdict: launches what was not launched yet, waits for the end, and has what looks like a
 * regression be made once more.
 */
import * as Effect from "effect/Effect"
import type { Choice } from "../engine/Engines.ts"
import * as Figure from "../report/Figure.ts"
import * as Environment from "../run/Environment.ts"
import type { Home, HomeUnusable } from "../run/Home.ts"
import { newLaunchId } from "../run/LaunchId.ts"
import * as Owner from "../run/Owner.ts"
import { LaunchHeld } from "../run/Resume.ts"
import { Store } from "../run/Store.ts"
import * as Night from "./Night.ts"
import * as NightPlan from "./NightPlan.ts"
import * as NightRecord from "./NightRecord.ts"
import * as NightReport from "./NightReport.ts"
import * as NightRuns from "./NightRuns.ts"

export interface Options<E, R> extends NightRuns.Finishing<E, R>, Omit<NightPlan.Options, "judged"> {
  readonly engine: Choice
}

/** Begins a night. Nothing is launched yet, but for what a trigger has. */
export const begin = Effect.fn("NightRun.begin")(
  function*(plan: NightPlan.NightPlan, { engine }: { readonly engine: Choice }) {
    const started = Date.now()
    const night: NightRecord.NightRecord = {
      format: "ballast.night/1",
      id: newLaunchId(started),
      started,
      ended: null,
      engine,
      origin: Environment.originOf(yield* Environment.gather),
      owner: Owner.self(),
      arms: NightPlan.armsOf(plan).map(({ arm, experiment, file, identity: { data, training }, seeds }) => ({
        experiment,
        arm,
        training,
        data,
        file,
        seeds
      })),
      baselines: plan.baselines,
      launches: plan.parts.flatMap(({ experiment, launch }) => launch === null ? [] : [{ experiment, launch, repeat: false }])
    }
    return night
  }
)

/** A night that is to go on, and how many of its runs have ended so far. */
export interface Interrupted {
  readonly night: NightRecord.NightRecord
  readonly runs: { readonly ended: number; readonly all: number }
}

/**
 * Finds a night of the same commit that trains the same and was interrupted, to go on with. Fails with LaunchHeld where
 * somebody is at work on it.
 */
export const interrupted = Effect.fn("NightRun.interrupted")(
  function*({ trained }: Pick<NightPlan.NightPlan, "trained">, { engine, home }: { readonly engine: Choice; readonly home: Home }) {
    const origin = Environment.originOf(yield* Environment.gather)
    const found = NightRecord.unfinished(NightRecord.list(home), { engine, origin, trained })
    if (found === null) return null
    if (NightRecord.isHeld(found)) {
      return yield* new LaunchHeld({ message: `${Owner.name(found.owner)} is at work on night ${found.id}: wait for its end, or interrupt it` })
    }
    const runs = yield* NightRuns.of(found.launches.map(({ launch }) => launch))
    const interrupted: Interrupted = {
      night: { ...found, owner: Owner.self() },
      runs: { ended: runs.filter(({ result }) => result !== null).length, all: runs.length }
    }
    return interrupted
  }
)

/** A launch of a night that was broken off, with so many runs that the queue still has. */
export interface Left {
  readonly night: NightRecord.NightRecord
  readonly experiment: string
  readonly launch: string
  readonly runs: number
}

/** Finds what nights that were broken off have left in the queue, but for what a night takes over. */
export const left = Effect.fn("NightRun.left")(function*(home: Home, taking: ReadonlyArray<string>) {
  const nights = NightRecord.list(home).filter((night) => night.ended === null && !NightRecord.isHeld(night))
  const launches = nights.flatMap((night) => night.launches.map(({ experiment, launch }) => ({ night, experiment, launch })))
  const found = yield* Effect.forEach(launches.filter(({ launch }) => !taking.includes(launch)), Effect.fnUntraced(function*(one) {
    const open = (yield* NightRuns.of([one.launch])).filter(({ queued, result }) => queued && result === null)
    const left: Left = { ...one, runs: open.length }
    return left
  }))
  return found.filter(({ runs }) => runs > 0)
})

/** Keeps a night as it goes on. */
const keeping = (home: Home, begun: NightRecord.NightRecord) => {
  let night = begun
  return {
    now: () => night,
    change: (changes: Partial<NightRecord.NightRecord>) =>
      Effect.suspend(() => {
        night = { ...night, ...changes }
        return NightRecord.write(home, night)
      })
  }
}

/**
 * Launches an experiment once. Which launch that will be is kept before: whoever goes on with a night that was killed in
 * between knows by it whether there is such a launch, and makes the very same where there is none.
 */
const launchingOf = (kept: ReturnType<typeof keeping>) =>
  Effect.fnUntraced(function*<E, R>(
    one: Omit<NightRecord.NightRecord["launches"][number], "launch">,
    submit: (launch: string) => Effect.Effect<void, E, R>
  ) {
    const store = yield* Store
    const known = kept.now().launches.find(({ experiment, repeat }) => experiment === one.experiment && repeat === one.repeat)
    const launch = known?.launch ?? newLaunchId(Date.now())
    if (known === undefined) yield* kept.change({ launches: [...kept.now().launches, { ...one, launch }] })
    if ((yield* store.launch(launch)) === null) yield* submit(launch)
  })

const launchesOf = ({ launches }: NightRecord.NightRecord, repeat: boolean): ReadonlyArray<string> =>
  launches.filter((one) => one.repeat === repeat).map(({ launch }) => launch)

/** A night as far as it was brought. `close` keeps that it has ended: only once its report has been told is it over. */
export interface Brought {
  readonly report: NightReport.NightReport
  readonly close: Effect.Effect<void, HomeUnusable>
}

/**
 * Brings a night to its end, or as far as nobody stops it and there is somebody to make its runs, and judges what there is.
 * Fails with BaselinesInvalid, HomeUnusable and, where an experiment of it does not load any more, with InvalidExperiment
 * and NotLoaded.
 */
export const bring = Effect.fn("NightRun.bring")(
  function*<E, R>(begun: NightRecord.NightRecord, plan: Pick<NightPlan.NightPlan, "broken" | "parts">, options: Options<E, R>) {
    const { baselines, engine, home, say, stop } = options
    const { broken } = plan
    const kept = keeping(home, begun)
    yield* kept.change({})
    const launching = launchingOf(kept)
    for (const [experiment, arms] of Map.groupBy(begun.arms, ({ experiment }) => experiment)) {
      yield* launching({ experiment, repeat: false }, Effect.fnUntraced(function*(launch) {
        const [first] = arms
        if (first === undefined) return
        const planned = plan.parts.find((part) => part.experiment === experiment)
        const prepared = planned?.prepared ?? (yield* NightPlan.prepare(first.file, options))
        yield* NightRuns.submit(prepared, arms, { file: first.file, engine, commit: null, launch })
      }))
    }
    const whole = (runs: ReadonlyArray<{ readonly result: unknown }>): boolean => runs.every(({ result }) => result !== null)
    const report = (ended: number | null) => NightReport.make({ ...kept.now(), ended }, { baselines, broken })
    const open = Effect.map(report(null), (report): Brought => ({ report, close: Effect.void }))
    if (!whole(yield* NightRuns.finish(launchesOf(kept.now(), false), options))) return yield* open
    const waiting = Map.groupBy(Night.toRepeat(yield* report(null)), ({ experiment }) => experiment)
    for (const { experiment, launch, repeat } of kept.now().launches) {
      const arms = (waiting.get(experiment) ?? []).map(({ arm }) => arm)
      if (repeat || arms.length === 0 || stop.requested() !== null) continue
      yield* launching({ experiment, repeat: true }, Effect.fnUntraced(function*(again) {
        yield* say(`${experiment}: ${Figure.plural(arms.length, "arm")} looks worse, and is made once more: ${arms.join(", ")}`)
        yield* NightRuns.repeat(launch, arms, again)
      }))
    }
    const repeats = yield* NightRuns.finish(launchesOf(kept.now(), true), options)
    const isStopped = stop.requested() !== null && Night.toRepeat(yield* report(null)).length > 0
    if (!whole(repeats) || isStopped) return yield* open
    const ended = Date.now()
    const brought: Brought = { report: yield* report(ended), close: kept.change({ ended }) }
    return brought
  }
)

/** Judges a night in which nothing is to run, but in which a baseline may have lost its experiment. */
export const ofNothing = Effect.fn("NightRun.ofNothing")(
  function*(plan: NightPlan.NightPlan, options: { readonly baselines: string; readonly engine: Choice }) {
    const night = yield* begin(plan, options)
    return yield* NightReport.make({ ...night, id: null, ended: night.started }, { baselines: options.baselines, broken: plan.broken })
  }
)
