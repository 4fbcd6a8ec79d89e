import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** How many batches make one step of the optimizer: their gradients are averaged, then clipped once. */
export const Accumulate = Schema.Struct({ batches: Quantity.countUpTo(10_000) })
export type Accumulate = typeof Accumulate.Type

/** Takes a step after every batch. */
export const none: Accumulate = { batches: 1 }

/** Takes a step after so many batches, each as small as memory wants it; batch norm sees every batch by itself. */
export const batches = (batches: number): Accumulate => ({ batches })
