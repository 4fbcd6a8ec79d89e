import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as Reports from "../report/html/Reports.ts"
import * as Line from "../report/Line.ts"
import * as Place from "../report/Place.ts"
import * as EventFiles from "../report/tensorboard/EventFiles.ts"
import * as Home from "../run/Home.ts"
import * as Lookup from "../run/Lookup.ts"
import type { RunRecord } from "../run/Store.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"

const { Argument, Command, Flag } = CommandLine

/** Does what writes files, and says which could not be written. */
const writing = <A>(what: string, write: () => A | Promise<A>): Effect.Effect<A, Home.HomeUnusable> =>
  Effect.tryPromise({
    try: async () => write(),
    catch: (cause) =>
      new Home.HomeUnusable({
        directory: what,
        message: `${what} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`
      })
  })

const eventFiles = Effect.fn(function*(runs: ReadonlyArray<RunRecord>, folder: string | null) {
  const written = yield* Effect.forEach(runs, (run) => {
    const directory = folder === null ? null : path.join(folder, EventFiles.folderName(run))
    return writing(directory ?? run.directory, () => EventFiles.write(run.directory, directory))
  })
  return written.flat()
})

/** `ballast report`: draws a run or a launch on a page that stands by itself, or writes TensorBoard's event files. */
export const report = Command.make(
  "report",
  {
    what: Argument.String("what").pipe(
      Argument.withDescription("a run's or a launch's id, a beginning of it that no other has, an experiment's name for its newest launch, or \"last\"")
    ),
    folder: Argument.String("folder").pipe(
      Argument.withDescription("with --tensorboard: the folder that its event files go to (default: beside every attempt's events)"),
      Argument.optional,
      Argument.map(Option.getOrNull)
    ),
    home: CommandLine.shared.home,
    queue: Records.queue,
    out: CommandLine.optionalText("out", "the page's file (default: report.html in the run's folder, reports/LAUNCH.html in the home)"),
    tensorboard: Flag.Boolean("tensorboard").pipe(
      Flag.withDescription("write TensorBoard's event files, and no page"),
      Flag.withDefault(false)
    ),
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ folder, home: asked, json, out, queue, tensorboard, what }) {
    if (folder !== null && !tensorboard) return yield* new WrongUsage({ message: "a folder belongs to --tensorboard; --out names the page's file" })
    if (out !== null && tensorboard) return yield* new WrongUsage({ message: "--tensorboard writes no page for --out" })
    const home = yield* Records.existing(asked, queue)
    const found = yield* Effect.provide(Lookup.launchOrExperiment(what), Records.store({ home, queue }))
    const [only] = found.asked
    const run = found.asked.length === 1 && only !== undefined && what !== found.launch.id ? only : null
    const files = yield* Effect.gen(function*() {
      if (tensorboard) return yield* eventFiles(found.asked, folder === null ? null : path.resolve(folder))
      const file = path.resolve(out ?? (run === null ? path.join(home.directory, "reports", `${found.launch.id}.html`) : Reports.fileOf(run)))
      const page = yield* (run === null ? Reports.ofLaunch(found) : Reports.ofRun(run))
      yield* writing(file, () => Reports.write(file, page))
      return [file]
    })
    yield* json
      ? Output.json({ format: "ballast.report/1", launch: found.launch.id, runs: found.asked.map(({ id }) => id), files })
      : Output.lines(files.map((file) => Line.of(Place.of(file, process.cwd()))))
  })
).pipe(Command.withDescription("Draw a run or a launch on a page that stands by itself, or write TensorBoard's event files"))
