import * as Near from "../../../../dsl/Near.ts"
import * as Declared from "../Declared.ts"
import { rangeOf } from "../Edit.ts"
import type { Rule } from "../Rule.ts"

/** As many names are compared and listed; an experiment with more arms is none that anybody reads. */
const most = 50

const hintOf = (arm: string, names: ReadonlyArray<string>): string => {
  const shown = names.slice(0, most)
  const near = Near.nearest(arm, shown)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ""
  return near === null ? `there are ${shown.map((name) => `"${name}"`).join(", ")}${more}` : `did you mean "${near}"?`
}

/** Refuses an expectation of an arm that is not there. The compiler does, too, where it is asked. */
export const unknownArm: Rule = {
  id: "expect/unknown-arm",
  severity: "error",
  what: "an expectation of an arm that is not there",
  why: "it can be judged of no run, and the experiment is refused",
  wayOut: "name one of the experiment's arms",
  check: ({ experiments }) =>
    experiments.flatMap((experiment) => {
      const { complete, entries } = Declared.armsOf(experiment)
      const names = entries.map(({ name }) => name)
      return !complete || names.length === 0 ? [] : Declared.spokenOf(experiment).spoken
        .filter(({ arm }) => !names.includes(arm))
        .map(({ arm, at }) => ({ at: rangeOf(at), message: `there is no arm "${arm}"; ${hintOf(arm, names)}` }))
    })
}
