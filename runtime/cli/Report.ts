import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import { DataFault } from "../../dsl/Fault.ts"
import * as Words from "../../dsl/Words.ts"
import * as Reports from "../report/html/Reports.ts"
import * as Line from "../report/Line.ts"
import * as Place from "../report/Place.ts"
import * as EventFiles from "../report/tensorboard/EventFiles.ts"
import * as Carried from "../run/Carried.ts"
import * as Home from "../run/Home.ts"
import * as Lookup from "../run/Lookup.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"

const { Argument, Command, Flag } = CommandLine

/** What a page is made of, or event files. */
interface Subject {
  /** Null for a folder by itself. */
  readonly launch: string | null
  readonly runs: ReadonlyArray<Carried.CarriedRun>
  /** The file that the page goes to, where no other is named. */
  readonly file: string
  readonly page: Effect.Effect<string, DataFault>
}

const unusable = (what: string, cause: unknown): DataFault =>
  new DataFault({ sample: null, message: `${what} cannot be drawn: ${Words.reasonOf(cause)}` })

/** Does what writes files, and says which could not be written, or could not be made of what a run has left. */
const writing = <A>(what: string, write: () => A | Promise<A>): Effect.Effect<A, DataFault | Home.HomeUnusable> =>
  Effect.tryPromise({
    try: async () => write(),
    catch: (cause) =>
      Words.codeOf(cause) === null
        ? unusable(what, cause)
        : new Home.HomeUnusable({ directory: what, message: `${what} cannot be written: ${Words.reasonOf(cause)}` })
  })

const eventFiles = Effect.fn(function*(runs: Subject["runs"], folder: string | null) {
  const written = yield* Effect.forEach(runs, (run) => {
    const directory = folder === null ? null : path.join(folder, EventFiles.folderName(run))
    return writing(directory ?? run.directory, () => EventFiles.write(run.directory, directory))
  })
  return written.flat()
})

const carried = Effect.fn(function*(folder: string) {
  const run = yield* Carried.read(folder)
  const subject: Subject = {
    launch: null,
    runs: [run],
    file: Reports.fileOf(run),
    // Documents that nobody has looked at in full are drawn: whatever is wrong with one is no defect of the program.
    page: Reports.ofRun(run).pipe(Effect.catchDefect((defect) => Effect.fail(unusable(folder, defect))))
  }
  return subject
})

const recorded = Effect.fn(function*(what: string, options: { readonly home: string | null; readonly queue: string | null }) {
  const home = yield* Records.existing(options.home, options.queue)
  const found = yield* Effect.provide(Lookup.launchOrExperiment(what), Records.store({ home, queue: options.queue }))
  const { asked: runs, launch: { id: launch } } = found
  const [only] = runs
  const run = runs.length === 1 && only !== undefined && what !== launch ? only : null
  const subject: Subject = run === null
    ? { launch, runs, file: path.join(home.directory, "reports", `${launch}.html`), page: Reports.ofLaunch(found) }
    : { launch, runs, file: Reports.fileOf(run), page: Reports.ofRun(run) }
  return subject
})

/** `ballast report`: draws a run or a launch on a page that stands by itself, or writes TensorBoard's event files. */
export const report = Command.make(
  "report",
  {
    what: Argument.String("what").pipe(
      Argument.withDescription("a run's or a launch's id, a beginning of it that no other has, an experiment's name for its newest launch, \"last\", or the path of a run's folder")
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
  Effect.fn(function*({ folder, home, json, out, queue, tensorboard, what }) {
    if (folder !== null && !tensorboard) return yield* new WrongUsage({ message: "a folder belongs to --tensorboard; --out names the page's file" })
    if (out !== null && tensorboard) return yield* new WrongUsage({ message: "--tensorboard writes no page for --out" })
    const byItself = Carried.isNamedBy(what)
    if (byItself && home !== null) return yield* new WrongUsage({ message: `--home belongs to a run's id, and ${what} is a folder, which needs none` })
    const { file, launch, page, runs } = yield* (byItself ? carried(what) : recorded(what, { home, queue }))
    const files = yield* Effect.gen(function*() {
      if (tensorboard) return yield* eventFiles(runs, folder === null ? null : path.resolve(folder))
      const to = out === null ? file : path.resolve(out)
      const drawn = yield* page
      yield* writing(to, () => Reports.write(to, drawn))
      return [to]
    })
    yield* json
      ? Output.json({ format: "ballast.report/1", launch, runs: runs.map(({ id }) => id), files })
      : Output.lines(files.map((file) => Line.of(Place.of(file, process.cwd()))))
  })
).pipe(Command.withDescription("Draw a run or a launch on a page that stands by itself, or write TensorBoard's event files"))
