/**
 * Checkpoints of weights that are made up.
 */
import type * as Effect from "effect/Effect"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import type { NamedTensor } from "../../../../runtime/step/Step.ts"
import * as Checkpoint from "../../../../runtime/train/Checkpoint.ts"
import { cursor } from "../../train/cursors.ts"

/** Draws so many values, about normal, the same ones for the same seed. */
export const valuesOf = (count: number, deviation: number, seed: number): Float32Array => {
  let state = seed
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  )
}

/** Writes an attempt's checkpoint of these weights after so many steps, and returns its folder. */
export const checkpointOf = (
  attempt: string,
  step: number,
  parameters: ReadonlyArray<NamedTensor>
): Effect.Effect<string, Checkpoint.CheckpointError> =>
  Checkpoint.write(RunFolder.checkpoints(attempt), {
    cursor: { ...cursor, step },
    state: { updates: step, parameters, optimizer: [], buffers: [], ema: [] },
    history: { losses: new Float32Array(), norms: new Float32Array(), clipped: new Float32Array() }
  })
