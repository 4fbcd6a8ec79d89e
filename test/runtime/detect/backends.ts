import { beforeAll, describe } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-backend-cpu"
// Node's build of the core registers no gradients.
import "@tensorflow/tfjs-core/dist/register_all_gradients.js"
import * as Native from "../../../runtime/engine/tensorflow/Native.ts"
import { loadTensorflow, tensorflow } from "../engine/tensorflow/engine.ts"

/** Declares the same tests on tfjs's own cpu backend, and on the tensorflow engine where it is installed. */
export const onEachBackend = (name: string, body: (backend: "cpu" | "tensorflow") => void): void => {
  describe(`${name} (cpu)`, () => {
    beforeAll(() => {
      tf.setBackend("cpu")
    })
    body("cpu")
  })
  tensorflow(`${name} (tensorflow)`, () => {
    beforeAll(() => {
      loadTensorflow()
      tf.setBackend(Native.backendName)
    })
    body("tensorflow")
  })
}

/** Reads a tensor's values as plain numbers. */
export const valuesOf = (tensor: tf.Tensor): ReadonlyArray<number> => Array.from(tensor.dataSync<"float32">())

/** The distance of two vectors relative to the length of the second. */
export const distance = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>): number => {
  const length = Math.hypot(...expected)
  const off = Math.hypot(...expected.map((value, index) => value - (actual[index] ?? NaN)))
  return off / (length === 0 ? 1 : length)
}
