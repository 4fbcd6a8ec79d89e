import * as Effect from "effect/Effect"
import * as Engines from "../engine/Engines.ts"
import * as Courses from "../report/Courses.ts"
import * as ResultText from "../report/ResultText.ts"
import * as SubmissionText from "../report/SubmissionText.ts"
import * as Home from "../run/Home.ts"
import * as Launched from "../run/Launched.ts"
import * as Lookup from "../run/Lookup.ts"
import { Queue } from "../run/queue/Queue.ts"
import type { Submitted } from "../run/queue/Submit.ts"
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
import * as Submittable from "./Submittable.ts"
import * as Terms from "./Terms.ts"

const { Command, Flag } = CommandLine

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
      : Output.lines(SubmissionText.of([{ experiment, submitted }], overview, Output.columns()))
  }
)

/** Says what a pull request has put into the queue. */
const toldAll = Effect.fnUntraced(function*(
  change: NonNullable<Submittable.Submittable["change"]>,
  all: ReadonlyArray<SubmissionText.Named>,
  { json }: { readonly json: boolean }
) {
  if (json) {
    const submissions = all.map(({ experiment, submitted }) => ({ experiment, ...submitted }))
    return yield* Output.json({ format: "ballast.submissions/1", ...change, submissions })
  }
  const queue = yield* Queue
  yield* Output.lines(SubmissionText.ofPullRequest(all, yield* queue.overview, Output.columns()))
})

/** `ballast submit`: puts every arm at every seed into the queue, each a run of its own. */
export const submit = Command.make(
  "submit",
  {
    ...Submittable.flags,
    ...CommandLine.shared,
    queue: Records.queue,
    ...Experiments.narrowing("submit"),
    engine: Flag.Literals("engine", Engines.choices).pipe(
      Flag.withDescription("what is to compute: the first engine that works on the worker's host, or one by name"),
      Flag.withDefault("auto")
    ),
    ...Terms.flags,
    strict: CommandLine.given("strict", "let warnings block, too"),
    wait: CommandLine.given("wait", "wait for the end, print what came of it and end with its code")
  },
  Effect.fn(function*({ after, json, queue: asked, wait, ...flags }) {
    if (wait && flags["pull-request"]) {
      return yield* new WrongUsage({ message: "--pull-request and --wait do not go together: npx ballast runs list shows how they go" })
    }
    const terms = yield* Terms.of(flags)
    const { change, submissions } = yield* Submittable.of(flags)
    const home = yield* Home.open(Home.directoryOf(flags.home), { shared: asked !== null })
    yield* Effect.gen(function*() {
      const queue = yield* Queue
      const before = after === null ? null : yield* Lookup.find(after)
      const all = yield* Effect.forEach(submissions, (submission) =>
        Effect.map(
          queue.submit(submission, { ...terms, after: before?.id ?? null }),
          (submitted) => ({ experiment: submission.experiment, submitted })
        ))
      if (change !== null) return yield* toldAll(change, all, { json })
      for (const { experiment, submitted } of all) {
        if (!wait) yield* told(experiment, submitted, { json })
        else {
          yield* Launching.say(`launch ${submitted.launch} is in the queue`)
          yield* awaited(submitted.launch, { json })
        }
      }
    }).pipe(Effect.provide(Records.layer({ home, queue: asked })))
  })
).pipe(Command.withDescription("Put an experiment into the queue, which workers take its runs from"))
