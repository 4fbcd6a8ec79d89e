/**
 * The triggers that a queue keeps, each with the launch that it makes, and what becomes of those that are due.
 */
import * as Effect from "effect/Effect"
import type { AtTimes } from "../../../dsl/Trigger.ts"
import * as Canonical from "../../plan/Canonical.ts"
import { newLaunchId } from "../LaunchId.ts"
import type { Broker } from "../queue/Broker.ts"
import * as Cancel from "../queue/Cancel.ts"
import * as Submission from "../queue/Submission.ts"
import * as Submit from "../queue/Submit.ts"
import type { Database } from "../store/Database.ts"
import * as Overlap from "./Overlap.ts"
import * as Times from "./Times.ts"

/** A trigger as the queue keeps it; times are milliseconds since 1970. */
export interface Kept {
  readonly id: string
  readonly experiment: string
  readonly fires: AtTimes
  readonly next: number
  /** The newest launch that it made, and for which time; null for none yet. */
  readonly last: { readonly launch: string; readonly at: number } | null
  /** What there was to say of the last time that it was due, in a person's words; null for nothing. */
  readonly remark: string | null
}

/** What came of a trigger that was due. */
export interface Occasion {
  readonly id: string
  readonly experiment: string
  readonly launches: ReadonlyArray<string>
  readonly remark: string | null
}

/** Names one time table of an experiment's: the same one keeps its past where the experiment is added again. */
const idOf = (experiment: string, { cron, timeZone }: AtTimes): string =>
  `${experiment}:${Canonical.hash([cron, timeZone]).slice(0, idLength)}`

const idLength = 8

/** Has an experiment be launched at the times of its triggers, from now on, in the place of those that it had. */
export const add = Effect.fn("Keeping.add")(function*(
  database: Database,
  submission: Submission.Submission,
  triggers: ReadonlyArray<AtTimes>,
  now: number
) {
  const { experiment } = submission
  const before = yield* database.rows("select id, since from triggers where experiment = $1", experiment)
  const known = new Map(before.map(({ id, since }) => [String(id), Number(since)]))
  yield* database.change("delete from triggers where experiment = $1", experiment)
  for (const [place, trigger] of triggers.entries()) {
    const id = idOf(experiment, trigger)
    const since = known.get(id) ?? now
    yield* database.change(
      `insert into triggers (id, experiment, place, fires, submission, since, next) values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (id) do nothing`,
      id, experiment, place, JSON.stringify(trigger), JSON.stringify(submission), since, Times.next(trigger, since)
    )
  }
})

/** Forgets an experiment's triggers; false where it had none. What they have launched goes on. */
export const remove = (database: Database, experiment: string) =>
  Effect.map(database.change("delete from triggers where experiment = $1", experiment), (removed) => removed > 0)

/** Lists the triggers, by their experiments. */
export const list = Effect.fn("Keeping.list")(function*(database: Database) {
  const rows = yield* database.rows(
    `select triggers.id, triggers.experiment, triggers.fires, triggers.next, triggers.remark,
      (select launches.id from launches where trigger_id = triggers.id order by due desc limit 1) as launch,
      (select max(launches.due) from launches where trigger_id = triggers.id) as due
    from triggers order by triggers.experiment, triggers.place`
  )
  return rows.map((row): Kept => ({
    id: String(row["id"]),
    experiment: String(row["experiment"]),
    fires: JSON.parse(String(row["fires"])) as AtTimes,
    next: Number(row["next"]),
    last: row["launch"] === null ? null : { launch: String(row["launch"]), at: Number(row["due"]) },
    remark: row["remark"] as string | null
  }))
})

export interface Options {
  readonly now: number
  readonly directoryOf: (run: string) => string
}

const unended = (database: Database, trigger: string) =>
  Effect.map(
    database.rows(
      `select id, due from launches where trigger_id = $1
        and exists (select 1 from runs where runs.launch = launches.id and runs.result is null)`,
      trigger
    ),
    (rows): ReadonlyArray<Overlap.Unended> => rows.map(({ due, id }) => ({ launch: String(id), at: Number(due) }))
  )

const cancelled = Effect.fnUntraced(function*(database: Database, broker: Broker, launch: string, now: number) {
  const runs = yield* database.rows("select id from runs where launch = $1 and result is null", launch)
  for (const { id } of runs) {
    yield* Cancel.cancel(database, broker, String(id), "its trigger's next time came (overlap \"cancel\")", now)
  }
})

const remarkOf = ({ skip }: Overlap.Decision, leftOut: Times.LeftOut | null): string | null => {
  const [first] = skip
  const said = [
    ...(leftOut === null ? [] : [`${leftOut.count}${leftOut.more ? " or more" : ""} left out: ${leftOut.reason}`]),
    ...(first === undefined ? [] : [`${skip.length} skipped: ${first.reason}`])
  ]
  return said.length === 0 ? null : said.join("; ")
}

/** Launches what triggers are due, and tells what became of each. */
export const fire = Effect.fn("Keeping.fire")(function*(database: Database, broker: Broker, { directoryOf, now }: Options) {
  const rows = yield* database.rows("select id, fires, submission, since from triggers where next <= $1 order by next, id", now)
  const occasions: Array<Occasion> = []
  for (const row of rows) {
    const id = String(row["id"])
    const trigger = JSON.parse(String(row["fires"])) as AtTimes
    const submission = JSON.parse(String(row["submission"])) as Submission.Submission
    const due = Times.due(trigger, { since: Number(row["since"]), now })
    const going = yield* unended(database, id)
    const decision = Overlap.decide(trigger, going, due.fire)
    for (const launch of decision.cancel) yield* cancelled(database, broker, launch, now)
    const launches: Array<string> = []
    let behind = going.toSorted((left, right) => left.at - right.at).at(-1)?.launch ?? null
    for (const { at } of decision.submit) {
      const submitted = yield* Submit.submit(database, broker, submission, {
        launch: newLaunchId(now),
        terms: { ...Submission.usual, behind, reuse: false },
        trigger: { id, at },
        now,
        directoryOf
      })
      launches.push(submitted.launch)
      behind = submitted.launch
    }
    const remark = remarkOf(decision, due.leftOut)
    yield* database.change(
      "update triggers set since = $1, next = $2, remark = $3 where id = $4",
      due.until, Times.next(trigger, due.until), remark, id
    )
    occasions.push({ id, experiment: submission.experiment, launches, remark })
  }
  return occasions
}, Effect.catchTag("SubmissionRefused", Effect.die))
