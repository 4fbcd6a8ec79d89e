/**
 * Five updates of PyTorch's optimizers on small tensors, from weights and gradients that both sides compute from whole
 * numbers.
 */
import * as tf from "@tensorflow/tfjs-core"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Optimizer from "../../../dsl/Optimizer.ts"
import { sizeOf } from "../../../runtime/graph/TrainingGraph.ts"
import * as Moments from "../../../runtime/optim/Moments.ts"
import type * as Update from "../../../runtime/step/Update.ts"
import { noises } from "./reference.ts"

interface Fixture {
  readonly rates: { readonly learningRate: number; readonly biasLearningRate: number }
  readonly shapes: Readonly<Record<string, ReadonlyArray<number>>>
  readonly cases: ReadonlyArray<{
    readonly optimizer: Optimizer.Optimizer
    /** Every tensor after each of the updates. */
    readonly after: ReadonlyArray<Readonly<Record<string, ReadonlyArray<number>>>>
  }>
}

/** Made by test/reference/optimizers.py. */
export const fixture = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "../../fixtures/step/updates.json"), "utf8")
) as Fixture

/** Of several magnitudes, and 0 among them. */
const gradientOf = (name: string, update: number, shape: ReadonlyArray<number>): tf.Tensor =>
  tf.tensor(
    noises(`gradient ${update} of ${name}`, sizeOf(shape)).map((value, index) =>
      index === 1 ? 0 : value * 10 ** (index % 3 - 1)
    ),
    [...shape]
  )

const variableOf = (values: Float32Array, shape: ReadonlyArray<number>): tf.Variable =>
  tf.tidy(() => tf.variable(tf.tensor(values, [...shape])))

/**
 * Updates one tensor as often as the fixture says, with gradients of `1 / coefficient` times their length, and returns
 * its values after each of them.
 */
export const updated = (
  update: Update.Update,
  optimizer: Optimizer.Optimizer,
  name: string,
  coefficient: number
): ReadonlyArray<Float32Array> => {
  const shape = fixture.shapes[name] ?? []
  const parameter: Update.Updated = {
    weight: variableOf(noises(name, sizeOf(shape)), shape),
    slots: Moments.slots(optimizer).map(() => variableOf(new Float32Array(sizeOf(shape)), shape))
  }
  const { biasLearningRate, learningRate } = fixture.rates
  const values = Array.from({ length: 5 }, (_, index) => {
    const gradient = tf.tidy(() => tf.div(gradientOf(name, index, shape), coefficient))
    update(optimizer, parameter, gradient, {
      coefficient,
      learningRate: name.startsWith("bias") ? biasLearningRate : learningRate,
      momentum: Moments.momentum(optimizer),
      decay: name.endsWith("weight") ? optimizer.weightDecay : 0,
      correction: optimizer._tag === "Sgd" ? { first: 1, second: 1 } : Moments.correction(optimizer, index + 1)
    })
    gradient.dispose()
    return parameter.weight.dataSync<"float32">().slice()
  })
  tf.dispose([parameter.weight, ...parameter.slots])
  return values
}
