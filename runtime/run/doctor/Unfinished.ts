import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as os from "node:os"
import * as Home from "../Home.ts"
import { Store } from "../Store.ts"
import type { RunRecord } from "../store/Listing.ts"
import { Tables } from "../store/Tables.ts"
import * as Check from "./Check.ts"
import * as StoreCheck from "./Store.ts"

const name = "runs"

/** The process of such a run has ended without saying what came of it; those of other hosts are not seen from here. */
const isLeft = ({ holder, queued, result, status }: RunRecord): boolean =>
  status === "interrupted" && result === null && !queued && holder?.host === os.hostname()

const shownLaunches = 3

const resume = (launches: ReadonlyArray<string>, home: string): string => {
  const flag = home === Home.directoryOf(null) ? "" : ` --home ${home}`
  const others = launches.slice(1, shownLaunches)
  const more = launches.length - 1 - others.length
  return `npx ballast resume ${launches[0]}${flag}`
    + (others.length === 0 ? "" : `, and so ${others.join(", ")}`)
    + (more > 0 ? `, and ${more} more of npx ballast runs list` : "")
}

const judge = (runs: ReadonlyArray<RunRecord>, home: string): Check.Diagnosis => {
  const left = runs.filter(isLeft)
  if (left.length === 0) return Check.ok(name, "none was left by a process that is gone")
  const launches = [...new Set(left.map(({ launch }) => launch))]
  const what = left.length === 1
    ? "1 run has not ended, and its process is gone"
    : `${left.length} runs have not ended, and their processes are gone`
  return Check.warning(name, what, resume(launches, home))
}

const mend = "mend the store or the queue first, which have lines of their own"

/** Looks for runs that a process of this host has left which is gone. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: Effect.fn("Unfinished.look")(function*(examined) {
    const { home, queue } = examined
    const at = Home.at(home)
    if (queue === null) {
      if (!Home.hasRuns(at)) return [Check.ok(name, `nothing was run in ${home} yet`)]
      // Opening it waits for a lock longer than anybody does here, and brings its tables up to date.
      const record = yield* StoreCheck.check.look(examined)
      if (record.some(({ status }) => status === "failed")) {
        return [Check.warning(name, "not known: the record of runs cannot be used", mend)]
      }
    }
    return yield* Store.pipe(
      Effect.flatMap(({ list }) => list({ status: "interrupted" })),
      Effect.map((runs) => [judge(runs, home)]),
      Effect.provide(
        queue === null ? Store.layerSqlite(at.database) : Layer.provide(Store.layer, Tables.layerPostgres(queue))
      ),
      Effect.catch(({ message }) => Effect.succeed([Check.warning(name, `not known: ${message}`, mend)]))
    )
  })
}
