/**
 * The plain numbers of a step as one vector that is fed to the session.
 */
import * as Clip from "../../optim/Clip.ts"
import * as Moments from "../../optim/Moments.ts"
import type { Configuration } from "../../step/Configuration.ts"
import type { Scalars } from "../../step/Step.ts"

/**
 * `emaShare` is 1 - decay. Adam's corrections are folded into a factor of the rate, sqrt(1 - beta2^t) / (1 - beta1^t),
 * and into epsilon, times the former root: TensorFlow would compute them from powers in float32. They are corrections for
 * betas as TensorFlow has them: 1 - 0.999 is off by a part in 80,000 where 0.999 is a float32.
 */
type Name =
  | "learningRate"
  | "biasLearningRate"
  | "momentum"
  | "clipBound"
  | "emaShare"
  | "rateFactor"
  | "epsilon"
  | `clip${number}`

/** Lists the numbers of a configuration's steps in their order, by name. */
export const names = ({ clip }: Configuration): ReadonlyArray<Name> => [
  "learningRate",
  "biasLearningRate",
  "momentum",
  "clipBound",
  "emaShare",
  "rateFactor",
  "epsilon",
  ...Array.from({ length: Clip.inputCount(clip) }, (_, index): Name => `clip${index}`)
]

/** Puts the numbers of a step in order; `updates` counts those before it. */
export const values = ({ clip, optimizer }: Configuration, scalars: Scalars, updates: number): Float32Array => {
  const adam = optimizer._tag === "Sgd" ? null : {
    ...Moments.correction({ ...optimizer, beta1: Math.fround(optimizer.beta1), beta2: Math.fround(optimizer.beta2) }, updates + 1),
    epsilon: optimizer.epsilon
  }
  const root = Math.sqrt(adam?.second ?? 1)
  return Float32Array.of(
    scalars.learningRate,
    scalars.biasLearningRate,
    scalars.momentum,
    Math.min(scalars.clipBound, Clip.fixedBound(clip)),
    1 - scalars.emaDecay,
    root / (adam?.first ?? 1),
    (adam?.epsilon ?? 0) * root,
    ...Array.from({ length: Clip.inputCount(clip) }, (_, index) => scalars.clipInputs[index] ?? NaN)
  )
}

/** Finds the source of a number by its name. */
export type ScalarOf = (name: Name) => string
