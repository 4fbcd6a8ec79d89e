/**
 * Launches as the record takes them, and processes that they belong to.
 */
import { spawnSync } from "node:child_process"
import * as os from "node:os"
import * as Owner from "../../../runtime/run/Owner.ts"
import type { NewLaunch, Request } from "../../../runtime/run/Store.ts"
import type * as Holder from "../../../runtime/run/store/Holder.ts"

export const request: Request = {
  file: "/e.ts",
  steps: null,
  engine: "auto",
  injection: null,
  expect: [],
  origin: { commit: "c0ffee", dirty: null, ballast: "1.0.0" }
}

/** A launch of some arms, one run each, in this order. */
export const launchOf = (id: string, started = 1, arms: ReadonlyArray<string> = ["bare", "clip"]): NewLaunch => ({
  id,
  experiment: "coldstart",
  started,
  request,
  runs: arms.map((arm, index) => ({ id: `${id}-${index + 1}`, arm, seed: 0, directory: `runs/${id}-${index + 1}` }))
})

/** A process of this host that has ended: its number belongs to nobody. */
export const gone = (): Holder.Holder => {
  const { pid } = spawnSync(process.execPath, ["--eval", ""])
  return { host: os.hostname(), pid, born: null, lease: null }
}

/** This process as the holder of what it has taken from a queue by a lease. */
export const leased = (lease: string): Holder.Holder => ({ ...Owner.self(), lease })
