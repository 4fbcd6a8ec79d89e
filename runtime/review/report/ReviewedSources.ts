/**
 * The source of the experiments that a change touches, looked at as text.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Opened } from "../diff/Compare.ts"
import * as Lint from "../lint/Lint.ts"
import * as Sources from "../lint/Sources.ts"

/** Lints the head's files below `experiments/` that the change touches. */
export const lint = Effect.fn("ReviewedSources.lint")(function*({ changed, project, root }: Opened["head"]) {
  const folder = `${project}experiments/`
  const files = [...changed].filter((file) =>
    file.startsWith(folder) && Sources.isSource(file) && fs.lstatSync(path.join(root, file), { throwIfNoEntry: false })?.isFile()
  )
  // Named none, lint would look at everything.
  if (files.length === 0) return []
  return yield* Lint.lint(files.toSorted(), { cwd: root, fix: false })
})
