import * as Effect from "effect/Effect"
import * as Subprocess from "../../engine/Subprocess.ts"
import * as Check from "./Check.ts"

const name = "git"

const limit = "8 seconds"

/** Looking must not keep another git from its work. */
const git = (...parameters: ReadonlyArray<string>) =>
  Subprocess.run("git", ["--no-optional-locks", ...parameters], { environment: { LC_ALL: "C" } })

const withoutCommit = "so that no run is recorded with the commit that it comes from"

const refused = ({ found, message, output }: Subprocess.SubprocessFailed): Check.Diagnosis => {
  if (!found) return Check.warning(name, `git is not installed, ${withoutCommit}`, "apt-get install git")
  if (output.includes("not a git repository")) {
    const where = `${process.cwd()} is in no repository, ${withoutCommit}`
    return Check.warning(name, where, "git init, then commit the experiments")
  }
  const [, owned] = /--add safe\.directory (\S+)/.exec(output) ?? []
  return owned === undefined
    ? Check.warning(name, `${message}: ${output}`, "git status says more")
    : Check.warning(
      name,
      `git does not read ${owned}, which belongs to somebody else, ${withoutCommit}`,
      `git config --global --add safe.directory ${owned}`
    )
}

const shownDigits = 12

const examine = Effect.gen(function*() {
  const top = (yield* git("rev-parse", "--show-toplevel")).trim()
  const commit = yield* git("rev-parse", "--verify", "--quiet", "HEAD").pipe(Effect.catch(() => Effect.succeed(null)))
  if (commit === null) return Check.warning(name, `${top} has no commit yet`, "git add . && git commit")
  const changed = (yield* git("status", "--porcelain", "--untracked-files=no")).split("\n").filter((line) => line !== "")
  const at = `commit ${commit.trim().slice(0, shownDigits)} in ${top}`
  return changed.length === 0 ? Check.ok(name, `${at}, nothing changed since`) : Check.warning(
    name,
    `${at}; ${changed.length} tracked ${changed.length === 1 ? "file differs" : "files differ"} from it`,
    "git commit -a, so that the commit in a run's record is what it was made from"
  )
})

/** Looks at the repository that the command is run in. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: () =>
    examine.pipe(
      Effect.catch((failed) => Effect.succeed(refused(failed))),
      Effect.timeoutOrElse({
        duration: limit,
        orElse: () =>
          Effect.succeed(
            Check.warning(name, `git did not answer within ${limit}, and was ended`, "git status shows what it waits for")
          )
      }),
      Effect.map((diagnosis) => [diagnosis])
    )
}
