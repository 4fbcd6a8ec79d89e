/**
 * What numbers were made with, as far as it decides their last bits.
 */
import * as Conditions from "../engine/Conditions.ts"
import type { Description } from "../engine/Engine.ts"
import type { Execution } from "../step/Step.ts"

/** What a checkpoint was made with; `variables` are those of the environment that change how engines compute. */
export interface Made extends Description {
  readonly mode: Execution["mode"]
  readonly ballast: string
  readonly node: string
  readonly platform: string
  readonly processor: string
  readonly variables: Readonly<Record<string, string>>
}

/** Says what this process computes with. */
export const here = (engine: Description, execution: Execution): Made => ({
  ...engine,
  mode: execution.mode,
  ballast: Conditions.ballastVersion(),
  node: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
  processor: Conditions.processor(),
  variables: Conditions.variables()
})

const called: Readonly<Record<Exclude<keyof Made, "variables" | "device">, string>> = {
  engine: "the engine",
  version: "the engine's version",
  threads: "the number of the engine's threads",
  mode: "the way in which steps run",
  ballast: "Ballast's version",
  node: "Node's version",
  platform: "the platform",
  processor: "the processor"
}

/**
 * Says why what goes on here does not come to the same bits as what was made before; null where it does: on a processor,
 * with equal versions, threads and settings.
 */
export const difference = (before: Made, now: Made): string | null => {
  if (before.device === "gpu" || now.device === "gpu") return "a GPU adds up in an order of its own every time"
  for (const [name, what] of Object.entries(called) as ReadonlyArray<[keyof typeof called, string]>) {
    if (before[name] !== now[name]) return `${what} was ${before[name]} and is ${now[name]}`
  }
  const names = new Set([...Object.keys(before.variables), ...Object.keys(now.variables)])
  const changed = [...names].find((name) => before.variables[name] !== now.variables[name])
  return changed === undefined
    ? null
    : `the environment's ${changed} was ${before.variables[changed] ?? "not set"} and is ${now.variables[changed] ?? "not set"}`
}
