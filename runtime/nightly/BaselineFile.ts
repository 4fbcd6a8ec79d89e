/**
 * Baselines as files: `baselines/<experiment>.json`, in git like the experiment itself.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Issue from "../../dsl/Issue.ts"
import * as Text from "../../dsl/Text.ts"
import * as Words from "../../dsl/Words.ts"
import * as Baseline from "./Baseline.ts"

/** A file of baselines cannot be used; `issues` lists everything that is wrong in it. */
export class BaselinesInvalid extends Schema.TaggedError<BaselinesInvalid>()("BaselinesInvalid", {
  file: Schema.String,
  message: Schema.String,
  issues: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

/** Names the folder of a project's baselines. */
export const folderOf = (project: string): string => path.join(project, "baselines")

/** In JSON, numbers that it lacks are strings. */
const codec = Schema.toCodecJson(Baseline.Document)

const isName = Schema.is(Text.name)

/** Names the file of an experiment's baselines in their folder. Throws where the name is none that a path may have. */
export const fileOf = (folder: string, experiment: string): string => {
  if (!isName(experiment)) throw new RangeError(`${JSON.stringify(experiment)} names no experiment`)
  return path.join(folder, `${experiment}.json`)
}

/** Lists the experiments that have a file of baselines in a folder; none where the folder is not there. */
export const experiments = (folder: string): ReadonlyArray<string> =>
  fs.existsSync(folder)
    ? fs.readdirSync(folder).filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length)).filter(isName).toSorted()
    : []

const invalid = (file: string, what: string, issues: ReadonlyArray<Issue.Issue> = []): BaselinesInvalid =>
  new BaselinesInvalid({
    file,
    message: [`${path.join(path.basename(path.dirname(file)), path.basename(file))} ${what}`, ...issues.map(({ message, path }) => path === "" ? `  ${message}` : `  ${path}: ${message}`)].join("\n"),
    issues
  })

/** Thousands of baselines do not come near it, in bytes. */
const largest = 16 << 20
/** What is wrong in the same way a thousand times is not listed a thousand times. */
const mostIssues = 50

/** A report of the night shows what is wrong with a file, and so must not read another one that a link leads to. */
const textOf = (file: string): Effect.Effect<string | null, BaselinesInvalid> =>
  Effect.suspend(() => {
    try {
      const stat = fs.lstatSync(file)
      if (!stat.isFile()) return Effect.fail(invalid(file, "is no file"))
      if (stat.size > largest) return Effect.fail(invalid(file, `is larger than ${largest >> 20} MiB`))
      return Effect.succeed(fs.readFileSync(file, "utf8"))
    } catch (cause) {
      return Words.codeOf(cause) === "ENOENT"
        ? Effect.succeed(null)
        : Effect.fail(invalid(file, `cannot be read: ${Words.reasonOf(cause)}`))
    }
  })

/** Reads an experiment's baselines; none where it has no file. Fails with BaselinesInvalid. */
export const read = Effect.fn("BaselineFile.read")(function*(folder: string, experiment: string) {
  const file = fileOf(folder, experiment)
  const text = yield* textOf(file)
  if (text === null) return { format: "ballast.baselines/1", experiment, baselines: [] } satisfies Baseline.Document
  const json = yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (cause) => invalid(file, `is not JSON: ${Words.reasonOf(cause).split("\n")[0]}`)
  })
  const decoded = Issue.decode(codec, json)
  if (Result.isFailure(decoded)) {
    const { failure } = decoded
    const more = failure.length > mostIssues ? [{ path: "", message: `and ${failure.length - mostIssues} more` }] : []
    return yield* invalid(file, "holds baselines that cannot be used", [...failure.slice(0, mostIssues), ...more])
  }
  const document = decoded.success
  if (document.experiment !== experiment) {
    return yield* invalid(file, "is another experiment's", [
      { path: "experiment", message: `expected "${experiment}", as the file is named, got "${document.experiment}"` }
    ])
  }
  return document
})

/** Writes an experiment's baselines, as a whole or not at all, and returns the file. Fails with BaselinesInvalid. */
export const write = Effect.fn("BaselineFile.write")(function*(folder: string, document: Baseline.Document) {
  const file = fileOf(folder, document.experiment)
  const encoded = Schema.encodeSync(codec)(Baseline.ordered(document))
  return yield* Effect.try({
    try: () => {
      const temporary = `${file}.${process.pid}.tmp`
      fs.mkdirSync(path.dirname(file), { recursive: true })
      try {
        // Whatever lies under that name is not written through.
        fs.writeFileSync(temporary, `${JSON.stringify(encoded, null, 2)}\n`, { flag: "wx", flush: true })
        fs.renameSync(temporary, file)
      } finally {
        fs.rmSync(temporary, { force: true })
      }
      return file
    },
    catch: (cause) => invalid(file, `cannot be written: ${Words.reasonOf(cause)}`)
  })
})
