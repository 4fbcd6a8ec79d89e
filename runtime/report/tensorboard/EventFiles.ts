/**
 * Event files of runs, written anew from what the runs have told.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as RunFolder from "../../run/RunFolder.ts"
import type { RunRecord } from "../../run/store/Listing.ts"
import * as Earlier from "./Earlier.ts"
import * as EventFile from "./EventFile.ts"

/** Names the folder of a run among others: TensorBoard shows it as the run's name. */
export const folderName = ({ arm, id, seed }: Pick<RunRecord, "arm" | "id" | "seed">): string =>
  `${id} ${arm.replace(/[^\p{L}\p{N} +=.,_-]/gu, "_")} seed ${seed}`

/** Finds the step that an attempt began at. */
const fromOf = (directory: string, attempt: string): number => {
  const accepted = RunFolder.acceptance(directory)
  const isAccepted = accepted !== null && RunFolder.attemptOf(directory, accepted.attempt) === attempt
  return RunFolder.record(attempt)?.result.from ?? (isAccepted ? accepted.from : 0)
}

/**
 * Writes an event file of every attempt of a run into a folder, or beside every attempt's events where that is null, in the
 * place of those that are there. Returns the files; rejects where they cannot be written.
 */
export const write = async (directory: string, folder: string | null): Promise<ReadonlyArray<string>> => {
  const files: Array<string> = []
  for (const attempt of RunFolder.attempts(directory).toReversed()) {
    const own = EventFile.folder(attempt)
    const to = folder ?? own
    const earlier = Earlier.weightsIn(own)
    const file = new EventFile.EventFile({ attempt, from: fromOf(directory, attempt), directory: to, earlier })
    await file.finish()
    if (file.file === null) continue
    const written = path.basename(file.file)
    const [, , , , , number] = written.split(".")
    // One that another host's clock named, or that was followed while it grew, tells the same a second time.
    for (const name of fs.readdirSync(to)) {
      if (name !== written && name.startsWith("events.out.tfevents.") && name.endsWith(`.${number}`)) fs.rmSync(path.join(to, name))
    }
    files.push(file.file)
  }
  return files
}
