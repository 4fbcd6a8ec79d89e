/**
 * Streams of events that browsers have open: so many at once, and none while the server ends.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { StoreFailed } from "../run/store/Database.ts"
import * as Stop from "../run/Stop.ts"
import { HttpServerResponse, type Response } from "./Http.ts"

export interface StreamsService {
  /** Answers with a stream of events; says that there are too many where there are. */
  readonly open: (events: Stream.Stream<Uint8Array, StoreFailed>) => Effect.Effect<Response>
}

/** How many are open at once. */
const most = 64

const headers = { "cache-control": "no-store", "x-accel-buffering": "no" }

const full = HttpServerResponse.text(
  JSON.stringify({ _tag: "Unavailable", format: "ballast.error/1", message: `${most} streams are open, and no more than that at once` }),
  { status: 503, contentType: "application/json", headers: { "retry-after": "10" } }
)

/** Opens streams. */
export class Streams extends Context.Service<Streams, StreamsService>()("ballast/Streams") {
  /** Ends all of them once it is to stop. */
  static readonly layer = (drain: Stop.Stop): Layer.Layer<Streams> =>
    Layer.sync(Streams, () => {
      let open = 0
      const counted = Effect.acquireRelease(
        Effect.sync(() => {
          open++
        }),
        () =>
          Effect.sync(() => {
            open--
          })
      )
      return {
        open: (events) =>
          Effect.sync(() => {
            if (open >= most || drain.requested() !== null) return full
            const lasting = events.pipe(
              Stream.interruptWhen(Stop.awaited(drain)),
              // Whoever listens comes again.
              Stream.catchCause(() => Stream.empty)
            )
            return HttpServerResponse.stream(Stream.unwrap(Effect.as(counted, lasting)), { contentType: "text/event-stream", headers })
          })
      }
    })
}
