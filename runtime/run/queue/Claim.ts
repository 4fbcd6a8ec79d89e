/**
 * Taking a run from the queue, and having it while it runs.
 */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { decode } from "../../train/EventLog.ts"
import * as Owner from "../Owner.ts"
import type { LaunchRecord, RunRecord } from "../Store.ts"
import type { Database, Row, StoreFailed } from "../store/Database.ts"
import * as Holder from "../store/Holder.ts"
import * as Broker from "./Broker.ts"
import * as Demand from "./Demand.ts"
import type { SubmittedArm } from "./Submission.ts"
import * as Tickets from "./Tickets.ts"

/** All that it takes to make a run, as the record has it. */
export interface Work extends Pick<LaunchRecord, "experiment" | "request">, Pick<RunRecord, "arm" | "seed" | "directory" | "attempt"> {
  /** The arm as it was submitted. */
  readonly declared: SubmittedArm
}

const workOf = (row: Row): Work => ({
  ...row as unknown as Pick<Work, "arm" | "attempt" | "directory" | "experiment" | "seed">,
  request: decode(String(row["request"])) as Work["request"],
  declared: (JSON.parse(String(row["arms"])) as Readonly<Record<string, SubmittedArm>>)[String(row["arm"])] as SubmittedArm
})

/** A run that was taken, until it is given back or has ended. */
export interface Claim extends Broker.Delivered {
  readonly work: Work
  readonly holder: Holder.Holder
  /** Milliseconds since 1970: when it was submitted, and when taken. */
  readonly submitted: number
  readonly claimed: number
  /** Seconds that it may run; null for however long. */
  readonly mostSeconds: number | null
}

interface Line {
  readonly id: string
  readonly demand: Demand.Demand
}

const lines = (database: Database): Effect.Effect<ReadonlyArray<Line>, StoreFailed> =>
  Effect.map(
    database.rows(
      `select id, demand from demands
      where exists (select 1 from tickets where tickets.demand = demands.id and tickets.state = 'waiting')`
    ),
    (rows) => rows.map((row) => ({ id: String(row["id"]), demand: JSON.parse(String(row["demand"])) as Demand.Demand }))
  )

/** Counts the runs at work by the names of their limits. */
const running = Effect.fnUntraced(function*(database: Database) {
  const counts = new Map<string, number>()
  const rows = yield* database.rows(
    `select demands.demand, count(*) as count from tickets join demands on demands.id = tickets.demand
    where tickets.state = 'leased' group by demands.id, demands.demand`
  )
  for (const row of rows) {
    const { limits } = JSON.parse(String(row["demand"])) as Demand.Demand
    for (const name of Object.keys(limits)) counts.set(name, (counts.get(name) ?? 0) + Number(row["count"]))
  }
  return counts
})

const firstPlace = (database: Database, demand: string): Effect.Effect<number, StoreFailed> =>
  Effect.map(
    database.rows("select place from tickets where demand = $1 and state = 'waiting' order by place limit 1", demand),
    ([row]) => row === undefined ? Infinity : Number(row["place"])
  )

const leased = Effect.fnUntraced(function*(database: Database, delivered: Broker.Delivered, now: number) {
  const { delivery, run } = delivered
  const [ticket] = yield* database.rows(
    `select tickets.submitted, tickets.most_seconds, runs.arm, runs.seed, runs.directory, runs.attempt,
      launches.experiment, launches.request, launches.arms
    from tickets join runs on runs.id = tickets.run join launches on launches.id = runs.launch
    where tickets.run = $1 and tickets.state = 'waiting'`,
    run
  )
  if (ticket === undefined) return null
  const holder: Holder.Holder = { ...Owner.self(), lease: randomUUID() }
  yield* database.change(
    "update tickets set state = 'leased', lease = $1, leased = $2, beat = $2, delivery = $3 where run = $4",
    holder.lease, now, delivery, run
  )
  yield* database.change("update runs set holder = $1, reason = null where id = $2", Holder.encode(holder), run)
  const claim: Claim = {
    ...delivered,
    work: workOf(ticket),
    holder,
    submitted: Number(ticket["submitted"]),
    claimed: now,
    mostSeconds: ticket["most_seconds"] as number | null
  }
  return claim
})

/** Takes the run that comes first of those that an offer meets and no limit holds back; null where there is none. */
export const claim = Effect.fn("Claim.claim")(function*(
  database: Database,
  broker: Broker.Broker,
  offer: Demand.Offer,
  now: number
) {
  const atWork = yield* running(database)
  const open = (yield* lines(database)).filter(({ demand }) =>
    Demand.lacking(demand, offer) === null && Demand.allows(demand, atWork)
  )
  const placed = yield* Effect.forEach(open, ({ id }) => Effect.map(firstPlace(database, id), (place) => ({ id, place })))
  for (const { id } of placed.toSorted((left, right) => left.place - right.place)) {
    const delivered = yield* broker.take(database, id)
    if (delivered === null) continue
    const taken = yield* leased(database, delivered, now)
    if (taken !== null) return taken
    // It left the queue while the broker still had it.
    yield* broker.settle(database, delivered)
  }
  return null
})

const isHeld = "update tickets set beat = $1 where run = $2 and lease = $3 and state = 'leased' returning cancel"

/** Whether a claim is still one: `lost` where the run was given to another, else why it is to be cancelled, or null. */
export type Beat = { readonly kind: "lost" } | { readonly kind: "held"; readonly cancel: string | null }

/** Tells that a run is being worked on. */
export const beat = Effect.fn("Claim.beat")(function*(database: Database, broker: Broker.Broker, claim: Claim, now: number) {
  const touched = yield* broker.touch(claim)
  const [row] = touched ? yield* database.rows(isHeld, now, claim.run, claim.holder.lease) : []
  const told: Beat = row === undefined ? { kind: "lost" } : { kind: "held", cancel: row["cancel"] as string | null }
  return told
})

/** When a run that was given back may be taken again, and why it was. */
export interface Again {
  readonly notBefore: number
  readonly reason: string
}

const unrecorded: Again = { notBefore: 0, reason: "what came of it could not be recorded" }

/** Lets a run go that has ended, or has it wait again; false where it was another's by then. */
export const release = Effect.fn("Claim.release")(function*(
  database: Database,
  broker: Broker.Broker,
  claim: Claim,
  wish: Again | null
) {
  const open = yield* database.rows("select 1 as open from runs where id = $1 and result is null", claim.run)
  // Its folder knows, and the next one to take it has only to say so.
  const again = open.length === 0 ? null : wish ?? unrecorded
  const { holder: { lease }, run } = claim
  const released = yield* database.change(
    "update tickets set state = $1, lease = null, not_before = $2 where run = $3 and lease = $4 and state = 'leased'",
    again === null ? "ended" : "held", again?.notBefore ?? 0, run, lease
  )
  if (released === 0) return false
  yield* broker.settle(database, claim)
  if (again !== null) {
    yield* database.change(
      "update runs set status = 'waiting', reason = $1, holder = null where id = $2 and result is null",
      again.reason, run
    )
  }
  return true
})

const leasedOf = (row: Row): Broker.Leased => ({
  ...Tickets.deliveredOf(row),
  holder: Holder.decode(String(row["holder"])),
  beat: Number(row["beat"])
})

/** What became of a run that lost its worker. */
export interface Recovered {
  readonly run: string
  /** How it ended where it does not wait again. */
  readonly ended: Tickets.Ending | null
}

/** How a run ends that has lost its worker; null where it waits again. */
const endingOf = (row: Row, run: string, losses: number): Tickets.Ending | null => {
  const cancel = row["cancel"] as string | null
  // One that had its result lost its worker while that was letting it go.
  if (row["result"] !== null || cancel !== null) return { run, status: "cancelled", reason: cancel ?? "" }
  return losses > Broker.mostLosses
    ? { run, status: "failed", reason: "it lost its worker again and again, and may be what ends them" }
    : null
}

/** Has runs wait again that have lost their worker; one that was to be cancelled, or that loses one after another, ends. */
export const recover = Effect.fn("Claim.recover")(function*(database: Database, broker: Broker.Broker, now: number) {
  const rows = yield* database.rows(
    `select tickets.run, tickets.lease, tickets.delivery, tickets.demand, tickets.beat, tickets.cancel, tickets.losses,
      runs.holder, runs.result
    from tickets join runs on runs.id = tickets.run where tickets.state = 'leased'`
  )
  const lost = yield* broker.lost(rows.map(leasedOf), now)
  const recovered: Array<Recovered> = []
  for (const { run, spent } of lost) {
    const row = rows.find((row) => row["run"] === run)
    if (row === undefined) continue
    const losses = Number(row["losses"]) + 1
    const taken = yield* database.change(
      "update tickets set state = 'waiting', lease = null, losses = $1 where run = $2 and lease = $3",
      losses, run, row["lease"] ?? null
    )
    if (taken === 0) continue
    const ended = endingOf(row, run, spent ? Infinity : losses)
    if (ended !== null) {
      yield* broker.settle(database, Tickets.deliveredOf(row))
      yield* Tickets.end(database, ended, now)
    } else {
      yield* database.change(
        "update runs set status = 'waiting', holder = null, reason = $1 where id = $2",
        `its worker was lost (${Owner.name(Holder.decode(String(row["holder"])))})`, run
      )
    }
    recovered.push({ run, ended: row["result"] === null ? ended : null })
  }
  return recovered
})
