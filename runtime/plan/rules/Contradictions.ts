import * as Expect from "../../../dsl/Expect.ts"
import type { ExperimentRule } from "./Rule.ts"

const opposite = (left: Expect.Expect, right: Expect.Expect): boolean => {
  if (left.arm !== right.arm) return false
  if (left._tag !== "Compare" || right._tag !== "Compare") {
    return left._tag !== "Compare" && right._tag !== "Compare" && left._tag !== right._tag
  }
  if (left.metric !== right.metric || left.relation === right.relation) return false
  if (typeof left.than !== "number" || typeof right.than !== "number") return left.than === right.than
  return left.relation === "below" ? left.than <= right.than : left.than >= right.than
}

/** Warns of two expectations of which one must fail. */
export const contradiction: ExperimentRule = {
  id: "expect/contradiction",
  path: "expect.N",
  severity: "warning",
  reason: "both cannot hold, so that the experiment fails whatever happens",
  source: "the definition of an experiment: every expectation must hold",
  remedy: "take one of them out",
  check: ({ expect }) =>
    expect.flatMap((later, index) => {
      const earlier = expect.slice(0, index).find((earlier) => opposite(earlier, later))
      return earlier === undefined ? [] : [{
        arm: later.arm,
        path: `expect.${index}`,
        found: `${Expect.text(later)}, and before that ${Expect.text(earlier)}`
      }]
    })
}
