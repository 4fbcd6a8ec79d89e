/**
 * Putting a launch into the queue.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { decode, encode } from "../../train/EventLog.ts"
import type { RunResult } from "../Result.ts"
import { type Fired, insertLaunch } from "../Store.ts"
import type { Database, Value } from "../store/Database.ts"
import * as Insert from "../store/Insert.ts"
import type { Broker, Waiting } from "./Broker.ts"
import * as Demand from "./Demand.ts"
import * as Place from "./Place.ts"
import * as Submission from "./Submission.ts"

/** The queue does not take a launch; `message` says why. */
export class SubmissionRefused extends Schema.TaggedError<SubmissionRefused>()("SubmissionRefused", {
  message: Schema.String
}) {}

/** A run that was submitted. `answered` is the run whose result is its own as well; null where it waits. */
export interface SubmittedRun {
  readonly id: string
  readonly arm: string
  readonly seed: number
  readonly answered: string | null
}

export interface Submitted {
  readonly launch: string
  readonly runs: ReadonlyArray<SubmittedRun>
}

export interface Options {
  readonly launch: string
  readonly terms: Submission.Terms
  /** What submits it; null for a person. */
  readonly trigger: Fired | null
  readonly now: number
  /** Names the folder of a run. */
  readonly directoryOf: (run: string) => string
}

interface Earlier {
  readonly id: string
  readonly result: RunResult
}

/** SQLite takes a square of their number to bind a statement's values. */
const askedAtOnce = 1_000

/** Finds the newest runs that have succeeded, by what they answer. */
const earlier = Effect.fnUntraced(function*(database: Database, answers: ReadonlyArray<string>) {
  const found = new Map<string, Earlier>()
  for (let from = 0; from < answers.length; from += askedAtOnce) {
    const asked = answers.slice(from, from + askedAtOnce)
    const rows = yield* database.rows(
      `select id, answer, result from runs where status = 'succeeded' and answer in (${asked.map((_, index) => `$${index + 1}`).join(", ")})
      order by ended`,
      ...asked
    )
    for (const { answer, id, result } of rows) {
      found.set(String(answer), { id: String(id), result: decode(String(result)) as RunResult })
    }
  }
  return found
})

const demandKnown = Effect.fnUntraced(function*(database: Database, run: string | null) {
  if (run === null) return
  const rows = yield* database.rows("select 1 from runs where id = $1", run)
  if (rows.length === 0) {
    return yield* new SubmissionRefused({ message: `--after ${run}: there is no such run; npx ballast runs list shows those there are` })
  }
})

const runColumns = [
  "id", "launch", "launched", "place", "arm", "seed", "status", "directory", "answer", "started", "ended", "result"
]

const ticketColumns = [
  "run", "demand", "state", "place", "priority", "submitted", "not_before", "after_run", "after_launch", "give_up", "most_seconds", "delivery"
]

/** Records a launch and has its runs wait, all of them or none. Fails with SubmissionRefused. */
export const submit = Effect.fn("Submit.submit")(function*(
  database: Database,
  broker: Broker,
  submission: Submission.Submission,
  { directoryOf, launch, now, terms, trigger }: Options
) {
  yield* demandKnown(database, terms.after)
  const { arms, experiment, request } = submission
  yield* insertLaunch(database, { id: launch, experiment, started: now, request }, { arms, trigger })
  const demands = new Map<string, string>()
  for (const [arm, { demand }] of Object.entries(arms)) {
    const id = Demand.id(demand)
    demands.set(arm, id)
    yield* database.change("insert into demands (id, demand) values ($1, $2) on conflict (id) do nothing", id, JSON.stringify(demand))
  }
  const place = Place.of(terms.priority, now)
  const { after, behind, maxRun, maxWait } = terms
  const notBefore = terms.notBefore ?? 0
  const held = after !== null || behind !== null || notBefore > now
  const answers = submission.runs.map((run) => Submission.answerOf(submission, run))
  const known = yield* earlier(database, terms.reuse ? answers.filter((answer) => answer !== null) : [])
  const runs: Array<SubmittedRun> = []
  const rows: Array<ReadonlyArray<Value>> = []
  const tickets: Array<ReadonlyArray<Value>> = []
  const waiting: Array<Waiting> = []
  for (const [index, run] of submission.runs.entries()) {
    const id = `${launch}-${index + 1}`
    const { arm, seed } = run
    const answer = answers[index] ?? null
    const found = answer === null ? undefined : known.get(answer)
    runs.push({ id, arm, seed, answered: found?.id ?? null })
    if (found !== undefined) {
      const { directory } = found.result
      // The one that was made answers for others, and not its echo.
      rows.push([id, launch, now, index, arm, seed, "succeeded", directory, null, now, now, encode({ ...found.result, id, arm })])
      continue
    }
    rows.push([id, launch, now, index, arm, seed, "waiting", directoryOf(id), answer, null, null, null])
    const one = { run: id, demand: demands.get(run.arm) ?? "", delivery: randomUUID(), place, again: false }
    const giveUp = maxWait === null ? null : now + maxWait * 1000
    tickets.push([
      id, one.demand, held ? "held" : "waiting", place, terms.priority, now, notBefore, after, behind, giveUp, maxRun, one.delivery
    ])
    waiting.push(one)
  }
  yield* Insert.many(database, "runs", runColumns, rows)
  yield* Insert.many(database, "tickets", ticketColumns, tickets)
  if (!held) yield* broker.put(database, waiting)
  const submitted: Submitted = { launch, runs }
  return submitted
})
