import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as ReferenceCases from "../../../../runtime/engine/reference/ReferenceCases.ts"
import * as Kernels from "../../../../runtime/engine/tensorflow/Kernels.ts"
import { compileStep } from "../../../../runtime/engine/tensorflow/Tensorflow.ts"
import type * as Step from "../../../../runtime/step/Step.ts"
import { loadTensorflow, tensorflow } from "../tensorflow/engine.ts"

tensorflow("ReferenceCases on the tensorflow engine", () => {
  it("all hold, whose steps run as sessions, and leave nothing in memory", () => {
    const backend = loadTensorflow()
    const before = tf.memory().numTensors
    const executions: Array<Step.Execution> = []
    const verdicts = ReferenceCases.check({
      kernels: Kernels.make(backend),
      compile: (configuration) => {
        const step = compileStep(backend, configuration)
        executions.push(step.execution)
        return step
      }
    })
    assert.deepStrictEqual(verdicts.filter(({ ok }) => !ok), [])
    assert.deepStrictEqual(executions, [{ mode: "session", reason: null }])
    assert.strictEqual(tf.memory().numTensors, before)
  })
})
