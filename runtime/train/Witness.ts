/**
 * What a step was shown and what the steps before came to, held for the moment at which one of them fails.
 */
import type { Batch } from "../data/Batch.ts"
import type { Shown } from "./Bundle.ts"
import type { StepEvent } from "./Event.ts"

/** The batches of a step that is made of many may take more memory than the step itself. */
const mostBytes = 256 * 2 ** 20
const mostEvents = 50

export interface Witness {
  readonly saw: (batch: Batch) => void
  readonly heard: (event: StepEvent) => void
  /** Forgets the batches of a step that went well. */
  readonly passed: () => void
  /** What the present step was shown so far. */
  readonly shown: () => ReadonlyArray<Shown>
  /** The same with its numbers; none where they take too much memory. */
  readonly batches: () => ReadonlyArray<Batch>
  /** The last 50 steps, the oldest first. */
  readonly before: () => ReadonlyArray<StepEvent>
}

const sizeOf = ({ boxes, classes, images, present }: Batch): number =>
  images.byteLength + boxes.byteLength + classes.byteLength + present.byteLength

/** Holds nothing yet. */
export const make = (): Witness => {
  let held: Array<Batch> = []
  let shown: Array<Shown> = []
  let bytes = 0
  const events: Array<StepEvent> = []
  return {
    saw: (batch) => {
      const { epoch, index, samples } = batch
      shown.push({ epoch, index, samples })
      bytes += sizeOf(batch)
      // A single one is there anyway.
      if (shown.length > 1 && bytes > mostBytes) held = []
      else held.push(batch)
    },
    heard: (event) => {
      events.push(event)
      if (events.length > mostEvents) events.shift()
    },
    passed: () => {
      held = []
      shown = []
      bytes = 0
    },
    shown: () => shown,
    batches: () => held,
    before: () => [...events]
  }
}
