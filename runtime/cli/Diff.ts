import * as Effect from "effect/Effect"
import * as Locations from "../data/Locations.ts"
import * as Compare from "../review/diff/Compare.ts"
import * as DiffDocument from "../review/diff/DiffDocument.ts"
import * as DiffMarkdown from "../review/diff/DiffMarkdown.ts"
import * as DiffText from "../review/diff/DiffText.ts"
import * as Throughput from "../review/diff/Throughput.ts"
import * as Home from "../run/Home.ts"
import { Store } from "../run/Store.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"

const { Command, Flag } = CommandLine

interface Asked {
  readonly base: string
  readonly head: string | null
  readonly home: string | null
  readonly data: ReadonlyArray<string>
  readonly all: boolean
}

/** Finds all that a comparison of revisions in the working directory needs. */
export const optionsOf = Effect.fn("Diff.optionsOf")(function*({ all, base, data, head, home: asked }: Asked) {
  const home = Home.at(Home.directoryOf(asked))
  const locations = yield* Locations.read(home.directory, data)
  const seconds = Home.hasRuns(home)
    ? yield* Throughput.read.pipe(
      Effect.provide(Store.layerSqlite(home.database)),
      // How long it takes is beside the point of a diff.
      Effect.catch(() => Effect.succeed(Throughput.none))
    )
    : Throughput.none
  return { folder: process.cwd(), base, head, all, home, locations, seconds } satisfies Compare.Options
})

/** `ballast diff`: what a change of experiments means, without running them and without trusting them. */
export const diff = Command.make(
  "diff",
  {
    base: Flag.String("base").pipe(Flag.withDescription("the revision that is compared with, such as main or origin/main")),
    head: CommandLine.optionalText("head", "the revision that is compared (default: the files as they lie here)"),
    home: CommandLine.shared.home,
    data: CommandLine.shared.data,
    md: CommandLine.given("md", "print Markdown, as long as a comment may be"),
    json: CommandLine.shared.json,
    all: CommandLine.given("all", "tell of what is unchanged, too"),
    "exit-code": CommandLine.given("exit-code", "end with 1 where there are changes")
  },
  Effect.fn(function*({ all, base, data, "exit-code": exitCode, head, home, json, md }) {
    if (json && md) return yield* new WrongUsage({ message: "--json and --md do not go together" })
    const compared = yield* Compare.compare(yield* optionsOf({ all, base, data, head, home }))
    const document = DiffDocument.of(compared, all)
    if (json) yield* Output.json(document)
    else if (md) Output.text(DiffMarkdown.of(document))
    else yield* Output.lines(DiffText.of(document, Output.columns()))
    if (exitCode && DiffDocument.hasChanges(compared)) return yield* new Ended({ code: code.no })
  })
).pipe(Command.withDescription("Say what a change of experiments means: fields, nodes, cost, curves, findings"))
