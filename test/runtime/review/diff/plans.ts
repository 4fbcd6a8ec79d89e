/**
 * Experiments as two revisions have them, for comparing.
 */
import type * as Experiment from "../../../../dsl/Experiment.ts"
import * as Recipe from "../../../../dsl/Recipe.ts"
import * as Plan from "../../../../runtime/plan/Plan.ts"
import type { Planned } from "../../../../runtime/review/diff/ExperimentDiff.ts"
import { recipe } from "../../../dsl/recipes.ts"
import { facts } from "../../plan/facts.ts"

export const base = Recipe.with(recipe, { length: { epochs: 2 }, batch: 8 })

/** Plans an experiment of some arms as a revision has it. */
export const planned = (
  arms: Readonly<Record<string, Recipe.Recipe>>,
  changes: Partial<Omit<Experiment.Resolved, "arms">> & { readonly file?: string } = {}
): Planned => {
  const { file = "experiments/e.ts", ...others } = changes
  const definition: Experiment.Resolved = { name: "e", question: "Which?", seeds: [0, 1], expect: [], ...others, arms }
  return {
    kind: "planned",
    file,
    definition,
    arms: Object.entries(arms).map(([arm, recipe]) => Plan.resolveArm(arm, recipe, facts))
  }
}
