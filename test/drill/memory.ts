import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import { compileStep } from "../../runtime/engine/tensorflow/Tensorflow.ts"
import { loadTensorflow, tensorflow } from "../runtime/engine/tensorflow/engine.ts"
import { batchOf, scalars, small } from "../runtime/step/small.ts"

const warm = 500
const steps = 2000
/** Steps over which the least resident memory counts: garbage that is not collected yet is no leak. */
const window = 100
const mebibyte = 1 << 20

tensorflow("A long training", () => {
  it(`holds no more tensors and no more memory after ${steps} steps than after ${warm}`, () => {
    const step = compileStep(loadTensorflow(), small)
    assert.strictEqual(step.execution.mode, "session")
    const batches = Array.from({ length: 8 }, (_, index) => batchOf(small, index))
    const resident: Array<number> = []
    const tensors = new Set<number>()
    for (let index = 0; index < steps; index++) {
      const batch = batches[index % batches.length] ?? batchOf(small, index)
      assert.isTrue(step.run(batch, { ...scalars, learningRate: 1e-3, biasLearningRate: 1e-3 }).finite)
      // What a training does between its steps.
      if (index % 50 === 0) {
        step.predict(batch.images)
        step.write(step.read())
      }
      resident.push(process.memoryUsage.rss() / mebibyte)
      if (index >= warm) tensors.add(tf.memory().numTensors)
    }
    step.dispose()
    assert.strictEqual(tensors.size, 1)
    const least = (end: number): number => Math.min(...resident.slice(end - window, end))
    const [before, after] = [least(warm), least(steps)]
    process.stdout.write(`resident memory: ${before.toFixed(0)} MiB at step ${warm}, ${after.toFixed(0)} at ${steps}\n`)
    assert.isBelow(after - before, 16)
  })
})
