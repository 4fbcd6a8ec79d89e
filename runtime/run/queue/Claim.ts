/**
 * Taking a run from the queue, and having it while it runs.
 */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { decode } from "../../train/EventLog.ts"
import * as Owner from "../Owner.ts"
import * as RunFolder from "../RunFolder.ts"
import type { LaunchRecord } from "../Store.ts"
import type { RunRecord } from "../store/Listing.ts"
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

const workOf = (row: Row): Work => {
  const { arm, attempt, directory, experiment, seed } = row as unknown as Omit<Work, "declared" | "request">
  const arms = JSON.parse(String(row["arms"])) as Readonly<Record<string, SubmittedArm>>
  const request = decode(String(row["request"])) as Work["request"]
  return { experiment, request, arm, seed, directory, attempt, declared: arms[arm] as SubmittedArm }
}

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

/** Lists the lines in which runs wait, that of the first of all of them first. */
const lines = (database: Database): Effect.Effect<ReadonlyArray<Line>, StoreFailed> =>
  Effect.map(
    database.rows(
      `select id, demand from (
        select id, demand, (
          select min(place) from tickets where tickets.state = 'waiting' and tickets.demand = demands.id
        ) as first from demands
      ) lines where first is not null order by first, id`
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

const leased = Effect.fnUntraced(function*(database: Database, delivered: Broker.Delivered, now: number) {
  const { delivery, run } = delivered
  const [ticket] = yield* database.rows(
    `select tickets.submitted, tickets.most_seconds, runs.arm, runs.seed, runs.directory, runs.attempt,
      launches.experiment, launches.request, launches.arms
    from tickets join runs on runs.id = tickets.run join launches on launches.id = runs.launch
    where tickets.run = $1 and tickets.state = 'waiting' and tickets.delivery = $2`,
    run, delivery
  )
  if (ticket === undefined) return null
  const holder: Holder.Holder = { ...Owner.self(), lease: randomUUID() }
  yield* database.change(
    "update tickets set state = 'leased', lease = $1, leased = $2, beat = $2 where run = $3",
    holder.lease, now, run
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

/** Takes the first run of a line; what has left the queue and is still handed out is settled on the way. */
const firstOf = Effect.fnUntraced(function*(database: Database, broker: Broker.Broker, demand: string, now: number) {
  while (true) {
    const delivered = yield* broker.take(database, demand)
    if (delivered === null) return null
    const taken = yield* leased(database, delivered, now)
    if (taken !== null) return taken
    yield* broker.settle(database, delivered)
  }
})

/** Takes the run that comes first of those that an offer meets and no limit holds back; null where there is none. */
export const claim = Effect.fn("Claim.claim")(function*(
  database: Database,
  broker: Broker.Broker,
  offer: Demand.Offer,
  now: number
) {
  const atWork = yield* running(database)
  for (const { demand, id } of yield* lines(database)) {
    if (Demand.lacking(demand, offer) !== null || !Demand.allows(demand, atWork)) continue
    const taken = yield* firstOf(database, broker, id, now)
    if (taken !== null) return taken
  }
  return null
})

const isHeld = "update tickets set beat = $1 where run = $2 and lease = $3 and state = 'leased' returning cancel"

/** Whether a claim is still one: `lost` where the run was given to another, else why it is to be cancelled, or null. */
export type Beat = { readonly kind: "lost" } | { readonly kind: "held"; readonly cancel: string | null }

/** Tells that a run is being worked on. */
export const beat = Effect.fn("Claim.beat")(function*(database: Database, broker: Broker.Broker, claim: Claim, now: number) {
  const touched = yield* broker.touch(database, claim)
  const [row] = touched ? yield* database.rows(isHeld, now, claim.run, claim.holder.lease) : []
  const told: Beat = row === undefined ? { kind: "lost" } : { kind: "held", cancel: row["cancel"] as string | null }
  return told
})

/** When a run that was let go may be taken again, and why it was. */
export interface Again {
  readonly notBefore: number
  readonly reason: string
}

const unrecorded: Again = { notBefore: 0, reason: "what came of it could not be recorded" }

const handedOut = `select tickets.run, tickets.demand, tickets.delivery, tickets.beat, tickets.cancel, tickets.losses,
  runs.holder, runs.directory
  from tickets join runs on runs.id = tickets.run where tickets.state = 'leased'`

/** Has a run wait again that nobody has any more, where it has not ended; false where it has. */
const again = Effect.fnUntraced(function*(database: Database, run: string, { notBefore, reason }: Again) {
  const open = yield* database.change(
    "update runs set status = 'waiting', reason = $1, holder = null where id = $2 and result is null",
    reason, run
  )
  yield* database.change(
    "update tickets set state = $1, lease = null, not_before = $2 where run = $3",
    open > 0 ? "held" : "ended", notBefore, run
  )
  return open > 0
})

const cancelOf = ({ cancel, run }: Row): Tickets.Ending | null =>
  cancel === null ? null : { run: String(run), status: "cancelled", reason: String(cancel) }

/** Lets a run go that has ended or was to be cancelled, or has it wait again; false where it was another's by then. */
export const release = Effect.fn("Claim.release")(function*(
  database: Database,
  broker: Broker.Broker,
  claim: Claim,
  wish: Again | null,
  now: number
) {
  const { holder: { lease }, run } = claim
  const [row] = yield* database.rows(`${handedOut} and tickets.run = $1 and tickets.lease = $2`, run, lease)
  if (row === undefined) return false
  yield* broker.settle(database, claim)
  const ending = cancelOf(row)
  if (ending !== null) yield* Tickets.end(database, ending, now)
  // Its folder knows what could not be recorded, and the next one to take it has only to say so.
  else yield* again(database, run, wish ?? unrecorded)
  return true
})

/** What became of a run that lost its worker. */
export interface Recovered {
  readonly run: string
  /** How it ended where it does not wait again. */
  readonly ended: Tickets.Ending | null
}

const leasedOf = (row: Row): Broker.Leased => ({
  ...Tickets.deliveredOf(row),
  holder: Holder.decode(String(row["holder"])),
  beat: Number(row["beat"])
})

/** A run that comes further each time is not what ends its workers. */
const lossesOf = ({ directory, losses }: Row): number =>
  RunFolder.hasProgressed(String(directory)) ? 1 : Number(losses) + 1

const tooOften = (run: string, losses: number): Tickets.Ending | null =>
  losses > Broker.mostLosses
    ? { run, status: "failed", reason: "it lost its worker again and again, and may be what ends them" }
    : null

/** Has runs wait again that have lost their worker; one that was to be cancelled, or that loses one after another, ends. */
export const recover = Effect.fn("Claim.recover")(function*(database: Database, broker: Broker.Broker, now: number) {
  const rows = yield* database.rows(handedOut)
  const lost = new Set(yield* broker.lost(database, rows.map(leasedOf), now))
  const recovered: Array<Recovered> = []
  for (const row of rows.filter(({ run }) => lost.has(String(run)))) {
    const { holder, run, ...delivered } = leasedOf(row)
    const losses = lossesOf(row)
    yield* broker.settle(database, { run, ...delivered })
    yield* database.change("update tickets set losses = $1 where run = $2", losses, run)
    const ended = cancelOf(row) ?? tooOften(run, losses)
    // One that had its result lost its worker while that was letting it go.
    const open = ended === null
      ? yield* again(database, run, { notBefore: 0, reason: `its worker was lost (${Owner.name(holder)})` })
      : yield* Tickets.end(database, ended, now)
    if (open) recovered.push({ run, ended })
  }
  return recovered
})
