import * as Declared from "../Declared.ts"
import { rangeOf } from "../Edit.ts"
import type { Found, Rule } from "../Rule.ts"

/** Warns of an experiment that nothing is expected of. */
export const noExpectation: Rule = {
  id: "experiment/no-expectation",
  severity: "warning",
  what: "an experiment that expects nothing",
  why: "whatever comes of it passes, so that it decides nothing and no regression is seen",
  wayOut: "say what must hold in the end, at least `expect: [Expect.finite(\"the arm's name\")]`",
  check: ({ experiments }) =>
    experiments.flatMap(({ call, definition }): ReadonlyArray<Found> => {
      if (definition === null) return []
      const expect = Declared.field(definition, "expect")
      if (expect._tag === "Missing") return [{ at: rangeOf(call.getExpression()), message: "nothing is expected of it" }]
      return expect._tag === "Given" && Declared.elementsOf(expect.node)?.length === 0
        ? [{ at: rangeOf(expect.node), message: "nothing is expected of it" }]
        : []
    })
}
