import { spawnSync } from "node:child_process"
import type { Bench } from "./Bench.ts"
import * as Timing from "./Timing.ts"

const turns = 9

const run = (command: string, ...parameters: ReadonlyArray<string>) => (): ReadonlyArray<number> => {
  let ended: ReturnType<typeof spawnSync> | undefined
  const time = Timing.timed(() => {
    ended = spawnSync(command, parameters, { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } })
  })
  if (ended?.status !== 0) throw new Error(`${command} ${parameters.join(" ")} failed: ${ended?.stderr}`)
  return [time]
}

/** Measures how long a person waits for a plan, as a process of its own, against npx and Node alone. */
export const planStart: Bench = {
  title: "npx ballast plan experiments/coldstart-clip.ts, from start to end",
  prediction: "at most 1.2 s",
  measure: async () => {
    const plan = run("npx", "ballast", "plan", "experiments/coldstart-clip.ts")
    const nothing = run("npx", "node", "--eval", "0")
    plan()
    nothing()
    const times = await Timing.alternate(turns, { plan, nothing })
    const [planned, bare] = [times["plan"] ?? [], times["nothing"] ?? []]
    return [
      Timing.told("plan", planned),
      Timing.told("npx node --eval 0", bare),
      `plan / nothing = ${(Timing.median(planned) / Timing.median(bare)).toFixed(2)}`
    ]
  }
}
