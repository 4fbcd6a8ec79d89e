/**
 * What keeps a pull request's report from passing.
 */
import * as Figure from "../../report/Figure.ts"
import type { DiffDocument } from "../diff/DiffDocument.ts"

export const kinds = ["violation", "refused", "plan", "lint", "approval"] as const

/** So many things of a kind stand against it; at least one. */
export interface Standing {
  readonly kind: (typeof kinds)[number]
  readonly count: number
}

/** All that the verdict depends on. */
export interface Reported {
  readonly approved: boolean
  readonly diff: DiffDocument
  readonly lint: { readonly findings: ReadonlyArray<{ readonly severity: "error" | "warning" | "advice" }> }
}

const objections = ({ policy }: DiffDocument, kind: "violation" | "approval"): number =>
  policy === null ? 0 : policy.objections.filter((objection) => objection.kind === kind).length

const isError = ({ severity }: Reported["lint"]["findings"][number]): boolean => severity === "error"

/** Counts what broadens what experiments may take, approved or not. */
export const broadenings = (diff: DiffDocument): number => objections(diff, "approval")

/** Lists what stands against it; nothing where it passes. */
export const of = ({ approved, diff, lint }: Reported): ReadonlyArray<Standing> => {
  const counts: Readonly<Record<Standing["kind"], number>> = {
    violation: objections(diff, "violation"),
    refused: diff.experiments.filter(({ status }) => status === "refused").length,
    plan: diff.experiments.flatMap(({ arms }) => arms.flatMap(({ findings }) => findings.came.filter(isError))).length,
    lint: lint.findings.filter(isError).length,
    approval: approved ? 0 : broadenings(diff)
  }
  return kinds.flatMap((kind) => counts[kind] === 0 ? [] : [{ kind, count: counts[kind] }])
}

/** Says one thing that stands against it: `2 errors in the source`. */
export const say = ({ count, kind }: Standing): string => {
  switch (kind) {
    case "violation":
      return `${Figure.plural(count, "violation")} of the policy`
    case "refused":
      return `${Figure.plural(count, "experiment")} refused`
    case "plan":
      return `${Figure.plural(count, "new error")} of a plan`
    case "lint":
      return `${Figure.plural(count, "error")} in the source`
    case "approval":
      return `${Figure.plural(count, "change")} to be approved`
  }
}
