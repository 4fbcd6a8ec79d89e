import { assert, beforeAll, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import type { Backend } from "../../../../runtime/engine/tensorflow/Native.ts"
import * as Recorder from "../../../../runtime/engine/tensorflow/Recorder.ts"
import { loadTensorflow, tensorflow } from "./engine.ts"

tensorflow("Recorder", () => {
  let backend: Backend
  beforeAll(() => {
    backend = loadTensorflow()
  })

  it("writes operations down in order, with constants once and inputs by name", () => {
    const recorder = Recorder.make(backend)
    const input = tf.tensor1d([1, 2, 3])
    recorder.bind(input, "fed")
    const addend = (): tf.Tensor => tf.tensor1d([5, 6, 7])
    const result = recorder.record(() => tf.tidy(() => tf.add(tf.mul(input, addend()), addend())))
    assert.deepStrictEqual(recorder.nodes.map(({ op }) => op), ["Const", "Mul", "Add"])
    const [constant = "", product = "", sum = ""] = recorder.nodes.map(({ name }) => name)
    assert.deepStrictEqual(recorder.nodes.map(({ inputs }) => inputs), [[], ["fed", constant], [product, constant]])
    assert.strictEqual(recorder.sourceOf(result), sum)
    assert.deepStrictEqual([...result.dataSync<"float32">()], [10, 18, 28])
    recorder.release()
  })

  it("keeps TensorFlow from joining sums, which it would add in whatever order their parts are ready", () => {
    const recorder = Recorder.make(backend)
    const input = tf.tensor1d([1, 2, 3])
    recorder.bind(input, "fed")
    recorder.record(() => tf.tidy(() => tf.add(tf.add(tf.square(input), input), tf.mul(input, input))))
    const marked = recorder.nodes.filter(({ attributes }) => "_grappler_ArithmeticOptimizer_AddOpsRewriteStage" in attributes)
    assert.deepStrictEqual(marked.map(({ name }) => name), recorder.nodes.filter(({ op }) => op.startsWith("Add")).map(({ name }) => name))
    assert.lengthOf(marked, 2)
    recorder.release()
  })

  it("refuses a tensor from outside, and a reading of values, and leaves the backend as it was", () => {
    const binding = backend.binding
    const recorder = Recorder.make(backend)
    const outside = tf.tensor1d([1, 2])
    tf.square(outside).dispose()
    assert.throws(() => recorder.record(() => tf.square(outside)), /uses a tensor that was made outside of it/)
    recorder.bind(outside, "fed")
    assert.throws(() => recorder.record(() => tf.square(outside).dataSync()), /reads a tensor's values/)
    assert.strictEqual(backend.binding, binding)
    recorder.release()
  })

  it("holds freed tensors back until it is released, so that no id stands for two of them", () => {
    const recorder = Recorder.make(backend)
    const input = tf.tensor1d([2])
    recorder.bind(input, "fed")
    const results = recorder.record(() =>
      Array.from({ length: 50 }, () => {
        const result = tf.square(input)
        const source = recorder.sourceOf(result)
        result.dispose()
        return source
      })
    )
    assert.strictEqual(new Set(results).size, 50)
    recorder.release()
    assert.throws(() => recorder.sourceOf(input), /made outside/)
  })
})
