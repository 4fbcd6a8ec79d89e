/**
 * What `ballast submit` takes from a change that nobody trusts.
 */
import * as Effect from "effect/Effect"
import * as Prepare from "../run/Prepare.ts"
import * as Evaluate from "../source/Evaluate.ts"
import type * as Revised from "../source/Revised.ts"
import * as Compare from "../review/diff/Compare.ts"
import type { Side } from "../review/diff/DiffDocument.ts"
import * as Triggered from "../review/diff/Triggered.ts"
import * as Allowed from "../review/policy/Allowed.ts"
import * as Diff from "./Diff.ts"
import { WrongUsage } from "./ExitCode.ts"

export interface Asked {
  readonly base: string
  readonly revision: string
  readonly approved: boolean
  readonly home: string | null
  readonly data: ReadonlyArray<string>
}

/** Demands that the base's policy has nothing against one experiment of a revision. */
export const demandAllowed = Effect.fn("PullRequest.demandAllowed")(
  function*({ approved, ...asked }: Asked, name: string, { commit, file }: Omit<Revised.Revised, "experiment">) {
    const compared = yield* Compare.compare(yield* Diff.optionsOf({ ...asked, head: commit, all: false }))
    // A policy is about what lies below experiments/: it would let anything else pass.
    if (!compared.experiments.some((one) => one.file === file)) {
      return yield* new WrongUsage({
        message: `the base's policy says nothing of ${file}, which is not among the experiments below experiments/: leave --base out`
      })
    }
    yield* Allowed.demand(compared, { approved, names: new Set([name, file]) })
  }
)

/** Experiments that a pull request has run, planned, and the revisions that they were chosen by. */
export interface Change {
  readonly base: Side
  readonly head: Side
  readonly chosen: ReadonlyArray<Prepare.Prepared>
}

/**
 * Chooses the experiments that a change has run, as data. Fails with ChangeRefused where anything that it changes cannot
 * be evaluated, or the base's policy has something against one of them.
 */
export const choose = Effect.fn("PullRequest.choose")(function*({ approved, revision, ...asked }: Asked) {
  const options = yield* Diff.optionsOf({ ...asked, head: revision, all: false })
  const opened = yield* Effect.scoped(Compare.open(options))
  const { compared } = opened
  const triggered = Triggered.of(opened)
  const refused = compared.experiments.filter(({ status }) => status === "refused").map(({ file }) => file)
  yield* Allowed.demand(compared, { approved, names: new Set([...triggered.map(({ definition }) => definition.name), ...refused]) })
  const chosen = yield* Effect.forEach(triggered, ({ definition }) =>
    Prepare.prepare(Evaluate.declared(definition), { ...options, rehash: false }))
  const change: Change = { base: compared.base, head: compared.head, chosen }
  return change
})
