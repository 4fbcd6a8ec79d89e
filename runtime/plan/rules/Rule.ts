import type * as Recipe from "../../../dsl/Recipe.ts"
import type { DataFacts } from "../Facts.ts"
import type { Finding, Severity } from "../Finding.ts"

/** What a rule may look at; null where the data is not at hand. */
export interface Context {
  readonly recipe: Recipe.Recipe
  readonly facts: DataFacts | null
  readonly totalSteps: number | null
  readonly warmupSteps: number | null
}

/** Something that every recipe is checked against. */
export interface Rule {
  /** Named in `Recipe.accept`. */
  readonly id: string
  /** The recipe's field that is at fault. */
  readonly path: string
  readonly severity: Severity
  /** Why it matters, as the end of a sentence that begins with what was found. */
  readonly reason: string
  /** Where the rule comes from. */
  readonly source: string
  /** Says in words what is wrong with a recipe, or returns null. */
  readonly check: (context: Context) => string | null
}

/** Applies a rule to a recipe. */
export const apply = (rule: Rule, context: Context): Finding | null => {
  const found = rule.check(context)
  return found === null
    ? null
    : { rule: rule.id, severity: rule.severity, path: rule.path, message: `${found}: ${rule.reason}` }
}
