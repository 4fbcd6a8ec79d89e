/**
 * Faults in words, and what is worth a try.
 */
import * as path from "node:path"
import { type Diagnosis, inWords } from "../fault/Diagnosis.ts"
import type { AttemptResult, RunResult } from "../run/Result.ts"
import * as RunFolder from "../run/RunFolder.ts"
import type { OutcomeFault } from "../train/Outcome.ts"
import * as Figure from "./Figure.ts"
import * as Place from "./Place.ts"

/** From this ratio of its highest to its median a gradient norm is told to have leapt. */
const leap = 10

/** The fault that ended a run: its last attempt's. */
export const last = ({ attempts }: RunResult): OutcomeFault | null =>
  attempts.findLast(({ fault }) => fault !== null)?.fault ?? null

/** Says a fault in words, with its step, its tag, and what brought it about where that was done on purpose. */
export const say = ({ injected, message, step, tag }: OutcomeFault): string => {
  const place = step === null || message.includes(`step ${step}`) ? "" : ` at step ${step}`
  return `${message} (${tag}${place}${injected === null ? "" : `, brought about by --inject ${injected}`})`
}

/** Says what ended a run, and after how many attempts. */
export const of = (run: RunResult): string => {
  const fault = last(run)
  if (fault === null) return `it ended after ${Figure.plural(run.steps, "step")}, and no fault was recorded`
  return say(fault) + (run.attempts.length > 1 ? `, after ${run.attempts.length} attempts` : "")
}

/** Names the page that tells of an attempt's fault; null where that left nothing to replay. */
export const page = ({ directory }: Pick<RunResult, "directory">, { incident, number }: AttemptResult): string | null =>
  incident === null ? null : path.join(RunFolder.incident(RunFolder.attemptOf(directory, number)), "incident.md")

const againstExplosion = (fault: OutcomeFault, { clipRate, gradNorm }: RunResult): ReadonlyArray<string> => {
  const ratio = gradNorm.max / gradNorm.median
  const leapt = ratio >= leap
    ? `, and the gradient norm reached ${Figure.measured(gradNorm.max)}, ${Figure.measured(ratio)} times its median`
    : ""
  const broken = fault.step === null ? "" : `, because it began at step ${fault.onset}`
  return [
    clipRate === 0
      ? `clip: Clip.globalNorm(1), because no step was clipped${leapt}`
      : `a lower maxNorm in clip; it clipped ${Figure.percent(clipRate)} of the steps and did not prevent this`,
    `warmup: Warmup.linear({ epochs: 3 }), or a longer one${broken}`,
    "a lower peak of the schedule"
  ]
}

const logOf = ({ attempts, directory }: RunResult, cwd: string): string =>
  Place.of(RunFolder.processLog(RunFolder.attemptOf(directory, attempts.at(-1)?.number ?? 1)), cwd)

/** What was found out about the fault that ended a run; null where it was not looked into. */
export const found = ({ attempts }: RunResult): Diagnosis | null =>
  attempts.findLast(({ fault }) => fault !== null)?.diagnosis ?? null

/** Tells whether a run ended in an explosion, as far as is known. */
export const isExplosion = (run: RunResult): boolean =>
  ["NonFinite", "Diverged"].includes(last(run)?.tag ?? "") && (found(run)?.verdict ?? "explosion") === "explosion"

/** Says what is worth a try after a fault of the numbers that was looked into. */
const byVerdict = ({ files, node, trials, verdict }: Diagnosis, fault: OutcomeFault, run: RunResult): ReadonlyArray<string> => {
  switch (verdict) {
    case "explosion": {
      const cured = trials.filter((trial) => trial.cured === true).map(({ change }) => `${inWords[change]}, which cured it in a trial`)
      return [...cured, ...againstExplosion(fault, run)]
    }
    case "bad-data": {
      const quarantine = files.map(({ file }) => JSON.stringify(file)).join(", ")
      return quarantine === ""
        ? ["npx ballast validate, which lists every file that cannot be used"]
        : [`correct the images, or show them no more: feed: Feed.make({ quarantine: [${quarantine}] })`]
    }
    case "bad-graph":
      return [`a look at ${node ?? "the network"} in npx ballast plan`, "npx ballast engine check, which compares the engine with reference cases"]
    case "engine-fault":
      return ["npx ballast engine check, which compares the engine with reference cases", "another engine, by --engine"]
    case "transient":
      return ["the same again: it did not come again when its step was replayed; retry: Retry.diagnosed() does that by itself"]
  }
}

/** Says what is worth a try after a run failed, from what the run itself tells. */
export const remedies = (run: RunResult, cwd: string): ReadonlyArray<string> => {
  const fault = last(run)
  if (fault === null) return []
  switch (fault.tag) {
    case "NonFinite":
    case "Diverged": {
      const diagnosis = found(run)
      return diagnosis === null ? againstExplosion(fault, run) : byVerdict(diagnosis, fault, run)
    }
    case "OutOfMemory":
      return [
        "a smaller batch, with accumulate: Accumulate.batches(2) or more for as many images a step as before",
        "a smaller model.input or model.width",
        "fewer other programs on the machine"
      ]
    case "DataFault":
      return ["npx ballast validate, which lists every file that cannot be used", "correct the file, or take it out"]
    case "WorkerLost":
      return [
        `the end of ${logOf(run, cwd)}, where libraries say why they end a process`,
        "a smaller batch, if the system ended the process because memory ran out"
      ]
    case "EngineFault":
      return ["npx ballast engine check, which compares the engine with reference cases"]
    case "Timeout":
      return [`a longer ${fault.message.includes("host.silence") ? "silence" : "time"} in host, if the training was only slow`]
    default:
      return []
  }
}
