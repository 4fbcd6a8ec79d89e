/**
 * Copies of a training's state in the host's memory, to go back to after a fault: the newest ones, and older ones at
 * distances that triple: six reach back 400 steps and more, as far as faults that come again are gone back before.
 */
import * as Ring from "../optim/Ring.ts"
import type { NamedTensor, State } from "../step/Step.ts"
import * as Allowance from "./Allowance.ts"
import type { Cursor } from "./Cursor.ts"

/** A state and where the training stood. */
export interface Snapshot {
  readonly cursor: Cursor
  readonly state: State
}

export interface Snapshots {
  /** Tells whether the time has come for another one, after `step` steps. */
  readonly due: (step: number, now: number) => boolean
  /** Keeps another one, which took `cost` milliseconds to read; what is then too many is let go. */
  readonly add: (snapshot: Snapshot, now: number, cost: number) => void
  /** Those that are kept, the oldest first. */
  readonly all: () => ReadonlyArray<Snapshot>
}

/** Reading takes at most this share of the time. */
const share = 0.01
const leastSteps = 10

const bytesOf = (tensors: ReadonlyArray<NamedTensor>): number =>
  tensors.reduce((sum, { data }) => sum + data.byteLength, 0)

/** Counts the bytes of a state. */
const sizeOf = ({ buffers, ema, optimizer, parameters }: State): number =>
  [parameters, optimizer, buffers, ema].reduce((sum, tensors) => sum + bytesOf(tensors), 0)

/** Begins with none; `began` says when, in milliseconds. */
export const make = (began: number): Snapshots => {
  const allowance = Allowance.make({ share, least: 0, began })
  const kept: Array<{ readonly ordinal: number; readonly snapshot: Snapshot }> = []
  let made = 0
  return {
    due: (step, now) => {
      const last = kept.at(-1)?.snapshot
      return last === undefined || (step - last.cursor.step >= leastSteps && allowance.due(now))
    },
    add: (snapshot, now, cost) => {
      allowance.spent(now, cost)
      kept.push({ ordinal: made, snapshot })
      made += 1
      const count = Ring.copies(sizeOf(snapshot.state))
      if (kept.length > count) kept.splice(Ring.spare(kept.map(({ ordinal }) => ordinal), count), 1)
    },
    all: () => kept.map(({ snapshot }) => snapshot)
  }
}
