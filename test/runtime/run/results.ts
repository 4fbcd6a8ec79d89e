import type { AttemptResult, RunResult } from "../../../runtime/run/Result.ts"

/** Makes the result of an attempt from the start, with some of it replaced. */
export const attemptResult = (changes: Partial<AttemptResult> = {}): AttemptResult => ({
  number: 1,
  from: 0,
  status: "succeeded",
  fault: null,
  diagnosis: null,
  remedy: null,
  exact: null,
  incident: null,
  exit: null,
  memory: null,
  remarks: [],
  ...changes
})

/** Makes a run's result as a training would leave it, with some of it replaced. */
export const runResult = (changes: Partial<RunResult> = {}): RunResult => ({
  id: "mwvd5vx3i5-1",
  arm: "clip",
  seed: 0,
  status: "succeeded",
  engine: "tensorflow",
  execution: { version: "2.21.0", device: "cpu", threads: 2, mode: "session", reason: null },
  steps: 150,
  partial: false,
  stopped: null,
  best: null,
  metrics: { loss: 4, map50: 0.5, map: 0.25, accuracy: null, imagesPerSecond: 160, seconds: 10 },
  clipRate: 0.5,
  gradNorm: { median: 2, p99: 9, max: 20 },
  spikes: 0,
  skipped: 0,
  advice: [],
  attempts: [attemptResult()],
  infrastructure: 0,
  remedied: false,
  directory: "runs/mwvd5vx3i5-1",
  ...changes
})

/** Makes the result of a run that a fault ended. */
export const failedRun = (tag: string, changes: Partial<RunResult> = {}): RunResult =>
  runResult({
    status: "failed",
    steps: 12,
    metrics: { loss: Infinity, map50: null, map: null, accuracy: null, imagesPerSecond: 160, seconds: 1 },
    attempts: [
      attemptResult({ status: "failed", fault: { tag, message: "the loss is NaN", step: 12, onset: 12, injected: null } })
    ],
    ...changes
  })
