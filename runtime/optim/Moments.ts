/**
 * What optimizers remember of gradients, and how Adam corrects its moments for their start at 0.
 */
import type * as Optimizer from "../../dsl/Optimizer.ts"

/** Names the tensors that an optimizer keeps for every parameter: SGD's momentum, or Adam's first and second moment. */
export type Slot = "momentum" | "first" | "second"

/** Lists what an optimizer keeps for every parameter. */
export const slots = (optimizer: Optimizer.Optimizer): ReadonlyArray<Slot> =>
  optimizer._tag === "Sgd" ? ["momentum"] : ["first", "second"]

/** Names the tensor that an optimizer keeps of a parameter: `backbone.0.conv.weight/momentum`. */
export const addressOf = (parameter: string, slot: Slot): string => `${parameter}/${slot}`

/** Finds the momentum that a schedule's rows are about: SGD's, or Adam's `beta1`. */
export const momentum = (optimizer: Optimizer.Optimizer): number =>
  optimizer._tag === "Sgd" ? optimizer.momentum : optimizer.beta1

/** `1 - beta1^t` and `1 - beta2^t`: what moments are divided by at update t, counted from 1. */
export interface Correction {
  readonly first: number
  readonly second: number
}

/** Computes the corrections of an update, counted from 1. */
export const correction = ({ beta1, beta2 }: Optimizer.Adam | Optimizer.AdamW, update: number): Correction => ({
  first: 1 - beta1 ** update,
  second: 1 - beta2 ** update
})

/** Finds where a warmup's momentum starts: never above SGD's own, and for Adam at `beta1`, which nothing warms up. */
export const warmedFrom = (optimizer: Optimizer.Optimizer, momentumFrom: number): number =>
  optimizer._tag === "Sgd" ? Math.min(momentumFrom, optimizer.momentum) : optimizer.beta1
