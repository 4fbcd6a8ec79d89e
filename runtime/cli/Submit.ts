import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Duration from "../../dsl/Duration.ts"
import * as Engines from "../engine/Engines.ts"
import * as Courses from "../report/Courses.ts"
import * as ResultText from "../report/ResultText.ts"
import * as SubmissionText from "../report/SubmissionText.ts"
import * as Home from "../run/Home.ts"
import * as Launched from "../run/Launched.ts"
import * as Lookup from "../run/Lookup.ts"
import * as Prepare from "../run/Prepare.ts"
import * as Place from "../run/queue/Place.ts"
import { Queue } from "../run/queue/Queue.ts"
import type * as Submission from "../run/queue/Submission.ts"
import type { Submitted } from "../run/queue/Submit.ts"
import * as Submitting from "../run/queue/Submitting.ts"
import * as RunExperiment from "../run/Run.ts"
import * as RunFolder from "../run/RunFolder.ts"
import * as Stop from "../run/Stop.ts"
import * as EventLog from "../train/EventLog.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Launching from "./Launching.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"
import * as Signals from "./Signals.ts"

const { Command, Flag } = CommandLine

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

interface TermFlags {
  readonly priority: number
  readonly "not-before": string | null
  readonly "max-wait": string | null
  readonly "max-run": string | null
  readonly fresh: boolean
}

const termFlags = {
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
const termsOf = Effect.fnUntraced(function*(flags: TermFlags) {
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

/** Says what the plan has to say of it, and refuses what cannot run, as far as this host can tell. */
export const reviewed = Effect.fn("Submit.reviewed")(function*(prepared: Prepare.Prepared, strict: boolean) {
  // A worker may have the data that this host has not.
  yield* RunExperiment.demandData(prepared).pipe(Effect.catchTag("DataMissing", ({ message }) => Launching.say(message)))
  if (prepared.plan.arms.every(({ recipe }) => Prepare.isOpen(prepared.sourceOf(recipe.data)))) {
    yield* Launching.judged(prepared.plan, strict)
  }
})

/** Steps as they were told by runs that others have made. */
const coursesOf = (directories: ReadonlyArray<string>): Courses.Courses => {
  const courses = new Courses.Courses()
  for (const directory of directories) {
    for (const attempt of RunFolder.attempts(directory).toReversed()) {
      for (const event of EventLog.readWhereThere(RunFolder.events(attempt))) {
        if (event.kind === "step") courses.add(event)
      }
    }
  }
  return courses
}

/** Waits for a launch's end, prints what came of it, and ends with its code. Whoever stops waiting stops nothing else. */
export const awaited = Effect.fn("Submit.awaited")(function*(launch: string, { json }: { readonly json: boolean }) {
  const stop = Stop.make()
  yield* Effect.scoped(Effect.gen(function*() {
    yield* Signals.watch(stop, () => Effect.runSync(Launching.say(`launch ${launch} goes on: npx ballast runs list shows how`)))
    yield* Launched.wait(launch, stop, ({ arm, id, seed, status }) => Launching.say(`${id} (${arm}, seed ${seed}) ${status}`))
  }))
  const found = yield* Lookup.launch(launch)
  const result = Launched.resultOf(found)
  yield* json
    ? Output.json(result)
    : Output.lines(ResultText.of(result, coursesOf(found.runs.map(({ directory }) => directory)), {
      columns: Output.columns(),
      cwd: process.cwd()
    }))
  const ended = Launching.codeOf(result, found.launch.request.expect, stop)
  if (ended !== code.done) return yield* new Ended({ code: ended })
})

/** Says what was put into the queue, and what nobody there can take. */
export const told = Effect.fn("Submit.told")(
  function*(experiment: string, submitted: Submitted, { json }: { readonly json: boolean }) {
    const queue = yield* Queue
    const overview = yield* queue.overview
    yield* json
      ? Output.json({ format: "ballast.submission/1", experiment, ...submitted })
      : Output.lines(SubmissionText.of(experiment, submitted, overview, Output.columns()))
  }
)

/** `ballast submit`: puts every arm at every seed into the queue, each a run of its own. */
export const submit = Command.make(
  "submit",
  {
    file: CommandLine.file,
    ...CommandLine.shared,
    queue: Records.queue,
    ...Experiments.narrowing("submit"),
    engine: Flag.Literals("engine", Engines.choices).pipe(
      Flag.withDescription("what is to compute: the first engine that works on the worker's host, or one by name"),
      Flag.withDefault("auto")
    ),
    ...termFlags,
    strict: CommandLine.given("strict", "let warnings block, too"),
    wait: CommandLine.given("wait", "wait for the end, print what came of it and end with its code")
  },
  Effect.fn(function*({ after, engine, json, queue: asked, strict, wait, ...flags }) {
    const terms = yield* termsOf(flags)
    const { home, prepared } = yield* Experiments.prepare(flags)
    const { arms, asked: chosen, seeds, steps } = yield* Experiments.narrowed(prepared, flags)
    yield* reviewed(chosen, strict)
    yield* Home.open(home.directory, { shared: asked !== null })
    const request = { file: path.resolve(flags.file), steps, engine, injection: null }
    const submission = yield* Submitting.ofPrepared(chosen, { arms, seeds, request })
    yield* Effect.gen(function*() {
      const queue = yield* Queue
      const before = after === null ? null : yield* Lookup.find(after)
      const submitted = yield* queue.submit(submission, { ...terms, after: before?.id ?? null })
      if (!wait) return yield* told(submission.experiment, submitted, { json })
      yield* Launching.say(`launch ${submitted.launch} is in the queue`)
      yield* awaited(submitted.launch, { json })
    }).pipe(Effect.provide(Records.layer({ home, queue: asked })))
  })
).pipe(Command.withDescription("Put an experiment into the queue, which workers take its runs from"))
