import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Native from "../../../../runtime/engine/tensorflow/Native.ts"
import * as Kernels from "../../../../runtime/engine/tensorflow/Kernels.ts"
import * as Session from "../../../../runtime/engine/tensorflow/Session.ts"
import type { Configuration } from "../../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../../runtime/step/EagerStep.ts"
import * as Parts from "../../../../runtime/step/Parts.ts"
import type { Scalars, Step, StepOutcome } from "../../../../runtime/step/Step.ts"
import { type Found, normOf, updated } from "../../step/byHand.ts"
import { batchOf, changed, distance, farthest, plain, scalars, small, type Stochastic, unclipped, withValue } from "../../step/small.ts"
import { loadTensorflow, tensorflow } from "./engine.ts"
import { behaves, makePair, pairs, repeatsItsBits } from "./stepping.ts"

const gainsOf = ({ loss }: Configuration): ReadonlyArray<number> => Parts.of(loss).map(([, gain]) => gain)

const partOf = ({ parts }: StepOutcome, part: Parts.Part): number => parts[part] ?? NaN

tensorflow("A step as a session", () => {
  const pairOf = pairs()

  const cases: ReadonlyArray<readonly [string, Stochastic, Scalars]> = [
    ["Nesterov, weight decay, average, clipping", small, scalars],
    ["Nesterov, weight decay, average, no clipping", small, unclipped],
    ["none of them", plain, unclipped],
    ["clipping alone", plain, scalars]
  ]
  for (const [name, configuration, values] of cases) {
    it(`computes what the eager step computes, over 3 steps and a broken one: ${name}`, () => {
      const { eager, session } = pairOf(configuration)
      const clipped: Array<boolean> = []
      for (let index = 0; index < 3; index++) {
        const batch = batchOf(configuration, index)
        const [expected, actual] = [eager.run(batch, values), session.run(batch, values)]
        assert.approximately(actual.loss / expected.loss, 1, 1e-5)
        assert.approximately(actual.gradNorm / expected.gradNorm, 1, 1e-4)
        for (const part of ["box", "class", "dfl"] as const) {
          assert.approximately(partOf(actual, part) / partOf(expected, part), 1, 1e-4, part)
        }
        assert.deepStrictEqual([actual.finite, actual.clipped], [true, expected.clipped])
        clipped.push(actual.clipped)
        const [tensor, off] = farthest(session.read(), eager.read())
        assert.isBelow(off, 1e-3, `${tensor} after step ${index}`)
      }
      assert.strictEqual(clipped.includes(true), values.clipBound < Infinity)
      for (const step of [eager, session]) {
        const before = step.read()
        assert.isFalse(step.run(withValue(batchOf(configuration, 3), "boxes", 2, NaN), values).finite)
        assert.deepStrictEqual(changed(before, step.read()), [])
      }
    })
  }

  it("updates as torch's formulas say, from the gradients that it reports", () => {
    for (const [, configuration, values] of cases) {
      const { eager, session } = pairOf(configuration)
      for (let index = 0; index < 2; index++) {
        const before = session.read()
        eager.write(before)
        eager.run(batchOf(configuration, index), values)
        const gradients = session.gradients(batchOf(configuration, index), gainsOf(configuration))
        const outcome = session.run(batchOf(configuration, index), values)
        const found: Found = { gradients, buffers: new Map(eager.read().buffers.map(({ data, name }) => [name, data])) }
        assert.approximately(outcome.gradNorm / normOf(gradients), 1, 1e-5)
        const [tensor, off] = farthest(session.read(), updated(configuration, before, found, values))
        assert.isBelow(off, 1e-5, tensor)
      }
    }
  })

  behaves("session", pairOf)

  it("hands out gradients of the loss's parts, which add up to the whole one, as the eager step does", () => {
    const { eager, session } = pairOf(small)
    const batch = batchOf(small, 0)
    const lengths = (step: Step) => {
      const before = step.read()
      const whole = step.gradients(batch, gainsOf(small))
      const parts = Parts.of(small.loss).map(([part]) => step.gradients(batch, Parts.alone(small.loss, part)))
      for (const [address, values] of whole) {
        const sum = values.map((_, index) => parts.reduce((sum, of) => sum + (of.get(address)?.[index] ?? NaN), 0))
        assert.isBelow(distance(sum, values), 1e-4, address)
      }
      assert.deepStrictEqual(changed(before, step.read()), [])
      return [whole, ...parts].map(normOf)
    }
    const [expected, actual] = [lengths(eager), lengths(session)]
    for (const [index, length] of expected.entries()) {
      assert.isAbove(length, 0)
      assert.approximately((actual[index] ?? NaN) / length, 1, 1e-4)
    }
    // No part's gradient goes the way of another's.
    assert.strictEqual(new Set(expected.map((length) => length.toPrecision(3))).size, 4)
  })

  it("predicts what the eager step predicts, with and without an average", () => {
    for (const configuration of [small, plain]) {
      const { eager, session } = pairOf(configuration)
      for (let index = 0; index < 3; index++) eager.run(batchOf(configuration, index), scalars)
      session.write(eager.read())
      const { images } = batchOf(configuration, 4)
      const [expected, actual] = [eager.predict(images), session.predict(images)]
      assert.strictEqual(actual.boxes.length, 4 * 84 * 4)
      assert.strictEqual(actual.scores.length, 4 * 84 * 3)
      assert.isBelow(distance(actual.boxes, expected.boxes), 1e-5)
      assert.isBelow(distance(actual.scores, expected.scores), 1e-5)
    }
  })

  repeatsItsBits(15)

  it("feeds nothing that TensorFlow would share: its threads, which let go of it, may not touch JavaScript", () => {
    const backend = loadTensorflow()
    const real = backend.binding
    const offsets: Array<number> = []
    const eager = EagerStep.make(small, Kernels.make(backend))
    try {
      backend.binding = {
        ...Native.copyOf(real),
        createTensor: (shape, dtype, values) => {
          offsets.push(values.byteOffset % 16)
          return real.createTensor(shape, dtype, values)
        }
      }
      const watched = Session.make(backend, small, eager)
      offsets.length = 0
      watched.write(eager.read())
      watched.run(batchOf(small, 0), scalars)
      watched.predict(batchOf(small, 1).images)
      assert.isAbove(offsets.length, 10)
      assert.notInclude(offsets, 0)
      watched.dispose()
    } finally {
      backend.binding = real
      eager.dispose()
    }
  })

  it("keeps no tensor of its own", () => {
    const tensors = tf.memory().numTensors
    const { eager, session } = makePair(loadTensorflow(), small)
    eager.dispose()
    session.run(batchOf(small, 0), scalars)
    session.predict(batchOf(small, 0).images)
    assert.strictEqual(tf.memory().numTensors, tensors)
    session.dispose()
  })
})
