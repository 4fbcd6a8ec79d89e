/**
 * Where a pull request's report lies, and reading one that a stranger's run has left.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as ReviewDocument from "./ReviewDocument.ts"

/** A report that is not there, or is none; `message` says where and why. */
export class ReportRefused extends Schema.TaggedError<ReportRefused>()("ReportRefused", { message: Schema.String }) {}

/** The files of a report's folder. */
export const names = { document: "review.json", markdown: "review.md", sarif: "lint.sarif" } as const

/** No review that a person reads comes near it. */
const mostBytes = 8 << 20

const fileOf = (name: string): string =>
  fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() ? path.join(name, names.document) : name

const textOf = (file: string): Result.Result<string, string> => {
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false })
    if (stat === undefined) return Result.fail("there is no such file: ballast review --out FOLDER writes one")
    if (!stat.isFile()) return Result.fail("it is no file")
    if (stat.size > mostBytes) return Result.fail(`it is larger than ${mostBytes >> 20} MiB`)
    return Result.succeed(new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(file)))
  } catch (cause) {
    return Result.fail(cause instanceof TypeError ? "it is no text in UTF-8" : `it cannot be read (${(cause as NodeJS.ErrnoException).code})`)
  }
}

/** Reads the report in a file or a folder. Fails with ReportRefused. */
export const read = Effect.fn("ReportFile.read")(function*(name: string) {
  const file = fileOf(name)
  return yield* Effect.fromResult(Result.flatMap(textOf(file), ReviewDocument.read)).pipe(
    Effect.mapError((reason) => new ReportRefused({ message: `${file} is no report of ballast review: ${reason}` }))
  )
})
