/**
 * What every engine is checked against. tfjs's own backends are no reference: some of their gradients are wrong.
 */
import * as Words from "../../../dsl/Words.ts"
import type { Configuration } from "../../step/Configuration.ts"
import type { Step } from "../../step/Step.ts"
import type { Case, Subject } from "./Case.ts"
import { derivativeCases } from "./DerivativeCases.ts"
import { stepCases } from "./StepCases.ts"
import { storedCases } from "./StoredCases.ts"

export type { Case, Subject } from "./Case.ts"

export interface Verdict {
  readonly case: string
  readonly ok: boolean
  /** Says what differs, by how much, and where. */
  readonly error: string | null
}

/** Lists the cases: single operations, whole steps, and derivatives. */
export const all: ReadonlyArray<Case> = [...storedCases, ...stepCases, ...derivativeCases]

const judge = ({ case: name, run }: Case, subject: Subject): Verdict => {
  let error: string | null
  try {
    error = run(subject)
  } catch (cause) {
    error = `fails: ${Words.reasonOf(cause)}`
  }
  return { case: name, ok: error === null, error }
}

/**
 * Runs cases on tfjs's current backend and never throws: a case that throws is a failure with its message. Each
 * configuration is compiled once. Nothing stays in memory but what a kernel kept before another one threw.
 */
export const check = (subject: Subject, cases: ReadonlyArray<Case> = all): ReadonlyArray<Verdict> => {
  const compiled = new Map<Configuration, Step>()
  const compile = (configuration: Configuration): Step => {
    const step = compiled.get(configuration) ?? subject.compile(configuration)
    compiled.set(configuration, step)
    // Cases start from a state that they write, so that they can share the step.
    return { ...step, dispose: () => undefined }
  }
  try {
    return cases.map((one) => judge(one, { kernels: subject.kernels, compile }))
  } finally {
    for (const step of compiled.values()) step.dispose()
  }
}
