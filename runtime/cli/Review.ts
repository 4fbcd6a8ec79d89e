import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Conditions from "../engine/Conditions.ts"
import type { Linted } from "../review/lint/Lint.ts"
import * as Compare from "../review/diff/Compare.ts"
import * as DiffDocument from "../review/diff/DiffDocument.ts"
import * as ReportFile from "../review/report/ReportFile.ts"
import * as ReviewDocument from "../review/report/ReviewDocument.ts"
import * as ReviewMarkdown from "../review/report/ReviewMarkdown.ts"
import * as ReviewText from "../review/report/ReviewText.ts"
import * as EventLog from "../train/EventLog.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Diff from "./Diff.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import { comment } from "./ReviewComment.ts"

const { Command, Flag } = CommandLine

// The compiler's own parser takes long to load, and `review comment` does not need it.
const load = Effect.promise(() => Promise.all([import("../review/report/ReviewedSources.ts"), import("../review/lint/Sarif.ts")]))

const write = (folder: string, files: Readonly<Record<string, string>>): Effect.Effect<void, WrongUsage> =>
  Effect.try({
    try: () => {
      fs.mkdirSync(folder, { recursive: true })
      for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text)
    },
    catch: (cause) => new WrongUsage({ message: `--out cannot write ${folder}: ${(cause as Error).message}` })
  })

const files = (document: ReviewDocument.ReviewDocument, sarif: object) => ({
  [ReportFile.names.document]: `${EventLog.encode(document)}\n`,
  [ReportFile.names.markdown]: ReviewMarkdown.of(document),
  [ReportFile.names.sarif]: `${JSON.stringify(sarif, null, 2)}\n`
})

interface Reviewed {
  readonly document: ReviewDocument.ReviewDocument
  readonly linted: ReadonlyArray<Linted>
  readonly sarif: object
}

const reviewed = Effect.fn("Review.reviewed")(function*(options: Compare.Options, approved: boolean) {
  const [ReviewedSources, Sarif] = yield* load
  const { compared, head } = yield* Compare.open(options)
  const linted = yield* ReviewedSources.lint(head)
  return {
    document: ReviewDocument.make(DiffDocument.of(compared, false), linted, approved),
    linted,
    sarif: Sarif.of(linted, { version: Conditions.ballastVersion(), cwd: path.resolve(options.folder, path.relative(head.project, "")) })
  } satisfies Reviewed
}, Effect.scoped)

/** `ballast review`: one pull request's report, from any continuous integration, and whether it passes. */
export const review = Command.make(
  "review",
  {
    base: Flag.String("base").pipe(Flag.withDescription("the revision that is compared with, whose policy counts")),
    head: CommandLine.optionalText("head", "the revision that is reviewed (default: the files as they lie here)"),
    out: CommandLine.optionalText("out", "a folder that review.json, review.md and lint.sarif are written to"),
    approved: CommandLine.given("approved", "what broadens was approved by somebody who may"),
    home: CommandLine.shared.home,
    data: CommandLine.shared.data,
    md: CommandLine.given("md", "print Markdown, as long as a comment may be"),
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ approved, base, data, head, home, json, md, out }) {
    if (json && md) return yield* new WrongUsage({ message: "--json and --md do not go together" })
    const options = yield* Diff.optionsOf({ base, head, home, data, all: false })
    const { document, linted, sarif } = yield* reviewed(options, approved)
    if (out !== null) yield* write(out, files(document, sarif))
    if (json) yield* Output.json(document)
    else if (md) Output.text(ReviewMarkdown.of(document))
    else yield* Output.lines(ReviewText.of(document, linted, Output.columns()))
    if (!document.passed) return yield* new Ended({ code: code.no })
  })
).pipe(
  Command.withDescription("Report on a pull request: what it means, the policy, and what is found in the source"),
  Command.withSubcommands([comment])
)
