/**
 * Running experiments: what an experiment's file ends with, and what other programs call.
 */
import * as Effect from "effect/Effect"
import type * as Experiment from "../dsl/Experiment.ts"
import * as Program from "./cli/Program.js"
import type * as Run from "./run/Run.ts"

export { type Decision, Reporter } from "./run/Reporter.ts"
export type { AttemptResult, Result, RunResult } from "./run/Result.ts"
export { Store } from "./run/Store.ts"

/**
 * Runs an experiment where its file is the program, with the command line's flags, and ends the process: `tsx x.ts
 * --seed 1` equals `ballast run x.ts --seed 1`. Does nothing where the file is imported.
 */
export const main = (meta: ImportMeta, experiment: Experiment.Experiment): void => {
  if (!Program.isProgram(meta)) return
  void Program.start(["run", meta.filename, ...process.argv.slice(2)], { file: meta.filename, experiment })
}

/**
 * Trains every arm of an experiment at every seed, each in a process of its own, and judges what it expects. Needs the
 * layers of `Store` (`layerSqlite(file)`, `layerMemory`) and `Reporter` (`layerSilent`, or one that listens).
 */
export const run = (experiment: Experiment.Experiment, options: Run.Options = {}): ReturnType<typeof Run.run> =>
  // Loaded only here: an experiment's file that is merely planned, or read by an old Node, needs none of it.
  Effect.flatMap(Effect.promise(() => import("./run/Run.ts")), (module) => module.run(experiment, options))
