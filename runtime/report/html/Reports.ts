/**
 * Reports on the disk.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Launched from "../../run/Launched.ts"
import type { FoundLaunch } from "../../run/Lookup.ts"
import * as RunFolder from "../../run/RunFolder.ts"
import * as Inspection from "../../train/Inspection.ts"
import * as Facts from "./Facts.ts"
import * as LaunchPage from "./LaunchPage.ts"
import * as RunPage from "./RunPage.ts"

/** Names the report in a run's folder. */
export const fileOf = ({ directory }: Pick<Facts.Recorded, "directory">): string => path.join(directory, "report.html")

/** Writes a page as a whole, or not at all. */
export const write = (file: string, page: string): void => {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(`${file}.tmp`, page)
  fs.renameSync(`${file}.tmp`, file)
}

/** Makes the page of a run. */
export const ofRun = Effect.fn("Reports.ofRun")(function*(run: Facts.Recorded) {
  const facts = yield* Facts.read(run)
  const seen = RunFolder.attempts(run.directory).map((attempt) => Inspection.read(attempt)).find((left) => left !== null) ?? null
  return yield* Effect.promise(() => RunPage.of(facts, seen))
})

/** Makes the page of a launch. */
export const ofLaunch = Effect.fn("Reports.ofLaunch")(function*(found: FoundLaunch) {
  const runs = yield* Effect.forEach(found.runs, (run) => Facts.read(run))
  return yield* Effect.promise(() => LaunchPage.of({ result: Launched.resultOf(found), runs }))
})
