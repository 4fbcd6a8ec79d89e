/**
 * The trained weights that recipes start from, found on this host.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Model from "../../dsl/Model.ts"
import * as Words from "../../dsl/Words.ts"
import type { StartMissing } from "../plan/Facts.ts"
import * as TrainedStart from "../train/TrainedStart.ts"
import type { Home } from "./Home.ts"
import * as RunFolder from "./RunFolder.ts"

/** A checkpoint's average is what its run was evaluated by; one without it has weights and statistics apart. */
const ofCheckpoint = (name: string, checkpoint: string): TrainedStart.TrainedStart => {
  const look = (...files: ReadonlyArray<string>) =>
    TrainedStart.look(name, files.map((file) => path.join(checkpoint, file)))
  const average = look("ema.safetensors")
  return average.shapes.size > 0 ? average : look("weights.safetensors", "buffers.safetensors")
}

const ofRun = (run: string, home: Home): TrainedStart.TrainedStart => {
  const directory = path.join(home.runs, run)
  if (!fs.existsSync(directory)) {
    throw new Error(`${home.directory} keeps no run ${run}; npx ballast runs list shows those it keeps`)
  }
  const checkpoint = RunFolder.checkpoint(directory)
  if (checkpoint === null) throw new Error(`run ${run} has left no checkpoint`)
  return ofCheckpoint(`run ${run}`, checkpoint)
}

const ofFile = (file: string, sha256: string | null): TrainedStart.TrainedStart => {
  const found = TrainedStart.look(file, [path.resolve(file)])
  if (sha256 !== null && found.sha256 !== sha256) {
    throw new Error(`${file} is not the file that is named: its SHA-256 is ${found.sha256}`)
  }
  return found
}

/** Finds trained weights and looks what they hold; where that cannot be done, says why. */
export const find = (weights: Model.Weights, home: Home): Effect.Effect<TrainedStart.TrainedStart, StartMissing> =>
  Effect.try({
    try: () => weights._tag === "Run" ? ofRun(weights.run, home) : ofFile(weights.file, weights.sha256),
    catch: (cause): StartMissing => ({ missing: Words.reasonOf(cause) })
  })
