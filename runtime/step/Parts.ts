import type * as Loss from "../../dsl/Loss.ts"

/** Names what a loss is summed of; a classifier has the class part alone. */
export type Part = "box" | "class" | "dfl"

/** The parts of a loss after their gains; they add up to the loss. */
export type LossParts = { readonly [Name in Part]?: number }

/** Lists a loss's parts with their gains, in the order in which steps hold them. */
export const of = (loss: Loss.Loss): ReadonlyArray<readonly [part: Part, gain: number]> =>
  loss._tag === "YoloV8" ? [["box", loss.box], ["class", loss.class], ["dfl", loss.dfl]] : [["class", 1]]

/** Names a loss's parts, of which values are given in their order, after their gains. */
export const weighed = (loss: Loss.Loss, values: ReadonlyArray<number>): LossParts =>
  Object.fromEntries(of(loss).map(([part, gain], index) => [part, (values[index] ?? NaN) * gain]))

/** Lists the gains with which one part alone is differentiated. */
export const alone = (loss: Loss.Loss, only: Part): ReadonlyArray<number> =>
  of(loss).map(([part, gain]) => part === only ? gain : 0)
