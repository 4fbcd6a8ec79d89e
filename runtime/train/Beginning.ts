/**
 * How an attempt begins: with trained weights, or with what an attempt before it has left.
 */
import type { NamedTensor, State, Step } from "../step/Step.ts"
import type { Checkpoint } from "./Checkpoint.ts"
import * as Made from "./Made.ts"
import type { Exactness } from "./Outcome.ts"
import type { Origin } from "./Progress.ts"

const parts = ["parameters", "buffers", "optimizer", "ema"] as const

/** Names the first tensor that one side has and the other has not, or not in that shape; null where they are alike. */
const unlike = (own: State, other: State): string | null => {
  for (const part of parts) {
    const shapes = new Map(other[part].map(({ name, shape }) => [name, shape.join()]))
    const odd = own[part].find(({ name, shape }: NamedTensor) => shapes.get(name) !== shape.join())
    if (odd !== undefined) return odd.name
  }
  return null
}

/** Writes a checkpoint's state into a step. Throws where it is not one of this network and optimizer. */
export const takeOver = (step: Step, { state }: Checkpoint): void => {
  const own = step.read()
  const odd = unlike(own, state) ?? unlike(state, own)
  if (odd !== null) throw new Error(`the checkpoint is of another network or optimizer: they differ in \`${odd}\``)
  step.write(state)
}

/** Tells whether what goes on from a checkpoint comes to the same bits as if it had never stopped; null without one. */
export const exactness = (checkpoint: Checkpoint | null, now: Origin): Exactness | null => {
  if (checkpoint === null) return null
  const { cursor } = checkpoint
  const changed = (["training", "data", "seed"] as const).find((name) => cursor[name] !== now[name])
  const reason = changed === undefined ? Made.difference(cursor.made, now.made) : `the ${changed} has changed since then`
  return { exact: reason === null, reason }
}

/** Says from where an attempt goes on, and how; null where it begins at the beginning. */
export const said = (from: number, exactness: Exactness | null): string | null => {
  if (exactness === null) return null
  return `from step ${from}${exactness.exact ? "" : `, not to the bit: ${exactness.reason}`}`
}
