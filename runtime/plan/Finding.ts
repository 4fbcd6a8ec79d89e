/** `error` keeps a recipe from running, `warning` does so in strict mode alone, `advice` never does. */
export type Severity = "error" | "warning" | "advice"

/** Something that the plan has to say about a recipe. `path` is the recipe's field, such as `model.input`. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly path: string
  readonly message: string
  /** The author's reason to leave it so; absent where there is none. */
  readonly accepted?: string
}

/**
 * Answers a finding with what the recipe accepted. A warning becomes advice that carries the author's reason; an error
 * stays one, because the training could not run.
 */
export const answered = (
  finding: Finding,
  accepted: ReadonlyArray<{ readonly rule: string; readonly reason: string }>
): Finding => {
  const answer = accepted.findLast(({ rule }) => rule === finding.rule)
  if (answer === undefined) return finding
  return finding.severity === "error"
    ? { ...finding, message: `${finding.message} (an error cannot be accepted)` }
    : {
      ...finding,
      severity: "advice",
      message: `${finding.message} (accepted: ${answer.reason})`,
      accepted: answer.reason
    }
}
