/**
 * Faults as the record has them, with what was found out about each.
 */
import * as Effect from "effect/Effect"
import type { Verdict } from "../../fault/Diagnosis.ts"
import type { Database, StoreFailed, Value } from "./Database.ts"

/** A fault of an attempt; `at` is in milliseconds since 1970. */
export interface IncidentRecord {
  readonly id: string
  readonly run: string
  readonly experiment: string
  readonly arm: string
  readonly seed: number
  readonly attempt: number
  readonly at: number
  /** The tag of the fault. */
  readonly fault: string
  readonly step: number | null
  /** Null before it is diagnosed, and where that was not tried. */
  readonly verdict: Verdict | null
  readonly explanation: string | null
}

/** Which faults are asked for. */
export interface Filter {
  /** At most so many. */
  readonly limit: number
  readonly run?: string
  readonly id?: string
  /** Those that are listed after the one of this id; none where there is no such fault. */
  readonly after?: string
}

/** Lists faults, the newest first. */
export const list = (
  database: Database,
  { after, id, limit, run }: Filter
): Effect.Effect<ReadonlyArray<IncidentRecord>, StoreFailed> => {
  const values: Array<Value> = []
  const parameter = (value: Value): string => `$${values.push(value)}`
  const conditions = [
    ...(id === undefined ? [] : [`incidents.id = ${parameter(id)}`]),
    ...(run === undefined ? [] : [`incidents.run = ${parameter(run)}`]),
    ...(after === undefined
      ? []
      : [`(incidents.at, incidents.id) < (select before.at, before.id from incidents as before where before.id = ${parameter(after)})`])
  ]
  return Effect.map(
    database.rows(
      `select incidents.id, incidents.run, launches.experiment, runs.arm, runs.seed, incidents.attempt, incidents.at,
        incidents.fault, incidents.step, incidents.verdict, incidents.explanation
      from incidents join runs on runs.id = incidents.run join launches on launches.id = runs.launch
      ${conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`}
      order by incidents.at desc, incidents.id desc limit ${parameter(limit)}`,
      ...values
    ),
    (rows) => rows as unknown as ReadonlyArray<IncidentRecord>
  )
}
