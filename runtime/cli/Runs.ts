import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as os from "node:os"
import * as Courses from "../report/Courses.ts"
import * as Line from "../report/Line.ts"
import * as Paragraph from "../report/Paragraph.ts"
import * as Progress from "../report/Progress.ts"
import * as RunRow from "../report/RunRow.ts"
import * as RunsText from "../report/RunsText.ts"
import * as Status from "../report/Status.ts"
import * as SubmissionText from "../report/SubmissionText.ts"
import * as Detail from "../run/Detail.ts"
import * as Following from "../run/Following.ts"
import * as Home from "../run/Home.ts"
import * as Lookup from "../run/Lookup.ts"
import type { Cancelled } from "../run/queue/Cancel.ts"
import { Queue } from "../run/queue/Queue.ts"
import * as Submission from "../run/queue/Submission.ts"
import * as Submitting from "../run/queue/Submitting.ts"
import { Store } from "../run/Store.ts"
import type { RunRecord } from "../run/store/Listing.ts"
import * as EventLog from "../train/EventLog.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"
import * as Submit from "./Submit.ts"

const { Argument, Command, Flag } = CommandLine

/** The figures of a run that has not ended, and those that a result lacks which an older version wrote. */
const unknown: RunsText.RunDetail["metrics"] = {
  loss: NaN,
  map50: null,
  map: null,
  accuracy: null,
  imagesPerSecond: NaN,
  seconds: NaN
}

const detailOf = (run: RunRecord, detail: Detail.Detail): RunsText.RunDetail => {
  const { checkpoints, environment, events, identity, recipe } = detail
  const courses = Courses.of(events.flatMap((event) => event.kind === "step" ? [event] : []))
  // What a later attempt has taken again does not count.
  const counts = (attempt: number, step: number): boolean =>
    courses.every((course) => course.attempt <= attempt || course.from >= step)
  const { arm, directory, experiment, id, launch, reason, result, seed, started, status } = run
  return {
    engine: null,
    execution: null,
    steps: Courses.joined(courses).losses.length,
    partial: false,
    stopped: null,
    best: null,
    clipRate: NaN,
    gradNorm: { median: NaN, p99: NaN, max: NaN },
    spikes: 0,
    skipped: 0,
    advice: [],
    attempts: detail.attempts,
    infrastructure: 0,
    remedied: false,
    ...result,
    metrics: { ...unknown, ...result?.metrics },
    id,
    arm,
    seed,
    directory,
    experiment,
    launch,
    started,
    status,
    reason,
    recipe,
    identity,
    revision: environment?.commit === undefined || environment.commit === null
      ? null
      : { commit: environment.commit, dirty: environment.dirty !== null },
    courses,
    evaluations: events.flatMap((event) => event.kind === "eval" && counts(event.attempt, event.step) ? [event] : []),
    monitors: events.flatMap((event) => event.kind === "monitor" && counts(event.attempt, event.step + 1) ? [event] : []),
    checkpoints
  }
}

/** How many runs a list shows where nobody says. */
const usualLimit = 100

const list = Command.make(
  "list",
  {
    home: CommandLine.shared.home,
    queue: Records.queue,
    limit: Flag.Int("limit").pipe(Flag.withDescription("list so many at most, the newest first"), Flag.withDefault(usualLimit)),
    status: Flag.Literals("status", Status.states).pipe(
      Flag.withDescription("list those alone that stand so"),
      Flag.optional,
      Flag.map(Option.getOrUndefined)
    ),
    experiment: CommandLine.optionalText("experiment", "list those of this experiment alone"),
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ experiment, home: asked, json, limit, queue, status }) {
    if (limit < 1) return yield* new WrongUsage({ message: `--limit takes a whole number of at least 1, got ${limit}` })
    const home = Home.at(Home.directoryOf(asked))
    // Listing what is not there yet is no reason to make a folder.
    if (queue === null && !Home.hasRuns(home)) {
      return yield* json ? Output.json({ format: "ballast.runs/1", runs: [], queue: null }) : Output.lines(RunsText.list([], { columns: Output.columns() }))
    }
    yield* Effect.gen(function*() {
      const store = yield* Store
      const filter = { limit: limit + 1, ...(status === undefined ? {} : { status }), ...(experiment === null ? {} : { experiment }) }
      const found = yield* store.list(filter)
      const overview = yield* Effect.flatMap(Queue, ({ overview }) => overview)
      const rows = found.slice(0, limit).map(RunRow.of)
      const columns = Output.columns()
      yield* json
        ? Output.json({
          format: "ballast.runs/1",
          runs: rows.map((row, index) => ({ ...row, reason: found[index]?.reason ?? null, directory: found[index]?.directory })),
          queue: overview
        })
        : Output.lines([
          ...RunsText.list(rows, { columns }),
          ...(found.length > limit ? Paragraph.of(`there are more: --limit ${limit * 10} shows some of them`, columns, { tone: "quiet" }) : []),
          ...SubmissionText.waiting(overview, columns)
        ])
    }).pipe(Effect.provide(Records.layer({ home, queue })))
  })
).pipe(Command.withDescription("List the runs that are kept, the newest launch first"))

const recorded = { home: CommandLine.shared.home, queue: Records.queue, json: CommandLine.shared.json }

const show = Command.make(
  "show",
  { run: CommandLine.run, ...recorded },
  Effect.fn(function*({ home: asked, json, queue, run: id }) {
    const home = yield* Records.existing(asked, queue)
    const run = yield* Effect.provide(Lookup.find(id), Records.store({ home, queue }))
    const detail = detailOf(run, yield* Detail.read(run.directory))
    yield* json
      ? Output.json({ format: "ballast.run/1", ...detail })
      : Output.lines(RunsText.show(detail, { columns: Output.columns(), cwd: process.cwd() }))
  })
).pipe(Command.withDescription("Show all that is known of a run"))

const logs = Command.make(
  "logs",
  {
    run: CommandLine.run,
    ...recorded,
    follow: CommandLine.given("follow", "go on until the run has ended").pipe(Flag.withAlias("f"))
  },
  Effect.fn(function*({ follow, home: asked, json, queue, run: id }) {
    const home = yield* Records.existing(asked, queue)
    yield* Effect.gen(function*() {
      const run = yield* Lookup.find(id)
      const progress = Progress.make({ write: Output.text }, process.env)
      if (!json) progress.launch(run.experiment, [run])
      yield* Following.follow(run, {
        follow,
        begins: (attempt) => json ? undefined : progress.begins(run, { number: attempt, remarks: [] }),
        event: (event) => json ? Output.text(`${EventLog.encode(event)}\n`) : progress.event(event, run)
      })
      progress.done()
    }).pipe(Effect.provide(Records.store({ home, queue })))
  })
).pipe(Command.withDescription("Print what a run has told while it ran"))

const launched = Argument.String("launch").pipe(
  Argument.withDescription("a launch's id, or one of its runs', a beginning of it that no other has, or \"last\"")
)

const outcomes: Readonly<Record<Cancelled, string>> = {
  cancelled: "cancelled before it ran",
  asked: "ends with a checkpoint",
  ended: "had ended",
  elsewhere: "is no run of the queue: Ctrl-C where ballast run was started ends it"
}

const cancel = Command.make(
  "cancel",
  { launch: launched, ...recorded },
  Effect.fn(function*({ home: asked, json, launch, queue }) {
    const home = yield* Records.existing(asked, queue)
    yield* Effect.gen(function*() {
      const { asked: runs } = yield* Lookup.launch(launch)
      const queue = yield* Queue
      const told = yield* Effect.forEach(runs, ({ id }) =>
        Effect.map(queue.cancel(id, `cancelled by ${os.userInfo().username}`), (outcome) => ({ id, outcome })))
      yield* json
        ? Output.json({ format: "ballast.cancelled/1", runs: told })
        : Output.lines(told.map(({ id, outcome }) => Line.of(Line.span(id, "strong"), ` ${outcomes[outcome]}`)))
      if (told.some(({ outcome }) => outcome === "elsewhere")) return yield* new Ended({ code: code.no })
    }).pipe(Effect.provide(Records.layer({ home, queue })))
  })
).pipe(Command.withDescription("Cancel the runs of a launch, or one run, that wait or run in the queue"))

const rerun = Command.make(
  "rerun",
  { launch: launched, ...recorded, wait: CommandLine.given("wait", "wait for the end, and print what came of it") },
  Effect.fn(function*({ home: asked, json, launch, queue, wait }) {
    const home = yield* Records.existing(asked, queue)
    yield* Effect.gen(function*() {
      const found = yield* Lookup.launch(launch)
      const queue = yield* Queue
      const submission = yield* Submitting.ofLaunched(found)
      const submitted = yield* queue.submit(submission, { ...Submission.usual, reuse: false })
      yield* wait
        ? Submit.awaited(submitted.launch, { json })
        : Submit.told(submission.experiment, submitted, { json })
    }).pipe(Effect.provide(Records.layer({ home, queue })))
  })
).pipe(Command.withDescription("Put the runs of a launch, or one run, into the queue once more, as they were recorded"))

/** `ballast runs`: the runs that are kept. */
export const runs = Command.make("runs").pipe(
  Command.withDescription("List, show, follow, cancel and repeat the runs that are kept"),
  Command.withSubcommands([list, show, logs, cancel, rerun])
)
