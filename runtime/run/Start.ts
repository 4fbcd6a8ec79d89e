/**
 * The trained weights that recipes start from, found on this host.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Model from "../../dsl/Model.ts"
import type { StartMissing } from "../plan/Facts.ts"
import * as TrainedStart from "../train/TrainedStart.ts"
import type { Home } from "./Home.ts"
import * as RunFolder from "./RunFolder.ts"

/** A checkpoint's average is what its run was evaluated by; one without it has weights and statistics apart. */
const filesOf = (checkpoint: string): ReadonlyArray<string> => {
  const average = path.join(checkpoint, "ema.safetensors")
  return TrainedStart.look("", [average]).shapes.size > 0
    ? [average]
    : ["weights.safetensors", "buffers.safetensors"].map((name) => path.join(checkpoint, name))
}

const ofRun = (run: string, home: Home): TrainedStart.TrainedStart => {
  const directory = path.join(home.runs, run)
  if (!fs.existsSync(directory)) throw new Error(`${home.directory} keeps no run ${run}; npx ballast runs list shows those it keeps`)
  const checkpoint = RunFolder.checkpoint(directory)
  if (checkpoint === null) throw new Error(`run ${run} has left no checkpoint`)
  return TrainedStart.look(`run ${run}`, filesOf(checkpoint))
}

const ofFile = (file: string, sha256: string | null): TrainedStart.TrainedStart => {
  const absolute = path.resolve(file)
  if (!fs.existsSync(absolute)) throw new Error(`there is no file ${absolute}`)
  const found = TrainedStart.look(file, [absolute])
  if (sha256 !== null && found.sha256 !== sha256) {
    throw new Error(`${file} is not the file that is named: its SHA-256 is ${found.sha256}`)
  }
  return found
}

/** Finds trained weights and looks what they hold; where that cannot be done, says why. */
export const find = (weights: Model.Weights, home: Home): Effect.Effect<TrainedStart.TrainedStart, StartMissing> =>
  Effect.try({
    try: () => weights._tag === "Run" ? ofRun(weights.run, home) : ofFile(weights.file, weights.sha256),
    catch: (cause): StartMissing => ({ missing: cause instanceof Error ? cause.message : String(cause) })
  })
