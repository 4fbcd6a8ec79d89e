/**
 * Whether an edited experiment is the one that was wanted.
 */
import type * as Experiment from "../../../dsl/Experiment.ts"
import * as Canonical from "../../plan/Canonical.ts"
import * as Literal from "../../plan/notation/Literal.ts"
import * as RecipeDiff from "../../plan/RecipeDiff.ts"
import * as Words from "../../plan/rules/Words.ts"
import type { RecipeChange } from "../../train/Outcome.ts"

/** What an edit was to do, and to which arm. */
export interface Wanted {
  readonly arm: string
  readonly change: RecipeChange
}

type Arms = Experiment.Resolved["arms"]

/** Everything of an experiment but what its arms are. */
const rest = ({ arms, ...others }: Experiment.Resolved): string => Canonical.encode({ ...others, arms: Object.keys(arms) })

const changedIn = (before: Arms, after: Arms, arm: string): ReadonlyArray<string> => {
  const [one, other] = [before[arm], after[arm]]
  return one === undefined || other === undefined ? [] : RecipeDiff.of(one, other).map(RecipeDiff.say)
}

/** Says what an edit would do besides, or instead of, what was wanted; null where it does that and nothing else. */
export const against = (before: Experiment.Resolved, after: Experiment.Resolved, { arm, change }: Wanted): string | null => {
  if (rest(before) !== rest(after)) return "it would change more than an arm"
  const other = Object.keys(before.arms).find((name) => name !== arm && changedIn(before.arms, after.arms, name).length > 0)
  if (other !== undefined) {
    return `it would change the arm "${other}", too: ${Words.listed(changedIn(before.arms, after.arms, other))}`
  }
  const [one, another] = [before.arms[arm], after.arms[arm]]
  if (one === undefined || another === undefined) return `there is no arm "${arm}"`
  const wanted = { ...one, ...change }
  const wrong = RecipeDiff.of(wanted, another).map(RecipeDiff.say)
  if (wrong.length > 0) return `it would come to something else: ${Words.listed(wrong)}`
  return Literal.same(one, another) ? "it would change nothing" : null
}
