/**
 * What attempts leave on the disk, without any training.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type { AttemptRecord } from "../../../runtime/run/AttemptRecord.ts"
import * as OneAttempt from "../../../runtime/run/OneAttempt.ts"
import type { AttemptResult } from "../../../runtime/run/Result.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import type { OutcomeFault } from "../../../runtime/train/Outcome.ts"
import { cursor } from "../train/cursors.ts"
import { attemptResult } from "./results.ts"

export const training = cursor.training
export const expected: Checkpoint.Expected = { training, data: cursor.data, seed: cursor.seed }

/** Writes a checkpoint after so many steps under a folder. */
export const checkpoint = (parent: string, step: number, changes: Partial<Checkpoint.Expected> = {}) =>
  Checkpoint.write(parent, {
    cursor: { ...cursor, step, ...changes },
    state: { updates: step, parameters: [], optimizer: [], buffers: [], ema: [] },
    history: { losses: new Float32Array(step), norms: new Float32Array(step), clipped: new Float32Array(step) }
  })

export const fault = (changes: Partial<OutcomeFault> = {}): OutcomeFault => ({
  tag: "NonFinite",
  message: "the loss is NaN",
  step: 30,
  onset: 30,
  injected: null,
  ...changes
})

const engine = { engine: "wasm", version: "4.22.0", directory: null } as const

/** Makes the record of an attempt. */
export const record = (result: Partial<AttemptResult>, next: AttemptRecord["next"] = null): AttemptRecord => {
  const whole = attemptResult(result)
  const { from, status } = whole
  return {
    format: "ballast.attempt/1",
    result: whole,
    outcome: { ...OneAttempt.untold(from), status, fault: whole.fault, steps: whole.fault?.step ?? from },
    recipe: "recipe",
    engine,
    next
  }
}

export const remedy = (from: number): AttemptResult["remedy"] => ({
  change: "a tighter clip",
  fields: [{ path: "clip.maxNorm", before: 1, after: 0.5 }],
  engine: null,
  from
})

/** What is decided where a remedy is taken. */
export const remedied = (checkpoint: string | null): AttemptRecord["next"] => ({
  kind: "remedy",
  rung: [{ _tag: "TightenClip", factor: 0.5, start: 1 }],
  checkpoint,
  engine
})

/** Says in a run's folder that an attempt was accepted. */
export const accepted = (directory: string, attempt: number, from: number): void =>
  RunFolder.write(RunFolder.acceptanceFile(directory), {
    format: "ballast.acceptance/1",
    run: "r1",
    seed: 0,
    attempt,
    token: `token ${attempt}`,
    owner: { host: "a-host", pid: 1, born: null },
    engine,
    from,
    checkpoint: null,
    remarks: ["a remark"]
  })

/** Writes an attempt's checkpoints, each after so many steps. */
export const attemptWith = Effect.fnUntraced(function*(
  directory: string,
  number: number,
  steps: { readonly checkpoints?: ReadonlyArray<number>; readonly recovery?: ReadonlyArray<number>; readonly ring?: ReadonlyArray<number>; readonly at?: number }
) {
  const attempt = RunFolder.attemptOf(directory, number)
  const incident = RunFolder.incident(attempt)
  for (const step of steps.checkpoints ?? []) yield* checkpoint(RunFolder.checkpoints(attempt), step)
  for (const step of steps.recovery ?? []) yield* checkpoint(RunFolder.recovery(attempt), step)
  for (const step of steps.ring ?? []) yield* checkpoint(path.join(incident, "snapshots"), step)
  if (steps.at !== undefined) {
    const { at } = steps
    yield* Checkpoint.writeAs(path.join(incident, "at"), {
      cursor: { ...cursor, step: at },
      state: { updates: at, parameters: [], optimizer: [], buffers: [], ema: [] },
      history: { losses: new Float32Array(at), norms: new Float32Array(at), clipped: new Float32Array(at) }
    })
  }
  return attempt
})
