/**
 * Whether trainings can run on this machine, and what is to be done where they cannot.
 */
import * as Effect from "effect/Effect"
import * as os from "node:os"
import * as Apart from "./Apart.ts"
import type { Check, Diagnosis, Examined } from "./Check.ts"
import * as Clock from "./Clock.ts"
import * as DataSets from "./DataSets.ts"
import * as Disk from "./Disk.ts"
import * as Engines from "./Engines.ts"
import * as Git from "./Git.ts"
import * as Gpu from "./Gpu.ts"
import * as NodeJs from "./NodeJs.ts"
import * as Queue from "./Queue.ts"
import * as Store from "./Store.ts"
import * as Unfinished from "./Unfinished.ts"

export type { Diagnosis, Examined } from "./Check.ts"

/** What is looked at, in the order in which it is told. */
export const checks: ReadonlyArray<Check> = [
  NodeJs.check,
  Engines.check,
  Gpu.check,
  Disk.check,
  Store.check,
  Unfinished.check,
  Queue.check,
  Clock.check,
  DataSets.check,
  Git.check
]

/** Looks at everything. Makes nothing that is not there, and never fails. */
export const examine = Effect.fn("Doctor.examine")(
  function*(examined: Examined): Effect.fn.Return<ReadonlyArray<Diagnosis>> {
    const found = yield* Effect.forEach(checks, (check) => Apart.look(check, examined), {
      concurrency: Math.max(2, os.availableParallelism())
    })
    return found.flat()
  }
)
