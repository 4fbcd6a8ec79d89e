/**
 * The accounts of a run's faults on the disk, each beside what replays it.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import type { AttemptResult, RunResult } from "../run/Result.ts"
import * as RunFolder from "../run/RunFolder.ts"
import type { BundleDocument } from "../train/Bundle.ts"
import * as EventLog from "../train/EventLog.ts"
import type { OutcomeFault } from "../train/Outcome.ts"
import * as FaultText from "./FaultText.ts"
import * as IncidentText from "./IncidentText.ts"

const document = (file: string): unknown => EventLog.decode(fs.readFileSync(file, "utf8"))

/** How long a diagnosis took is beside it, where it was written down. */
const secondsOf = (file: string): number | null => {
  if (!fs.existsSync(file)) return null
  const found = document(file)
  return typeof found === "object" && found !== null && "seconds" in found && typeof found.seconds === "number"
    ? found.seconds
    : null
}

const writeWhole = (file: string, text: string): void => {
  fs.writeFileSync(`${file}.tmp`, text, { flush: true })
  fs.renameSync(`${file}.tmp`, file)
}

const writeOne = (
  experiment: string,
  run: RunResult,
  attempt: AttemptResult & { readonly fault: OutcomeFault },
  page: string
): string => {
  const folder = path.dirname(page)
  const bundle = document(path.join(folder, "bundle.json")) as BundleDocument
  const seconds = secondsOf(path.join(folder, "diagnosis.json"))
  const account = IncidentText.accountOf(experiment, run, attempt, bundle, seconds)
  RunFolder.write(path.join(folder, "incident.json"), account)
  writeWhole(page, IncidentText.of(account))
  return page
}

const hasFault = (attempt: AttemptResult): attempt is AttemptResult & { readonly fault: OutcomeFault } =>
  attempt.fault !== null

/**
 * Writes `incident.md` and `incident.json` into the folder of every fault of a run that left something to replay, and
 * returns the pages that are there now. Of one that cannot be written nothing is said: what came of the run stands
 * without it.
 */
export const write = (experiment: string, run: RunResult): ReadonlyArray<string> =>
  run.attempts.filter(hasFault).flatMap((attempt) => {
    const page = FaultText.page(run, attempt)
    if (page === null) return []
    try {
      return [writeOne(experiment, run, attempt, page)]
    } catch {
      return []
    }
  })
