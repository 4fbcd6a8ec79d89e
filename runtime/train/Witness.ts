/**
 * What a step was shown and what the steps before came to, held for the moment at which one of them fails.
 */
import type { Batch } from "../data/Batch.ts"
import type { StepEvent } from "./Event.ts"

/** The batches of a step that is made of many may take more memory than the step itself. */
const mostBytes = 256 * 2 ** 20
const mostEvents = 50

export interface Witness {
  readonly saw: (batch: Batch) => void
  readonly heard: (event: StepEvent) => void
  /** Forgets the batches of a step that went well. */
  readonly passed: () => void
  /** The batches of the present step; none where they take too much memory. */
  readonly batches: () => ReadonlyArray<Batch>
  /** The last 50 steps, the oldest first. */
  readonly before: () => ReadonlyArray<StepEvent>
}

const sizeOf = ({ boxes, classes, images, present }: Batch): number =>
  images.byteLength + boxes.byteLength + classes.byteLength + present.byteLength

/** Holds nothing yet. */
export const make = (): Witness => {
  let held: Array<Batch> = []
  let [seen, bytes] = [0, 0]
  const events: Array<StepEvent> = []
  return {
    saw: (batch) => {
      seen += 1
      bytes += sizeOf(batch)
      // A single one is there anyway.
      if (seen > 1 && bytes > mostBytes) held = []
      else held.push(batch)
    },
    heard: (event) => {
      events.push(event)
      if (events.length > mostEvents) events.shift()
    },
    passed: () => {
      held = []
      seen = 0
      bytes = 0
    },
    batches: () => held,
    before: () => [...events]
  }
}
