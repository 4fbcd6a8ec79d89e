/**
 * The experiments that a pull request has run: those that ask for it, and whose training it changes.
 */
import * as ArmDiff from "./ArmDiff.ts"
import type * as Compare from "./Compare.ts"
import type * as ExperimentDiff from "./ExperimentDiff.ts"

const asksForIt = ({ definition: { triggers = [] } }: ExperimentDiff.Planned): boolean =>
  triggers.some(({ _tag }) => _tag === "OnPullRequest")

/** Chooses experiments of the head with `Trigger.pullRequest`, of which an arm comes to another training than before. */
export const of = ({ compared, head }: Compare.Opened): ReadonlyArray<ExperimentDiff.Planned> =>
  compared.experiments.flatMap(({ arms, file }) => {
    const found = head.experiments.find((one) => one.file === file)
    return found?.kind === "planned" && asksForIt(found) && arms.some(ArmDiff.isOtherTraining) ? [found] : []
  })
