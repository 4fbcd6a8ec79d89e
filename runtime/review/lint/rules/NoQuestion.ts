import * as Declared from "../Declared.ts"
import { rangeOf } from "../Edit.ts"
import * as Names from "../Names.ts"
import * as Reason from "../Reason.ts"
import type { Found, Rule } from "../Rule.ts"

/** Warns of an experiment that does not say what it asks. */
export const noQuestion: Rule = {
  id: "experiment/no-question",
  severity: "warning",
  what: "an experiment without a question",
  why: "whoever reads its result cannot tell what it answers",
  wayOut: "say what is asked, in a sentence: `question: \"Does a warmup keep a cold start finite?\"`",
  check: ({ experiments }) =>
    experiments.flatMap(({ call, definition }): ReadonlyArray<Found> => {
      if (definition === null) return []
      const question = Declared.field(definition, "question")
      if (question._tag === "Missing") return [{ at: rangeOf(call.getExpression()), message: "it has no question" }]
      const text = question._tag === "Given" ? Names.textOf(question.node) : null
      if (question._tag !== "Given" || text === null || !Reason.isMissing(text)) return []
      return [{ at: rangeOf(question.node), message: text.trim() === "" ? "its question is empty" : "its question asks nothing" }]
    })
}
