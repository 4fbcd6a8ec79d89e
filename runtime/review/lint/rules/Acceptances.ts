import { type CallExpression, type SourceFile, SyntaxKind } from "ts-morph"
import * as Near from "../../../../dsl/Near.ts"
import * as Rules from "../../../plan/rules/Rules.ts"
import { rangeOf } from "../Edit.ts"
import * as Names from "../Names.ts"
import * as Reason from "../Reason.ts"
import type { Found, Rule } from "../Rule.ts"

const acceptancesOf = (source: SourceFile): ReadonlyArray<CallExpression> =>
  source.getDescendantsOfKind(SyntaxKind.CallExpression).filter((call) => Names.calledOfDsl(call) === "Recipe.accept")

/** Refuses a finding of the plan that is accepted without a word. */
export const acceptWithoutReason: Rule = {
  id: "accept/without-reason",
  severity: "error",
  what: "a finding of the plan that is accepted without a reason",
  why: "whoever reads the plan next cannot tell what was weighed from what was waved through",
  wayOut: "say why it is right here: `Recipe.accept(\"clip/off-on-cold-start\", \"this arm shows what happens without\")`",
  check: ({ source }) =>
    acceptancesOf(source).flatMap((call): ReadonlyArray<Found> => {
      const [rule, reason] = call.getArguments()
      const text = reason === undefined ? "" : Names.textOf(reason)
      const repeats = rule !== undefined && text === Names.textOf(rule)
      return text !== null && (Reason.isMissing(text) || repeats)
        ? [{ at: rangeOf(reason ?? call), message: text.trim() === "" ? "no reason is given" : "the reason says nothing" }]
        : []
    })
}

const ids = Rules.all.map(({ id }) => id)

/** Warns where what is accepted is found by no rule. */
export const acceptUnknown: Rule = {
  id: "accept/unknown-rule",
  severity: "warning",
  what: "an accepted finding that no rule of the plan makes",
  why: "nothing is accepted by it, and it reads as if something were",
  wayOut: "write the rule as the plan's finding names it; docs/findings.md lists all of them",
  check: ({ source }) =>
    acceptancesOf(source).flatMap((call): ReadonlyArray<Found> => {
      const [rule] = call.getArguments()
      const id = rule === undefined ? null : Names.textOf(rule)
      if (rule === undefined || id === null || ids.includes(id) || /^(data|model)\//.test(id)) return []
      const near = Near.nearest(id, ids)
      return [{ at: rangeOf(rule), message: `the plan has no rule "${id}"${near === null ? "" : `; did you mean "${near}"?`}` }]
    })
}
