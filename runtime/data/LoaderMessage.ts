/**
 * What a loader and its threads say to each other; all of it plain data.
 */
import type { Batch } from "./Batch.ts"
import type { Making } from "./Batches.ts"

/** What a thread is started with: what to make batches of, and how many bytes of decoded pictures it may keep. */
export interface Assignment {
  readonly making: Making
  readonly budget: number
}

export type Wanted =
  | { readonly kind: "training"; readonly epoch: number; readonly index: number }
  | { readonly kind: "validation"; readonly index: number }

export interface Request {
  readonly id: number
  readonly wanted: Wanted
}

export type Answer =
  | { readonly id: number; readonly batch: Batch }
  /** `sample` names the image that is at fault. */
  | { readonly id: number; readonly batch: null; readonly sample: string; readonly message: string }
