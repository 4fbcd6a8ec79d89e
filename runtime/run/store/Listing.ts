/**
 * Runs as they stand: as they are recorded, or as their processes and folders tell where the record is behind.
 */
import * as Effect from "effect/Effect"
import { decode } from "../../train/EventLog.ts"
import * as Owner from "../Owner.ts"
import type { RunResult, RunStatus } from "../Result.ts"
import * as RunFolder from "../RunFolder.ts"
import type { Database, Row, StoreFailed, Value } from "./Database.ts"
import * as Holder from "./Holder.ts"

/** One run as the record knows it. `result` is null until it has ended; times are in milliseconds since 1970. */
export interface RunRecord {
  readonly id: string
  readonly launch: string
  readonly experiment: string
  readonly arm: string
  readonly seed: number
  readonly status: RunStatus | "waiting" | "running"
  /** Why it was cancelled; null elsewhere. */
  readonly reason: string | null
  readonly directory: string
  readonly started: number | null
  readonly ended: number | null
  /** Who works on it; null where it waits for somebody to take it from the queue. */
  readonly holder: Holder.Holder | null
  /** Whether it is in the queue, or was taken from it by somebody who is at work. */
  readonly queued: boolean
  /** The number of the attempt whose results count; 0 before the first. */
  readonly attempt: number
  readonly result: RunResult | null
}

/** Which runs are asked for. */
export interface Filter {
  /** At most so many. */
  readonly limit?: number
  /** Those whose id begins with this, or whose launch's does. */
  readonly prefix?: string
  readonly launch?: string
  /** Those that stand so, also where the record is behind what their processes and folders tell. */
  readonly status?: RunRecord["status"]
  readonly experiment?: string
  readonly arm?: string
  /** The one of this id. */
  readonly id?: string
  /** Those whose id, experiment or arm has this in it, in whatever case. */
  readonly text?: string
  /** Those that were launched then or later, in milliseconds since 1970. */
  readonly since?: number
  /** Those that are listed after the run of this id; none where there is no such run. */
  readonly after?: string
}

/** Beyond this a list is no list any more. */
const mostListed = 1_000_000

const inQueue = "coalesce(tickets.state, 'ended') <> 'ended'"

/** Only who looks at its process can tell whether such a run has ended. */
const mayHaveEnded = `runs.status in ('waiting', 'running') and not ${inQueue}`

const withTickets = "left join tickets on tickets.run = runs.id"

const columns = `runs.id, runs.launch, launches.experiment, runs.arm, runs.seed, runs.status, runs.reason, runs.directory,
  runs.started, runs.ended, runs.holder, runs.attempt, runs.result,
  case when ${inQueue} then 1 else 0 end as queued`

/** A run whose process is gone has ended as its folder says, and was interrupted where that says nothing. */
const recordOf = (row: Row): RunRecord => {
  const kept = row["result"] as string | null
  const encoded = row["holder"] as string | null
  const known = {
    ...row as unknown as Omit<RunRecord, "holder" | "queued" | "result">,
    holder: encoded === null ? null : Holder.decode(encoded),
    queued: row["queued"] === 1
  }
  if (kept !== null) return { ...known, result: decode(kept) as RunResult }
  const { directory, holder, queued } = known
  if (queued || (holder !== null && Owner.lives(holder))) return { ...known, result: null }
  if (known.status !== "waiting" && known.status !== "running") return { ...known, result: null }
  const result = RunFolder.result(directory)
  return { ...known, status: result?.status ?? "interrupted", result }
}

/** Writes a text as a pattern that it alone fits. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/g, "\\$&")

const containing = (pattern: string): string =>
  `(${["runs.id", "launches.experiment", "runs.arm"].map((column) => `lower(${column}) like ${pattern} escape '\\'`).join(" or ")})`

const placeOf = (run: string): string =>
  `select before.launched, before.launch, -before.place from runs as before where before.id = ${run}`

const conditionsOf = (filter: Filter): { readonly where: string; readonly values: ReadonlyArray<Value> } => {
  const values: Array<Value> = []
  const parameter = (value: Value): string => `$${values.push(value)}`
  const conditions = [
    ...(filter.prefix === undefined
      ? []
      : [`substr(runs.id, 1, length(cast(${parameter(filter.prefix)} as text))) = $${values.length}`]),
    ...(filter.launch === undefined ? [] : [`runs.launch = ${parameter(filter.launch)}`]),
    ...(filter.status === undefined ? [] : [`(runs.status = ${parameter(filter.status)} or ${mayHaveEnded})`]),
    ...(filter.experiment === undefined ? [] : [`launches.experiment = ${parameter(filter.experiment)}`]),
    ...(filter.arm === undefined ? [] : [`runs.arm = ${parameter(filter.arm)}`]),
    ...(filter.id === undefined ? [] : [`runs.id = ${parameter(filter.id)}`]),
    ...(filter.since === undefined ? [] : [`runs.launched >= ${parameter(filter.since)}`]),
    ...(filter.text === undefined ? [] : [containing(parameter(`%${literally(filter.text.toLowerCase())}%`))]),
    ...(filter.after === undefined ? [] : [`(runs.launched, runs.launch, -runs.place) < (${placeOf(parameter(filter.after))})`])
  ]
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`
  // As many more as may turn out to stand otherwise.
  const more = filter.status === undefined ? "" : ` + (select count(*) from runs ${withTickets} where ${mayHaveEnded})`
  const limit = `${parameter(filter.limit ?? mostListed)}${more}`
  return { where: `${where} order by runs.launched desc, runs.launch desc, runs.place limit ${limit}`, values }
}

/** Lists runs, the newest launch first, its runs in their order. */
export const list = (database: Database, filter: Filter): Effect.Effect<ReadonlyArray<RunRecord>, StoreFailed> => {
  const { values, where } = conditionsOf(filter)
  return Effect.map(
    database.rows(
      `select ${columns} from launches join runs on runs.launch = launches.id ${withTickets} ${where}`,
      ...values
    ),
    (rows) => {
      const runs = rows.map(recordOf)
      return filter.status === undefined ? runs : runs.filter(({ status }) => status === filter.status).slice(0, filter.limit)
    }
  )
}
