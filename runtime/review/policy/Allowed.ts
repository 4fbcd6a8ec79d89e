/**
 * Whether experiments of a change may be run: nothing of them is refused, and the base's policy has nothing against them.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Refused from "../../source/Refused.ts"
import type { Compared } from "../diff/DiffDocument.ts"
import * as Words from "../diff/Words.ts"

/** Something stands against running a change's experiments; `issues` lists it all, each with an experiment for its path. */
export class ChangeRefused extends Schema.TaggedError<ChangeRefused>()("ChangeRefused", {
  message: Schema.String,
  issues: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

interface Issue {
  readonly path: string
  readonly message: string
  /** As it is listed. */
  readonly line: string
  /** Whether somebody's approval lets it be. */
  readonly approvable: boolean
}

const refusals = ({ experiments }: Compared): ReadonlyArray<Issue> =>
  experiments.flatMap(({ experiment, reason, status }) =>
    status !== "refused" ? [] : [{
      path: experiment,
      message: reason ?? "",
      line: `refused: ${Refused.oneLine(`${experiment}: ${reason}`)}`,
      approvable: false
    }]
  )

const objections = ({ policy }: Compared): ReadonlyArray<Issue> =>
  (policy?.objections ?? []).map((one) => ({
    path: one.experiment ?? policy?.file ?? "",
    message: one.message,
    line: `${one.kind === "violation" ? "violation" : "to approve"}: ${Words.objection(one)}`,
    approvable: one.kind === "approval"
  }))

export interface Options {
  /** The experiments that are to be run, by name, and files that are among them unless they are refused. */
  readonly names: ReadonlySet<string>
  /** Whether somebody who may has approved what broadens. */
  readonly approved: boolean
}

/** Demands that nothing stands against running some experiments of a change. Fails with ChangeRefused. */
export const demand = (compared: Compared, { approved, names }: Options): Effect.Effect<void, ChangeRefused> => {
  const about = new Set([...names, ...(compared.policy === null ? [] : [compared.policy.file])])
  const issues = [...refusals(compared), ...objections(compared)].filter(({ approvable, path }) => about.has(path) && !(approvable && approved))
  if (issues.length === 0) return Effect.void
  const hint = issues.every(({ approvable }) => approvable) ? ["--approved says that somebody who may has approved it"] : []
  return Effect.fail(
    new ChangeRefused({
      message: ["nothing is submitted:", ...issues.map(({ line }) => `  ${line}`), ...hint].join("\n"),
      issues: issues.map(({ message, path }) => ({ path: Refused.oneLine(path), message: Refused.oneLine(message) }))
    })
  )
}
