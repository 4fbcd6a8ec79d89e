/**
 * A reporter that measures what it hears, and passes it on.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "../../train/Event.ts"
import { type Decision, Reporter } from "../Reporter.ts"
import type { AppliedRemedy, AttemptResult } from "../Result.ts"
import { Instruments } from "./Instruments.ts"
import type { Change } from "./Metrics.ts"

const changeOf = ({ engine, fields }: AppliedRemedy): Change =>
  engine !== null ? "engine" : fields.length > 0 ? "recipe" : "state"

/** Looking into a fault comes before what is decided about it. */
const decides = ({ kind }: Decision): boolean => kind === "again" || kind === "remedy" || kind === "stop"

const measuring = (inner: Reporter["Service"], instruments: Instruments["Service"]): Reporter["Service"] => {
  /** The attempts that began here, by run: those before were counted where they were made. */
  const begun = new Map<string, number>()
  const count = (run: string, attempt: AttemptResult): void => {
    if (begun.get(run) !== attempt.number) return
    begun.delete(run)
    instruments.paused(run)
    instruments.attemptEnded(attempt)
  }
  const hear = (event: Event, run: string): void => {
    switch (event.kind) {
      case "step":
        return instruments.stepped(run, event)
      case "spike":
        return
      case "status":
        return instruments.paused(run)
      default:
        return instruments.heldUp(run)
    }
  }
  return {
    launched: inner.launched,
    begins: (run, attempt) => {
      begun.set(run.id, attempt.number)
      inner.begins(run, attempt)
    },
    event: (event, run) => {
      hear(event, run.id)
      inner.event(event, run)
    },
    decided: (run, attempt, decision) => {
      if (decides(decision)) count(run.id, attempt)
      if (decision.kind === "again") instruments.remedied("again")
      if (decision.kind === "remedy") instruments.remedied(changeOf(decision.remedy))
      inner.decided(run, attempt, decision)
    },
    ended: (result) => {
      const last = result.attempts.at(-1)
      if (last !== undefined) count(result.id, last)
      begun.delete(result.id)
      instruments.released(result.id)
      instruments.runEnded(result.status)
      inner.ended(result)
    }
  }
}

/** Measures what a reporter hears. */
export const layer: Layer.Layer<Reporter, never, Reporter | Instruments> = Layer.effect(
  Reporter,
  Effect.gen(function*() {
    return measuring(yield* Reporter, yield* Instruments)
  })
)
