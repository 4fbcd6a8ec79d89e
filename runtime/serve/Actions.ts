/**
 * What may be done to a run over HTTP: cancelling it, and making it once more.
 */
import * as Effect from "effect/Effect"
import type * as Lookup from "../run/Lookup.ts"
import { Queue } from "../run/queue/Queue.ts"
import * as Submission from "../run/queue/Submission.ts"
import * as Submitting from "../run/queue/Submitting.ts"
import { Store } from "../run/Store.ts"
import * as Contract from "./Contract.ts"
import * as Views from "./Views.ts"

/** Cancels a run of the queue. Fails with NotFound. */
export const cancel = Effect.fn("Actions.cancel")(function*(id: string) {
  const { id: run } = yield* Views.run(id)
  const outcome = yield* (yield* Queue).cancel(run, "cancelled on the dashboard")
  return { format: "ballast.cancelled/1" as const, runs: [{ id: run, outcome }] }
})

/** Puts a run into the queue once more, as it was recorded. Fails with NotFound, or Refused where its folder is gone. */
export const rerun = Effect.fn("Actions.rerun")(function*(id: string) {
  const run = yield* Views.run(id)
  const store = yield* Store
  const launch = yield* store.launch(run.launch)
  if (launch === null) return yield* Contract.NotFound.of("the launch of this run is not recorded")
  const found: Lookup.FoundLaunch = { launch, runs: [run], asked: [run] }
  return yield* Effect.gen(function*() {
    const submission = yield* Submitting.ofLaunched(found)
    const submitted = yield* (yield* Queue).submit(submission, { ...Submission.usual, reuse: false })
    return { format: "ballast.submission/1" as const, ...submitted }
  }).pipe(Effect.catchTags({
    DataFault: ({ message }) => Effect.fail(Contract.Refused.of(message)),
    SubmissionRefused: ({ message }) => Effect.fail(Contract.Refused.of(message))
  }))
})
