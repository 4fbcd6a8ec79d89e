/**
 * A worker: it takes the runs that it can make from the queue, as many at once as it has slots, until it is drained.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as os from "node:os"
import { beatEvery } from "../queue/Broker.ts"
import type { Claim } from "../queue/Claim.ts"
import type { Offer } from "../queue/Demand.ts"
import { Queue, type Tended } from "../queue/Queue.ts"
import * as About from "../telemetry/About.ts"
import { Instruments } from "../telemetry/Instruments.ts"
import * as Traces from "../telemetry/Traces.ts"
import * as Stop from "../Stop.ts"
import type { StoreFailed } from "../store/Database.ts"
import type { Host } from "./Claimed.ts"
import * as Tenure from "./Tenure.ts"

/** How often the queue is looked at while there is a slot free, in milliseconds. */
const lookEvery = 500

/** How long after the queue could not be reached it is tried again. */
const againAfter = 2_000

export interface Options {
  /** Names it among the queue's workers. */
  readonly id: string
  readonly offer: Offer
  readonly slots: number
  /** Ends once nothing waits for this worker and all it took has ended. */
  readonly once: boolean
  readonly host: Host
  readonly drain: Stop.Stop
  /** Hears why no run can be taken at present; null where runs can. */
  readonly onObstacle: (obstacle: string | null) => void
}

const tellReturned = ({ because, reason }: Pick<Tenure.Ended & { readonly kind: "returned" }, "because" | "reason">) => {
  const said = `the run waits again: ${reason}`
  switch (because) {
    case "drained":
      return Effect.logInfo(said)
    case "unfit":
      return Effect.logWarning(said)
    case "disk":
      return Effect.logError(`${said}; none is taken for ${Tenure.returnedFor} s`)
  }
}

const served = Effect.fn("Worker.served")(function*(claim: Claim, { drain, host }: Options) {
  const instruments = yield* Instruments
  yield* Effect.logInfo("run taken")
  const ended = yield* Tenure.serve(claim, { host, drain, onBeatFailed: instruments.heartbeatFailed })
  if (ended.kind === "lost") {
    instruments.leaseLost()
    yield* Effect.logWarning("the run was given to another worker: what was made here does not count")
  } else if (ended.kind === "returned") yield* tellReturned(ended)
  instruments.released(claim.run)
  return ended
})

/** A run that could not be served is taken back by whoever tends the queue. */
const serving = (claim: Claim, options: Options) =>
  served(claim, options).pipe(
    Effect.catch(({ message }) => Effect.as(Effect.logError(message), null)),
    Effect.catchDefect((defect) => Effect.as(Effect.logError("a defect of Ballast kept the run from going on", defect), null)),
    About.run({ ...claim.work, id: claim.run }),
    Traces.traced
  )

const tellTended = Effect.fnUntraced(function*({ ended, fired, recovered }: Tended) {
  for (const { experiment, launches, remark } of fired) {
    const said = launches.length === 0 ? "its trigger was due, and launched nothing" : `launched by its trigger: ${launches.join(", ")}`
    yield* Effect.annotateLogs(Effect.logInfo(remark === null ? said : `${said}; ${remark}`), { experiment })
  }
  for (const { reason, run } of ended) yield* Effect.annotateLogs(Effect.logInfo(`run cancelled: ${reason}`), { run })
  for (const { ended, run } of recovered) {
    const said = ended === null ? "its worker was lost: the run waits again" : `run ${ended.status}: ${ended.reason}`
    yield* Effect.annotateLogs(Effect.logWarning(said), { run })
  }
})

/**
 * Takes and makes runs until it is drained, or, with `once`, until nothing is left for it. A queue that cannot be reached
 * is waited for.
 */
export const run = Effect.fn("Worker.run")(function*(options: Options) {
  const { drain, id, offer, once, onObstacle, slots } = options
  const queue = yield* Queue
  const instruments = yield* Instruments
  const [host, started] = [os.hostname(), yield* queue.now]
  const active = new Map<string, { readonly claim: Claim; readonly fiber: Fiber.Fiber<void> }>()
  let told = -Infinity
  let obstacle: string | null = null
  /** A disk that has failed a run would fail the next one as well. */
  let resting: { readonly until: number; readonly why: string } | null = null
  const tell = Effect.fnUntraced(function*() {
    if (performance.now() - told < beatEvery) return
    told = performance.now()
    yield* queue.tell({ id, host, offer, slots, started })
    const { leased, waiting } = yield* queue.overview
    instruments.queue({ waiting, running: leased })
  })
  /** Takes what there is for the free slots; says whether it found nothing more. */
  const take = Effect.fnUntraced(function*(): Effect.fn.Return<boolean, StoreFailed, Queue | Effect.Services<ReturnType<typeof serving>>> {
    while (active.size < slots && drain.requested() === null) {
      const began = performance.now()
      const claim = yield* queue.claim(offer)
      if (claim === null) return true
      const { claimed, run, submitted } = claim
      instruments.claimed(run, { submitted, waited: (claimed - submitted) / 1000, took: (performance.now() - began) / 1000 })
      const fiber = yield* Effect.forkChild(
        Effect.ensuring(
          Effect.map(serving(claim, options), (ended) => {
            if (ended?.kind !== "returned" || ended.because !== "disk") return
            resting = { until: performance.now() + Tenure.returnedFor * 1000, why: ended.reason }
          }),
          Effect.sync(() => {
            active.delete(run)
            instruments.slots({ all: slots, busy: active.size })
          })
        )
      )
      active.set(run, { claim, fiber })
      instruments.slots({ all: slots, busy: active.size })
    }
    return false
  })
  /** Says whether there was nothing to do, neither at work when it began nor to take. */
  const turn = Effect.fnUntraced(function*() {
    const idle = active.size === 0
    // Nobody could be heard of meanwhile: what is at work here is told of before anybody is taken to be lost.
    if (obstacle !== null) yield* Effect.forEach([...active.values()], ({ claim }) => queue.beat(claim))
    yield* tell()
    yield* tellTended(yield* queue.tend)
    if (resting !== null && performance.now() > resting.until) resting = null
    const nothing = resting !== null || (yield* take())
    if (obstacle !== null) yield* Effect.logInfo("the queue can be reached again")
    obstacle = null
    onObstacle(resting?.why ?? null)
    return idle && nothing && active.size === 0
  })
  instruments.slots({ all: slots, busy: 0 })
  while (drain.requested() === null) {
    const done = yield* turn().pipe(Effect.catch(Effect.fnUntraced(function*({ message }) {
      instruments.storeFailed()
      onObstacle(message)
      // What stays the same is said once.
      if (message !== obstacle) yield* Effect.logError(message)
      obstacle = message
      yield* Stop.pause(againAfter, drain)
      return false
    })))
    if (once && done) break
    yield* Stop.pause(lookEvery, drain)
  }
  if (active.size > 0) yield* Effect.logInfo(`draining: ${active.size} at work end with a checkpoint`)
  yield* Fiber.awaitAll([...active.values()].map(({ fiber }) => fiber))
  yield* Effect.ignore(queue.leave(id))
})
