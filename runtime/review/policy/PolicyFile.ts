/**
 * The policy that a revision, or a folder, has in a file.
 */
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type * as Policy from "../../../dsl/Policy.ts"
import * as Evaluate from "../../source/Evaluate.ts"
import * as Refused from "../../source/Refused.ts"
import type * as Revision from "../../source/Revision.ts"

/** A policy, or null where there is none, or why it was refused. */
export type Read = Result.Result<Policy.Policy | null, Refused.Refused>

const evaluated = Effect.fnUntraced(function*({ leftOut, project, root }: Pick<Revision.Revision, "leftOut" | "project" | "root">) {
  const file = Evaluate.policyFile(project)
  // One that the revision has and that was not written must not pass for none.
  const left = leftOut.find(({ path }) => path === Refused.oneLine(file))
  if (left !== undefined) return yield* Refused.of(file, "import", `it ${left.reason}`)
  return yield* Evaluate.policy({ root, project })
})

/** Evaluates the policy of a revision's files. */
export const read = (files: Pick<Revision.Revision, "leftOut" | "project" | "root">): Effect.Effect<Read> =>
  Effect.result(evaluated(files))
