/**
 * The time for which a worker has a run: it tells that it is there, and hears what is to become of the run.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Failure from "../../train/Failure.ts"
import * as History from "../History.ts"
import * as Launch from "../Launch.ts"
import { beatEvery } from "../queue/Broker.ts"
import type { Claim } from "../queue/Claim.ts"
import { Queue } from "../queue/Queue.ts"
import { Reporter } from "../Reporter.ts"
import type { RunResult } from "../Result.ts"
import * as RunFolder from "../RunFolder.ts"
import * as Stop from "../Stop.ts"
import type { StoreFailed } from "../store/Database.ts"
import * as Traces from "../telemetry/Traces.ts"
import * as Claimed from "./Claimed.ts"

/** Why a run is to stop before its end. */
type Wish = { readonly kind: "drain" } | { readonly kind: "cancel"; readonly reason: string }

/** How a tenure ended. */
export type Ended =
  | { readonly kind: "ended"; readonly result: RunResult }
  | { readonly kind: "cancelled"; readonly result: RunResult; readonly reason: string }
  /** It waits for another worker, or for this one: drained, unfit for this run, or with a disk that fails every run. */
  | { readonly kind: "returned"; readonly reason: string; readonly because: "drained" | "unfit" | "disk" }
  /** Another worker has it. */
  | { readonly kind: "lost" }

/** Where this host cannot make a run, others have so long to take it, in seconds. */
export const returnedFor = 30

interface Tenure {
  readonly claim: Claim
  readonly stop: Stop.Stop
  /** Takes the first wish. */
  readonly wish: (wish: Wish) => void
  readonly wished: () => Wish | null
}

const begin = (claim: Claim): Tenure => {
  const stop = Stop.make()
  let first: Wish | null = null
  return {
    claim,
    stop,
    wish: (wish) => {
      first ??= wish
      stop.request("SIGTERM")
    },
    wished: () => first
  }
}

/** Beats until the run is another's. That the queue cannot be reached is no reason to stop: then nobody reaches it. */
const beating = Effect.fnUntraced(function*({ claim, wish }: Tenure, onFailed: () => void) {
  const queue = yield* Queue
  while (true) {
    yield* Effect.sleep(beatEvery)
    const told = yield* queue.beat(claim).pipe(Effect.catch(({ message }) => {
      onFailed()
      return Effect.as(Effect.logWarning(message), null)
    }))
    if (told?.kind === "lost") return
    if (told?.kind === "held" && told.cancel !== null) wish({ kind: "cancel", reason: told.cancel })
  }
})

/** Ends what has run for too long, what other workers have had it for included. */
const limited = ({ claim: { mostSeconds, work: { directory } }, wish }: Tenure): Effect.Effect<never> =>
  Effect.suspend(() => {
    if (mostSeconds === null) return Effect.never
    const spent = History.read(directory).past.reduce((sum, { outcome }) => sum + outcome.metrics.seconds, 0)
    return Effect.flatMap(Effect.sleep(Math.max(0, mostSeconds - spent) * 1000), () => {
      wish({ kind: "cancel", reason: `it ran longer than it was to (--max-run ${mostSeconds} s)` })
      return Effect.never
    })
  })

/** How long after the queue could not be told what becomes of a run it is told again. */
const toldAgainAfter = "500 millis"

/** Tells the queue what becomes of a run until that hears it, or the worker is drained: then others find the run. */
const insisting = (telling: Effect.Effect<boolean, StoreFailed>, drain: Stop.Stop): Effect.Effect<boolean, StoreFailed> =>
  Effect.suspend(() => {
    let said: string | null = null
    let unsure = false
    return telling.pipe(
      Effect.tapError((failed) => {
        unsure ||= failed.unsure === true
        const known = failed.message === said
        said = failed.message
        return known ? Effect.void : Effect.logError(failed.message)
      }),
      Effect.retry({ schedule: Schedule.spaced(toldAgainAfter), while: () => drain.requested() === null }),
      // It was heard, where only the answer was lost.
      Effect.map((heard) => heard || unsure)
    )
  })

const returned = Effect.fnUntraced(
  function*(claim: Claim, drain: Stop.Stop, { because, reason }: Pick<Ended & { readonly kind: "returned" }, "because" | "reason">) {
    const queue = yield* Queue
    const given = yield* insisting(queue.giveBack(claim, reason, because === "drained" ? 0 : returnedFor), drain)
    const ended: Ended = given ? { kind: "returned", reason, because } : { kind: "lost" }
    return ended
  }
)

/** Says how the host's disk has failed a run; null where it has not. */
const diskFailure = ({ attempts, status }: RunResult): string | null => {
  const fault = attempts.at(-1)?.fault ?? null
  return status === "failed" && fault !== null && Failure.isOfDisk(fault) ? fault.message : null
}

/** A worker that was paused for so long that another took the run over is to leave that one's result alone. */
const isTakenOver = ({ work: { directory } }: Claim, { token }: Launch.Made): boolean =>
  (RunFolder.acceptance(directory)?.token ?? null) !== token

const settled = Effect.fnUntraced(function*({ claim, wished }: Tenure, made: Launch.Made, drain: Stop.Stop) {
  const queue = yield* Queue
  const wish = wished()
  const { status } = made.result
  const disk = diskFailure(made.result)
  if (disk !== null) return yield* returned(claim, drain, { because: "disk", reason: disk })
  if (status === "interrupted" && wish?.kind !== "cancel") {
    return yield* returned(claim, drain, { because: "drained", reason: "its worker was drained" })
  }
  if (isTakenOver(claim, made)) return { kind: "lost" } as const
  const reason = status === "interrupted" && wish?.kind === "cancel" ? wish.reason : null
  const result: RunResult = reason === null ? made.result : { ...made.result, status: "cancelled" }
  yield* Launch.keep({ directory: claim.work.directory, holder: claim.holder }, { ...made, result }, reason)
  if (!(yield* insisting(queue.done(claim), drain))) return { kind: "lost" } as const
  const reporter = yield* Reporter
  reporter.ended(result)
  return reason === null ? { kind: "ended", result } as const : { kind: "cancelled", result, reason } as const
})

export interface Options {
  readonly host: Claimed.Host
  /** Hears the wish that the worker is to take no more runs and let go of those that it has. */
  readonly drain: Stop.Stop
  /** Hears that the queue could not be told of the run. */
  readonly onBeatFailed: () => void
}

/** Makes a run for as long as it is this worker's, and sees to what becomes of it then. Fails where the queue does. */
export const serve = Effect.fn("Tenure.serve")(function*(claim: Claim, { drain, host, onBeatFailed }: Options) {
  const tenure = begin(claim)
  const forget = drain.listen(() => tenure.wish({ kind: "drain" }))
  const ended: Ended = yield* Effect.raceAllFirst([
    Claimed.make(claim, host, tenure.stop),
    Effect.as(Traces.untraced(beating(tenure, onBeatFailed)), null),
    limited(tenure)
  ]).pipe(
    Effect.ensuring(Effect.sync(forget)),
    Effect.catchTag("StoreFailed", ({ message }) => new Claimed.RunUnfit({ message })),
    Effect.flatMap((made) => made === null ? Effect.succeed({ kind: "lost" } as const) : settled(tenure, made, drain)),
    Effect.catchTags({
      RunTaken: () => Effect.succeed({ kind: "lost" } as const),
      HomeUnusable: ({ message }) => returned(claim, drain, { because: "disk", reason: message }),
      RunUnfit: ({ message }) => returned(claim, drain, { because: "unfit", reason: message })
    })
  )
  return ended
})
