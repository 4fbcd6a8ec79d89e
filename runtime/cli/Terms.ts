/**
 * How a launch is to wait and to run, as it is typed.
 */
import * as Effect from "effect/Effect"
import * as Duration from "../../dsl/Duration.ts"
import * as Place from "../run/queue/Place.ts"
import type * as Submission from "../run/queue/Submission.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"

const { Flag } = CommandLine

/** Reads how long something may take, in seconds; null where it is not limited. Fails with WrongUsage. */
const secondsOf = (flag: string, asked: string | null): Effect.Effect<number | null, WrongUsage> => {
  if (asked === null) return Effect.succeed(null)
  const seconds = Duration.seconds(asked)
  return seconds > 0 && seconds <= Duration.most
    ? Effect.succeed(seconds)
    : Effect.fail(new WrongUsage({ message: `--${flag} takes a time with its unit, such as "2 hours", of at most 24 days; got "${asked}"` }))
}

/** A moment without its zone would be another one on every host. */
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** Reads a moment, or a time from now on, in milliseconds since 1970; null for at once. Fails with WrongUsage. */
const momentOf = (asked: string | null): Effect.Effect<number | null, WrongUsage> => {
  if (asked === null) return Effect.succeed(null)
  const seconds = Duration.seconds(asked)
  const at = seconds > 0 ? Date.now() + seconds * 1000 : moment.test(asked) ? Date.parse(asked) : NaN
  return Number.isFinite(at)
    ? Effect.succeed(at)
    : Effect.fail(
      new WrongUsage({
        message: `--not-before takes a moment with its zone, such as 2027-01-31T03:00Z, or a time from now on, such as "2 hours"; got "${asked}"`
      })
    )
}

export interface Flags {
  readonly priority: number
  readonly "not-before": string | null
  readonly "max-wait": string | null
  readonly "max-run": string | null
  readonly fresh: boolean
}

/** The flags that say how a launch is to wait and to run. */
export const flags = {
  priority: Flag.Int("priority").pipe(
    Flag.withDescription(`a head start in the queue, of 10 minutes each: ${Place.least} to ${Place.most}`),
    Flag.withDefault(0)
  ),
  after: CommandLine.optionalText("after", "wait until this run has succeeded"),
  "not-before": CommandLine.optionalText("not-before", "wait until then: 2027-01-31T03:00Z, or \"2 hours\" from now on"),
  "max-wait": CommandLine.optionalText("max-wait", "cancel what has waited for so long, such as \"12 hours\""),
  "max-run": CommandLine.optionalText("max-run", "end what has run for so long, with a checkpoint"),
  fresh: CommandLine.given("fresh", "run also what an equal run has answered before")
}

/** Reads how a launch is to wait and to run, but for the run that it comes after, which the record knows. */
export const of = Effect.fn("Terms.of")(function*(flags: Flags) {
  const { fresh, priority } = flags
  if (priority < Place.least || priority > Place.most) {
    return yield* new WrongUsage({ message: `--priority takes a whole number from ${Place.least} to ${Place.most}, got ${priority}` })
  }
  const terms: Omit<Submission.Terms, "after"> = {
    priority,
    behind: null,
    notBefore: yield* momentOf(flags["not-before"]),
    maxWait: yield* secondsOf("max-wait", flags["max-wait"]),
    maxRun: yield* secondsOf("max-run", flags["max-run"]),
    reuse: !fresh
  }
  return terms
})
