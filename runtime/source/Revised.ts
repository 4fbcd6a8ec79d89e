/**
 * An experiment out of a revision: read by git and evaluated, so that nothing of it is run here.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type * as Experiment from "../../dsl/Experiment.ts"
import * as Evaluate from "./Evaluate.ts"
import * as Load from "./Load.ts"
import * as Refused from "./Refused.ts"
import * as Revision from "./Revision.ts"

export interface Asked {
  /** The file as somebody types it in `folder`, which lies in the repository. */
  readonly file: string
  readonly folder: string
  readonly revision: string
}

export interface Revised {
  readonly commit: string
  /** The file's path in the repository. */
  readonly file: string
  readonly experiment: Experiment.Experiment
}

/**
 * Evaluates an experiment's file as a revision has it. Fails with RevisionUnreadable, with NotLoaded where the revision has
 * no such file, and with Refused.
 */
export const read = Effect.fn("Revised.read")(function*({ file: asked, folder, revision }: Asked) {
  const { commit, contents, leftOut, project, root } = yield* Revision.materialise(folder, revision)
  const top = path.resolve(folder, path.relative(project, ""))
  const file = path.relative(top, path.resolve(folder, asked)).replaceAll(path.sep, "/")
  const left = leftOut.find(({ path }) => path === Refused.oneLine(file))
  const why = left !== undefined
    ? `${left.path} ${left.reason}`
    : contents.has(file)
    ? null
    : `it has no file ${Refused.oneLine(file)}`
  if (why !== null) return yield* new Load.NotLoaded({ file: asked, message: `revision ${Refused.oneLine(revision)}: ${why}` })
  const { definition } = yield* Evaluate.evaluate({ root, file })
  return { commit, file, experiment: Evaluate.declared(definition) } satisfies Revised
}, Effect.scoped)
