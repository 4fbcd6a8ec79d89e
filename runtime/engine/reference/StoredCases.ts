/**
 * Single operations against stored values, with their gradients where training takes them.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Case, Subject } from "./Case.ts"
import * as Difference from "./Difference.ts"
import * as Operations from "./Operations.ts"
import * as Stored from "./Stored.ts"

const tensorOf = ({ dtype = "float32", shape, values }: Stored.Operation["inputs"][number]): tf.Tensor =>
  tf.tensor([...Stored.numbers(values)], [...shape], dtype)

const valuesOf = (tensor: tf.Tensor): ArrayLike<number> => tensor.dataSync<"float32">()

const kindOf = (tensor: { readonly dtype?: string }): string => tensor.dtype ?? "float32"

/** Compares the outputs, in their order, and frees them: an operation may have kept some from being tidied up. */
const outputsDiffer = (stored: Stored.Operation, { kernels }: Subject): string | null => {
  const outputs = Operations.find(stored.operation)(kernels, stored.inputs.map(tensorOf), stored.attributes)
  let found: string | null = null
  stored.outputs.forEach((expected, index) => {
    const actual = outputs[index] as tf.Tensor
    found ??= kindOf(actual) === kindOf(expected)
      ? Difference.ofTensors(
        expected.name,
        { shape: actual.shape, values: valuesOf(actual) },
        { shape: expected.shape, values: Stored.numbers(expected.values) },
        stored.tolerance
      )
      : `${expected.name} is of type ${kindOf(actual)} instead of ${kindOf(expected)}`
  })
  tf.dispose([...outputs])
  return found
}

/** Compares the gradients of the first output by every input that has one stored. */
const gradientsDiffer = (stored: Stored.Operation, { kernels }: Subject): string | null => {
  const [first] = stored.outputs
  if (first?.upstream === undefined) return null
  const inputs = stored.inputs.map(tensorOf)
  const differentiated = stored.inputs.flatMap(({ gradient }, index) =>
    gradient === undefined ? [] : [{ gradient, index }]
  )
  const made: Array<tf.Tensor> = []
  const differentiate = tf.grads((...values) => {
    const given = inputs.map((input, index) => values[differentiated.findIndex((one) => one.index === index)] ?? input)
    const outputs = Operations.find(stored.operation)(kernels, given, stored.attributes)
    made.push(...outputs)
    return outputs[0] as tf.Tensor
  })
  const gradients = differentiate(
    differentiated.map(({ index }) => inputs[index] as tf.Tensor),
    tensorOf({ name: "upstream", shape: first.shape, values: first.upstream })
  )
  tf.dispose(made)
  let found: string | null = null
  differentiated.forEach(({ gradient, index }, order) => {
    const actual = gradients[order] as tf.Tensor
    const { name, shape } = stored.inputs[index] as Stored.Operation["inputs"][number]
    found ??= Difference.ofTensors(
      `the gradient by ${name}`,
      { shape: actual.shape, values: valuesOf(actual) },
      { shape, values: Stored.numbers(gradient) },
      stored.tolerance
    )
  })
  return found
}

const run = (stored: Stored.Operation, subject: Subject): string | null => {
  const before = tf.memory().numTensors
  let found: string | null = null
  tf.tidy(() => {
    found = outputsDiffer(stored, subject) ?? gradientsDiffer(stored, subject)
  })
  const left = tf.memory().numTensors - before
  return found ?? (left > 0 ? `${left} ${left === 1 ? "tensor is" : "tensors are"} left behind` : null)
}

/** Checks every stored operation: outputs, gradients, and that nothing stays in memory. */
export const storedCases: ReadonlyArray<Case> = Stored.operations.map((stored) => ({
  case: stored.case,
  run: (subject) => run(stored, subject)
}))
