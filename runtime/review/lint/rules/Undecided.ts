import { type Node, SyntaxKind } from "ts-morph"
import * as Retry from "../../../../dsl/Retry.ts"
import * as Declared from "../Declared.ts"
import { rangeOf } from "../Edit.ts"
import * as Names from "../Names.ts"
import type { Found, Rule } from "../Rule.ts"

const faults = Object.keys(Retry.never.on)

const ofOn = (call: Node, decisions: Node | undefined): ReadonlyArray<Found> => {
  if (decisions === undefined) return [{ at: rangeOf(call), message: "nothing is decided" }]
  const { complete, entries } = Declared.entriesOf(decisions)
  const missing = complete ? faults.filter((fault) => !entries.some(({ name }) => name === fault)) : []
  return missing.length === 0 ? [] : [{ at: rangeOf(call), message: `nothing is decided for ${missing.join(", ")}` }]
}

const ofRungs = (call: Node, rungs: ReadonlyArray<Node>): ReadonlyArray<Found> => [
  ...(rungs.length === 0 ? [{ at: rangeOf(call), message: "the ladder has no rung" }] : []),
  ...rungs.filter((rung) => Declared.elementsOf(rung)?.length === 0)
    .map((rung) => ({ at: rangeOf(rung), message: "this rung has no remedy" }))
]

/** Refuses a retry that leaves something open. The compiler does, too, where it is asked. */
export const undecided: Rule = {
  id: "retry/undecided",
  severity: "error",
  what: "a retry that leaves a fault undecided, or a ladder without rungs",
  why: "when the fault comes, at night, nobody has said what is to be done",
  wayOut: "decide for every fault: `Retry.stop` ends the run; or take `Retry.never`",
  check: ({ source }) =>
    source.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
      const name = Names.calledOfDsl(call)
      const given = call.getArguments()
      if (name === "Retry.on") return ofOn(call.getExpression(), given[0])
      return name === "Retry.ladder" || name === "Retry.climb" ? ofRungs(call.getExpression(), given) : []
    })
}
