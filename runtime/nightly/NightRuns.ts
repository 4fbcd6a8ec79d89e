/**
 * A night's runs: put into the queue, and brought to their end by whoever works there.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type { Choice } from "../engine/Engines.ts"
import * as Lookup from "../run/Lookup.ts"
import type { Prepared } from "../run/Prepare.ts"
import { Queue } from "../run/queue/Queue.ts"
import * as Submission from "../run/queue/Submission.ts"
import * as Submitting from "../run/queue/Submitting.ts"
import * as Stop from "../run/Stop.ts"
import { Store } from "../run/Store.ts"
import type { RunRecord } from "../run/store/Listing.ts"

/** A measurement of its own: no run of before answers for it. */
const terms: Submission.Terms = { ...Submission.usual, reuse: false }

/** One arm at its seeds. */
export interface ArmSeeds {
  readonly arm: string
  readonly seeds: ReadonlyArray<number>
}

export interface Options {
  /** Null where the recipes come from no file that lies here. */
  readonly file: string | null
  readonly engine: Choice
  /** The commit that the recipes come from; null for the files as they lie here. */
  readonly commit: string | null
  /** The launch's id. */
  readonly launch: string
}

/** Puts arms of one experiment into the queue, each at seeds of its own. */
export const submit = Effect.fn("NightRuns.submit")(
  function*(prepared: Prepared, arms: ReadonlyArray<ArmSeeds>, { commit, engine, file, launch }: Options) {
    const queue = yield* Queue
    const submission = yield* Submitting.ofPrepared(prepared, {
      arms: arms.map(({ arm }) => arm),
      seeds: [],
      commit,
      request: { file: file === null ? null : path.resolve(file), steps: null, engine, injection: null }
    })
    const runs = arms.flatMap(({ arm, seeds }) => seeds.map((seed) => ({ arm, seed })))
    yield* queue.submit({ ...submission, runs }, terms, launch)
  }
)

/** Puts runs of some arms of the launch `of` into the queue once more, as they were recorded. */
export const repeat = Effect.fn("NightRuns.repeat")(function*(of: string, arms: ReadonlyArray<string>, launch: string) {
  const queue = yield* Queue
  const found = yield* Lookup.launch(of)
  const submission = yield* Submitting.ofLaunched({ ...found, asked: found.runs.filter(({ arm }) => arms.includes(arm)) })
  yield* queue.submit(submission, terms, launch)
})

/** Lists the runs of launches, in their order. */
export const of = Effect.fn("NightRuns.of")(function*(launches: ReadonlyArray<string>) {
  const store = yield* Store
  return (yield* Effect.forEach(launches, (launch) => store.list({ launch }))).flat()
})

export interface Finishing<E, R> {
  readonly stop: Stop.Stop
  /** Works the queue off in this process, where nobody else does. */
  readonly workOff: Effect.Effect<void, E, R>
  readonly say: (text: string) => Effect.Effect<void>
}

const lookEvery = 1_000

const hasEnded = ({ result }: RunRecord): boolean => result !== null

/** Whoever has taken it makes it, or is not heard of any more and loses it in time. */
const isTaken = ({ holder, queued, result }: RunRecord): boolean => result === null && queued && holder !== null

/** Says of each run that it has ended, once, and nothing of those that had before anybody looked. */
const telling = (launches: ReadonlyArray<string>, say: (text: string) => Effect.Effect<void>) => {
  const told = new Set<string>()
  let isFirst = true
  return Effect.gen(function*() {
    const runs = yield* of(launches)
    for (const { arm, experiment, id, result, seed } of runs) {
      if (result === null || told.has(id)) continue
      told.add(id)
      if (!isFirst) yield* say(`${told.size} of ${runs.length}: ${experiment}, ${arm}, seed ${seed} ${result.status} (${id})`)
    }
    isFirst = false
    return runs
  })
}

/** Says what waits although there are workers, once. */
const tellLacking = (say: (text: string) => Effect.Effect<void>) => {
  let told = false
  return Effect.gen(function*() {
    const queue = yield* Queue
    const { lines, workers } = yield* queue.overview
    const [line] = lines.flatMap(({ lacking }) => lacking)
    if (line !== undefined && !told) {
      told = true
      yield* say(`runs wait that no worker can take: ${line.worker} lacks ${line.what}`)
    }
    return workers.length
  })
}

/** Brings launches to their end and returns their runs; some have not ended where somebody stops it, or nobody can make them. */
export const finish = Effect.fn("NightRuns.finish")(
  function*<E, R>(launches: ReadonlyArray<string>, { say, stop, workOff }: Finishing<E, R>) {
    const tell = telling(launches, say)
    const workers = tellLacking(say)
    while (true) {
      const before = yield* tell
      if (before.every(hasEnded) || stop.requested() !== null) return before
      if ((yield* workers) > 0) {
        yield* Stop.pause(lookEvery, stop)
        continue
      }
      const looking = Effect.forever(Effect.andThen(Effect.sleep(lookEvery), tell))
      yield* Effect.raceFirst(workOff, looking)
      const after = yield* tell
      if (after.filter(hasEnded).length > before.filter(hasEnded).length) continue
      if (!after.some(isTaken)) return after
      yield* Stop.pause(lookEvery, stop)
    }
  }
)
