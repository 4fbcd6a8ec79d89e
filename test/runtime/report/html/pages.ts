import type * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import * as Facts from "../../../../runtime/report/html/Facts.ts"
import type { RunResult } from "../../../../runtime/run/Result.ts"
import type { Event } from "../../../../runtime/train/Event.ts"
import * as EventLog from "../../../../runtime/train/EventLog.ts"
import { runResult } from "../../run/results.ts"

/** Names that are markup wherever they are not escaped. */
export const hostile = `"><img src=x onerror=alert(1)><script>alert('x')</script>&amp;`

/** Reads the facts of a run whose folder holds these events and no more. */
export const factsOf = (
  directory: string,
  events: ReadonlyArray<Event>,
  result: Partial<RunResult> = {}
): Effect.Effect<Facts.Facts> => {
  for (const [attempt, told] of Map.groupBy(events, ({ attempt }) => attempt)) {
    const folder = RunFolder.attemptOf(directory, attempt)
    fs.mkdirSync(folder, { recursive: true })
    const log = EventLog.open(RunFolder.events(folder))
    for (const event of told) log.append(event)
    log.close()
  }
  const of = runResult({ directory, ...result })
  const { arm, id, seed, status } = of
  return Facts.read({ id, launch: "l1", experiment: hostile, arm, seed, status, reason: null, directory, started: 0, result: of })
}
