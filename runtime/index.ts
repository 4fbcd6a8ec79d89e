/**
 * Running experiments: what an experiment's file ends with, and what other programs call.
 */
import type * as Experiment from "../dsl/Experiment.ts"
import * as Program from "./cli/Program.js"

/**
 * Runs an experiment where its file is the program, with the command line's flags, and ends the process: `tsx x.ts
 * --seed 1` equals `ballast run x.ts --seed 1`. Does nothing where the file is imported.
 */
export const main = (meta: ImportMeta, experiment: Experiment.Experiment): void => {
  if (!Program.isProgram(meta)) return
  void Program.start(["run", meta.filename, ...process.argv.slice(2)], { file: meta.filename, experiment })
}
