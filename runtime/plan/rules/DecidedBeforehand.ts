import * as Expect from "../../../dsl/Expect.ts"
import type { ExperimentRule } from "./Rule.ts"

type Comparison = Extract<Expect.Expect, { readonly _tag: "Compare" }>

/** Says what a figure's range makes of a comparison with a number; null where a run decides. */
const outcome = ({ metric, relation, than }: Comparison): string | null => {
  if (typeof than !== "number") return null
  const most = metric === "loss" ? Infinity : 1
  const range = metric === "loss" ? "a loss is never below 0" : `${metric} lies between 0 and 1`
  if (relation === "below" ? than <= 0 : than >= most) return `which can never hold: ${range}`
  return (relation === "below" ? than > most : than < 0) ? `which can never fail: ${range}` : null
}

/** Warns of a comparison with a number that no figure comes up to, or that every one does. */
export const decidedBeforehand: ExperimentRule = {
  id: "expect/decided-beforehand",
  path: "expect.N",
  severity: "warning",
  reason: "no run has a say in it",
  source: "the definitions: precision and accuracy are shares, and a loss is a sum of parts that are never negative",
  remedy: "compare with a number within the figure's range; 60% are written 0.6",
  check: ({ expect }) =>
    expect.flatMap((of, index) => {
      const why = of._tag === "Compare" ? outcome(of) : null
      return why === null ? [] : [{ arm: of.arm, path: `expect.${index}`, found: `${Expect.text(of)}, ${why}` }]
    })
}
