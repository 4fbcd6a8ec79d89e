import type { Expect } from "../../../dsl/Expect.ts"
import type * as Recipe from "../../../dsl/Recipe.ts"
import type { Cost } from "../../graph/Cost.ts"
import type { TrainingGraph } from "../../graph/TrainingGraph.ts"
import type { Curve } from "../../optim/Curve.ts"
import type { DataFacts, StartFacts } from "../Facts.ts"
import type { Finding, Severity } from "../Finding.ts"

/** What is known of a recipe before its network is laid out; null where it hangs on data that is not at hand. */
export interface Context {
  readonly recipe: Recipe.Recipe
  readonly facts: DataFacts | null
  readonly totalSteps: number | null
  readonly warmupSteps: number | null
  readonly stepsPerEpoch: number | null
  readonly curve: Curve | null
}

/** What is known of a recipe whose network could be laid out. */
export interface LaidOut extends Context {
  readonly graph: TrainingGraph
  readonly cost: Cost
  /** The trained weights that the recipe starts from; null where there are none, or they were not looked at. */
  readonly start: StartFacts | null
}

/** What is known of an experiment as a whole. */
export interface Whole {
  readonly arms: ReadonlyArray<Pick<Context, "recipe" | "facts"> & { readonly arm: string }>
  readonly seeds: ReadonlyArray<number>
  readonly expect: ReadonlyArray<Expect>
}

/** What every rule says of itself. */
interface Described {
  /** Named in `Recipe.accept`. */
  readonly id: string
  /** The recipe's field that is at fault, or the experiment's; `N` stands for a position in a list. */
  readonly path: string
  /** Further fields that may be. */
  readonly others?: ReadonlyArray<string>
  readonly severity: Severity
  /** Why it matters, as the end of a sentence that begins with what was found. */
  readonly reason: string
  /** Where the rule comes from. */
  readonly source: string
  /** What usually answers it, as the author would write it; code stands between backticks. */
  readonly remedy: string
}

/** Something wrong, at a field that is not the rule's only one. */
export interface Fault {
  readonly path: string
  readonly found: string
}

/** Something that every recipe is checked against. */
export interface Rule<In = Context> extends Described {
  /** Says in words what is wrong with a recipe, or returns null; a list where each fault has a path of its own. */
  readonly check: (context: In) => string | null | ReadonlyArray<Fault>
}

/** Something that every experiment is checked against as a whole. */
export interface ExperimentRule extends Described {
  /** Says what is wrong, and of which arm. */
  readonly check: (whole: Whole) => ReadonlyArray<Fault & { readonly arm: string }>
}

const finding = ({ id, reason, severity }: Described, { found, path }: Fault): Finding => ({
  rule: id,
  severity,
  path,
  message: `${found}: ${reason}`
})

/** Applies a rule to a recipe. */
export const apply = <In>(rule: Rule<In>, context: In): ReadonlyArray<Finding> => {
  const found = rule.check(context)
  if (found === null) return []
  const faults = typeof found === "string" ? [{ path: rule.path, found }] : found
  return faults.map((fault) => finding(rule, fault))
}

/** Applies a rule to an experiment; every finding is one arm's. */
export const applyToWhole = (
  rule: ExperimentRule,
  whole: Whole
): ReadonlyArray<{ readonly arm: string; readonly finding: Finding }> =>
  rule.check(whole).map(({ arm, ...fault }) => ({ arm, finding: finding(rule, fault) }))
