/**
 * The time for which a worker has a run: it tells that it is there, and hears what is to become of the run.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import * as Launch from "../Launch.ts"
import { beatEvery } from "../queue/Broker.ts"
import type { Claim } from "../queue/Claim.ts"
import { Queue } from "../queue/Queue.ts"
import { Reporter } from "../Reporter.ts"
import type { RunResult } from "../Result.ts"
import * as Traces from "../telemetry/Traces.ts"
import * as Stop from "../Stop.ts"
import * as Claimed from "./Claimed.ts"

/** Why a run is to stop before its end. */
type Wish = { readonly kind: "drain" } | { readonly kind: "cancel"; readonly reason: string }

/** How a tenure ended. */
export type Ended =
  | { readonly kind: "ended"; readonly result: RunResult }
  | { readonly kind: "cancelled"; readonly result: RunResult; readonly reason: string }
  /** It waits for another worker, or for this one. */
  | { readonly kind: "returned"; readonly reason: string }
  /** Another worker has it. */
  | { readonly kind: "lost" }

/** Where this host cannot make a run, others have so long to take it, in seconds. */
const returnedFor = 30

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

const limited = ({ claim: { mostSeconds }, wish }: Tenure): Effect.Effect<never> =>
  mostSeconds === null
    ? Effect.never
    : Effect.flatMap(Effect.sleep(mostSeconds * 1000), () => {
      wish({ kind: "cancel", reason: `it ran longer than it was to (--max-run ${mostSeconds} s)` })
      return Effect.never
    })

const returned = Effect.fnUntraced(function*(claim: Claim, reason: string, seconds: number) {
  const queue = yield* Queue
  const ended: Ended = (yield* queue.giveBack(claim, reason, seconds)) ? { kind: "returned", reason } : { kind: "lost" }
  return ended
})

const settled = Effect.fnUntraced(function*({ claim, wished }: Tenure, made: Launch.Made) {
  const queue = yield* Queue
  const wish = wished()
  const { status } = made.result
  const held = { directory: claim.work.directory, holder: claim.holder }
  if (status === "interrupted" && wish?.kind !== "cancel") return yield* returned(claim, "its worker was drained", 0)
  const reason = status === "interrupted" && wish?.kind === "cancel" ? wish.reason : null
  const result: RunResult = reason === null ? made.result : { ...made.result, status: "cancelled" }
  yield* Launch.keep(held, { ...made, result }, reason)
  if (!(yield* queue.done(claim))) return { kind: "lost" } as const
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
  const made = yield* Effect.exit(Effect.raceAllFirst([
    Claimed.make(claim, host, tenure.stop),
    Effect.as(Traces.untraced(beating(tenure, onBeatFailed)), null),
    limited(tenure)
  ])).pipe(Effect.ensuring(Effect.sync(forget)))
  const ended: Ended = yield* Exit.match(made, {
    onSuccess: (made) => made === null ? Effect.succeed({ kind: "lost" } as const) : settled(tenure, made),
    onFailure: (cause) => {
      const failure = Cause.findError(cause)
      if (failure._tag === "Failure") return Effect.failCause(cause as Cause.Cause<never>)
      const { _tag, message } = failure.success
      return _tag === "RunTaken" ? Effect.succeed({ kind: "lost" } as const) : returned(claim, message, returnedFor)
    }
  })
  return ended
})
