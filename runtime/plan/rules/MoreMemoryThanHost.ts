import * as Host from "../../../dsl/Host.ts"
import type { LaidOut, Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Warns where a step takes more memory than the recipe asks of its host. */
export const moreMemoryThanHost: Rule<LaidOut> = {
  id: "host/too-little-memory",
  path: "host.memory",
  severity: "warning",
  reason: "weights, optimizer and activations alone are more, and an engine's workspace comes on top",
  source: "the plan's cost, read off the graph",
  remedy: "state more, or lower `batch` (`accumulate` keeps the step as large), `model.input` or the model's size",
  check: ({ cost, recipe: { host } }) =>
    host.memory !== null && cost.memory.total > Host.bytes(host.memory)
      ? `a step takes about ${Words.amount(cost.memory.total)}, the host is said to have ${host.memory}`
      : null
}
