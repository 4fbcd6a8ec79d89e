/**
 * A part of the state as variables of the current tfjs backend, by address.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { NamedTensor } from "./Step.ts"

export type Variables = Map<string, tf.Variable>

/** Makes variables of tensors; the caller disposes them. */
export const make = (tensors: ReadonlyArray<NamedTensor>, trainable: boolean): Variables =>
  new Map(
    tensors.map(({ name, shape, data }) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, [...shape]), trainable))
    ])
  )

/** Copies variables to the host. */
export const read = (variables: Variables): ReadonlyArray<NamedTensor> =>
  [...variables].map(([name, variable]) => ({ name, shape: variable.shape, data: variable.dataSync<"float32">().slice() }))

/** Finds a tensor of the state. */
export const at = <A>(tensors: ReadonlyMap<string, A>, address: string): A => {
  const tensor = tensors.get(address)
  if (tensor === undefined) throw new Error(`the state has no tensor "${address}"`)
  return tensor
}

/** Copies tensors from the host into the variables of their names. */
export const write = (variables: Variables, tensors: ReadonlyArray<NamedTensor>): void => {
  for (const { name, shape, data } of tensors) {
    const variable = at(variables, name)
    tf.tidy(() => variable.assign(tf.tensor(data, [...shape])))
  }
}
