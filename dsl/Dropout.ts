import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** Every feature reaches the head. */
export const Off = Schema.TaggedStruct("Off", {})

/** Each feature before the head is left out with probability `share` in training, and the others are scaled up for it. */
export const Share = Schema.TaggedStruct("Share", { share: Quantity.fraction })

/** What is left out at random in training. A classifier has a place for it, before its last layer; a YOLOv8 has none. */
export const Dropout = Schema.Union([Off, Share])
export type Dropout = typeof Dropout.Type

/** Leaves nothing out. */
export const off: Dropout = { _tag: "Off" }

/** Leaves out a share of the features before the head. */
export const share = (share: number): Dropout => ({ _tag: "Share", share })
