import { Node } from "ts-morph"
import { rangeOf } from "../Edit.ts"
import * as Globals from "../Globals.ts"
import * as Names from "../Names.ts"
import * as References from "../References.ts"
import type { Rule } from "../Rule.ts"

const globals = /^(Date\.now|performance(\..+)?|Temporal\.Now(\..+)?)$/
const effects = /^(Clock\..+|DateTime\.(now|nowUnsafe|nowAsDate|nowInCurrentZone|unsafeNow)|Effect\.(timed|clockWith|clock))$/

/** `new Date()` and `Date()` tell the time; `new Date(0)` is a time like any other. */
const isNow = (node: Node | null): boolean => {
  const call = node?.getParent()
  if (Node.isNewExpression(call) && call.getExpression() === node) return call.getArguments().length === 0
  return Node.isCallExpression(call) && call.getExpression() === node
}

const tellsTime = (name: Names.Name, node: Node | null): boolean => {
  const { module, path } = name
  const property = Globals.ofProcess(name)
  if (property !== null) return Globals.tellsTime(property)
  const text = path.join(".")
  if (module === null) return globals.test(text) || text === "Date" && isNow(node)
  return module === "effect" ? effects.test(text) : /^node:(perf_hooks|timers)(\/|$)/.test(module)
}

/** Refuses what depends on when it is looked at. */
export const clock: Rule = {
  id: "source/clock",
  severity: "error",
  what: "a look at the clock",
  why: "the experiment is another one each time it is looked at, so that no review, cache or baseline holds for it",
  wayOut: "write down what the clock would tell, or take it through `Config`, which the run records",
  check: ({ references }) =>
    References.choose(references, tellsTime).map(({ name, node }) => ({
      at: rangeOf(node),
      message: `${Names.text(name)} tells the time`
    }))
}
