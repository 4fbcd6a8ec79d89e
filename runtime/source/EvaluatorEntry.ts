/**
 * What a bundle begins with: it computes an experiment's definition, or takes a policy, inside, among the file's own
 * code. What it answers may therefore be anything, and is decoded again outside.
 */
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Experiment from "../../dsl/Experiment.ts"
import * as Policy from "../../dsl/Policy.ts"
import * as Setting from "../../dsl/Setting.ts"
import * as Words from "../../dsl/Words.ts"

export type Computed =
  | { readonly kind: "definition"; readonly name: unknown; readonly definition: unknown }
  | { readonly kind: "policy"; readonly policy: unknown }
  /** `stack` is an error's, empty where there is none. */
  | { readonly kind: "refused"; readonly message: string; readonly stack: string }

const stackOf = (error: unknown): string => {
  try {
    return error instanceof Error ? String(error.stack) : ""
  } catch {
    return ""
  }
}

const refused = (message: string, error?: unknown): Computed => ({ kind: "refused", message, stack: stackOf(error) })

const failureOf = (error: unknown): string => {
  const missing = Setting.explain(error)
  return missing === null
    ? `its definition fails: ${Words.reasonOf(error)}`
    : `${missing}; where an experiment is only looked at, it is given no settings: give this one a default`
}

/** Computes the definition of the experiment that a file exports by default, with the settings given and no others. */
const experiment = async (exported: unknown, settings: Readonly<Record<string, string>>): Promise<Computed> => {
  if (!Experiment.isExperiment(exported)) {
    return refused(`exports no experiment: it must end in "export default experiment", made by Experiment.make`)
  }
  const provider = ConfigProvider.fromEnv({ env: settings })
  const exit = await Effect.runPromiseExit(
    Effect.provideService(exported.definition, ConfigProvider.ConfigProvider, provider)
  )
  if (Exit.isSuccess(exit)) return { kind: "definition", name: exported.name, definition: exit.value }
  const error = Cause.squash(exit.cause)
  return refused(failureOf(error), error)
}

const policy = (exported: unknown): Computed =>
  Policy.isPolicy(exported)
    ? { kind: "policy", policy: exported }
    : refused(`exports no policy: it must end in "export default Policy.make({ … })"`)

/** Answers what a file exports by default, by what it is to export. */
export const answers = { experiment, policy }
