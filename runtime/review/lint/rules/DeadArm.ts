import * as Declared from "../Declared.ts"
import { rangeOf } from "../Edit.ts"
import type { Rule } from "../Rule.ts"

/** Warns of an arm that decides nothing. */
export const deadArm: Rule = {
  id: "arm/dead",
  severity: "warning",
  what: "an arm that no expectation speaks of, while others are spoken of",
  why: "it is trained with every seed, and whatever comes of it decides nothing",
  wayOut: "say what is expected of it, at least `Expect.finite`, or take it out",
  check: ({ experiments }) =>
    experiments.flatMap((experiment) => {
      const { complete, spoken } = Declared.spokenOf(experiment)
      const { entries } = Declared.armsOf(experiment)
      // A name that no arm has may have been meant for any of them.
      const known = spoken.every(({ arm }) => entries.some(({ name }) => name === arm))
      return spoken.length === 0 || !complete || !known ? [] : entries
        .filter(({ name }) => !spoken.some(({ arm }) => arm === name))
        .map(({ at, name }) => ({ at: rangeOf(at), message: `no expectation speaks of "${name}"` }))
    })
}
