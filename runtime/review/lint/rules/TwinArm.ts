import * as Declared from "../Declared.ts"
import { rangeOf } from "../Edit.ts"
import * as Likeness from "../Likeness.ts"
import type { Rule } from "../Rule.ts"

/** Warns of an arm that another one is, too. */
export const twinArm: Rule = {
  id: "arm/twin",
  severity: "warning",
  what: "two arms that train the same",
  why: "what is compared between them is nothing but chance, or nothing at all",
  wayOut: "change in one of them what was to be compared, or take it out",
  check: ({ experiments }) =>
    experiments.flatMap((experiment) => {
      const { entries } = Declared.armsOf(experiment)
      const alike = Map.groupBy(entries, ({ node }) => Likeness.of(node))
      return [...alike.values()].flatMap(([first, ...others]) =>
        first === undefined ? [] : others.map(({ at, name }) => ({ at: rangeOf(at), message: `"${name}" is the same as "${first.name}"` }))
      )
    })
}
