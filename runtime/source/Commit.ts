/**
 * Committing one file, whatever else of its repository has changed.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import * as Subprocess from "../engine/Subprocess.ts"
import * as Refused from "./Refused.ts"

/** A file is not, or cannot be, committed; `message` says why. */
export class NotCommitted extends Schema.TaggedError<NotCommitted>()("NotCommitted", { message: Schema.String }) {}

/** A file's name is no pattern. */
const environment = { GIT_LITERAL_PATHSPECS: "1", LC_ALL: "C" }

const git = (file: string, parameters: ReadonlyArray<string>) =>
  Subprocess.run("git", [...parameters, "--", path.basename(file)], { directory: path.dirname(file), environment })

const failed = (file: string, why: string): NotCommitted => new NotCommitted({ message: `${path.relative(process.cwd(), file)} cannot be committed: ${why}` })

/**
 * Makes sure that a commit of the file would hold what is changed from now on and nothing else. Fails with NotCommitted.
 */
export const ready = Effect.fn("Commit.ready")(function*(file: string) {
  yield* git(file, ["ls-files", "--error-unmatch"]).pipe(
    Effect.mapError(({ found }) => failed(file, found ? "git does not know it: git add it, and commit it first" : "there is no git"))
  )
  const status = yield* git(file, ["status", "--porcelain"]).pipe(
    Effect.mapError(({ output }) => failed(file, Refused.oneLine(output)))
  )
  if (status !== "") return yield* failed(file, "it has changes that are not committed yet; commit them first, or take --write")
})

/** Commits the file alone. Fails with NotCommitted, with what git or a hook of the repository says. */
export const commit = (file: string, message: string): Effect.Effect<void, NotCommitted> =>
  git(file, ["commit", "--quiet", "--only", `--message=${message}`]).pipe(
    Effect.mapError(({ message, output }) => failed(file, output.trim() || message)),
    Effect.asVoid
  )
