import { assert, it } from "@effect/vitest"
import * as ClipPolicy from "../../../dsl/Clip.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import type * as Clip from "../../../runtime/optim/Clip.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import type { NamedTensor, State, Step } from "../../../runtime/step/Step.ts"
import { normOf } from "./byHand.ts"
import { batchOf, configurationOf, fixture, graphOf, scalarsOf, start, tiny, train } from "./classifier.ts"
import { type Make, onEachStep } from "./engines.ts"
import { changed, distance, withValue } from "./small.ts"

const dataOf = (tensors: ReadonlyArray<NamedTensor>): ReadonlyMap<string, Float32Array> =>
  new Map(tensors.map(({ data, name }) => [name, data]))

/** Makes a step for as long as a test looks at it. */
const using = <A>(make: Make, configuration: Configuration, body: (step: Step) => A): A => {
  const step = make(configuration)
  try {
    return body(step)
  } finally {
    step.dispose()
  }
}

const three: Configuration = { ...tiny, accumulate: 3, graph: graphOf(0.25), clip: ClipPolicy.auto({ percentile: 40 }) }

const broken = (batch: Batch): Batch => withValue(batch, "images", 7, NaN)

onEachStep("A step of a classifier", (make) => {
  for (const training of fixture.trainings) {
    const { accumulate, clip, end, optimizer, steps } = training
    it(`trains as PyTorch does: ${optimizer._tag}, ${clip._tag}, batches ${accumulate}`, () => {
      const configuration = configurationOf(training)
      using(make, configuration, (step) => {
        const before = start(configuration)
        step.write(before)
        const { outcomes } = train(step, configuration, 0, steps.length)
        for (const [index, [loss, gradNorm]] of steps.entries()) {
          assert.approximately((outcomes[index]?.loss ?? NaN) / loss, 1, 1e-5, `loss of step ${index}`)
          assert.approximately((outcomes[index]?.gradNorm ?? NaN) / gradNorm, 1, 1e-4, `norm of step ${index}`)
        }
        const clipped = new Set(outcomes.map(({ clipped }) => clipped))
        assert.strictEqual(clipped.has(true), clip._tag !== "Off")
        const { buffers, parameters, updates } = step.read()
        assert.strictEqual(updates, steps.length)
        const starts = dataOf([...before.parameters, ...before.buffers])
        const ends = dataOf([...parameters, ...buffers])
        assert.deepStrictEqual([...ends.keys()].toSorted(), Object.keys(end).toSorted())
        for (const [address, values] of Object.entries(end)) {
          const change = (after: ArrayLike<number>) =>
            Array.from(after, (value, index) => value - (starts.get(address)?.[index] ?? NaN))
          assert.isBelow(distance(ends.get(address) ?? [], values), 1e-5, address)
          assert.isBelow(distance(change(ends.get(address) ?? []), change(values)), 5e-4, `the change of ${address}`)
        }
      })
    })
  }

  it("takes the mean of its batches' gradients and losses, and clips it once", () => {
    const bound = 0.05
    const configuration: Configuration = {
      ...tiny,
      accumulate: 3,
      optimizer: Optimizer.sgd({ momentum: 0 }),
      clip: ClipPolicy.globalNorm(bound)
    }
    using(make, configuration, (step) => {
      const before = step.read()
      const batches = [0, 1, 2].map(batchOf)
      const gradients = batches.map((batch) => step.gradients(batch, [1]))
      const means = new Map([...gradients[0] ?? []].map(([address, values]) => [
        address,
        values.map((_, index) => gradients.reduce((sum, of) => sum + (of.get(address)?.[index] ?? NaN), 0) / 3)
      ]))
      const { outcomes: [outcome] } = train(step, configuration, 0, 1)
      const norm = normOf(means)
      assert.approximately((outcome?.gradNorm ?? NaN) / norm, 1, 1e-5)
      assert.isTrue(outcome?.clipped)
      // Every one of them is longer than the mean, so that clipping any of them would show.
      for (const gradient of gradients) assert.isAbove(normOf(gradient), 1.1 * norm)
      const after = dataOf(step.read().parameters)
      for (const { data, name } of before.parameters) {
        const rate = /bias$|beta$/.test(name) ? scalarsOf(tiny).biasLearningRate : scalarsOf(tiny).learningRate
        const factor = rate * bound / (norm + 1e-6)
        const expected = data.map((value, index) => value - factor * (means.get(name)?.[index] ?? NaN))
        assert.isBelow(distance(after.get(name) ?? [], expected), 1e-5, name)
      }
    })
    const still = { ...scalarsOf(tiny), learningRate: 0, biasLearningRate: 0 }
    const losses = using(make, tiny, (step) => [0, 1, 2].map((index) => step.run(batchOf(index), still).loss))
    const together: Configuration = { ...tiny, accumulate: 3 }
    const { outcomes: [whole] } = using(make, together, (step) => train(step, together, 0, 1))
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / 3
    assert.approximately((whole?.loss ?? NaN) / mean, 1, 1e-6)
    assert.deepStrictEqual(whole?.parts, { class: whole?.loss ?? NaN })
  })

  for (const at of [0, 1, 2]) {
    it(`changes not one bit where batch ${at} of 3 is not finite, and goes on as if it had never been`, () => {
      const { end, skipped } = using(make, three, (step) => {
        const { memory } = train(step, three, 0, 2)
        const before = step.read()
        for (const index of [0, 1]) step.accumulate(index === at ? broken(batchOf(6)) : batchOf(6 + index))
        const bad = step.run(at === 2 ? broken(batchOf(8)) : batchOf(8), scalarsOf(three, memory))
        assert.deepStrictEqual([bad.finite, bad.clipped], [false, false])
        assert.isNaN(bad.loss)
        const after = step.read()
        assert.deepStrictEqual(changed(before, after), [])
        assert.strictEqual(after.updates, 2)
        return { skipped: train(step, three, 2, 4, memory), end: step.read() }
      })
      using(make, three, (step) => {
        const { memory } = train(step, three, 0, 2)
        assert.deepStrictEqual(train(step, three, 2, 4, memory), skipped)
        assert.deepStrictEqual(changed(end, step.read()), [])
        assert.strictEqual(step.read().updates, 4)
      })
    })
  }

  it("changes not one bit where only a running statistic overflows, and says so", () => {
    for (const accumulate of [1, 3]) {
      const configuration: Configuration = { ...tiny, accumulate }
      // The pixel's square is no float any more; normalised, the pixel itself is nothing unusual.
      const bright = withValue(batchOf(0), "images", 7, 1e25)
      using(make, configuration, (step) => {
        train(step, configuration, 0, 1)
        const before = step.read()
        for (let index = 1; index < accumulate; index++) step.accumulate(index === 1 ? bright : batchOf(index))
        const outcome = step.run(accumulate === 1 ? bright : batchOf(5), scalarsOf(configuration))
        assert.deepStrictEqual([outcome.finite, outcome.clipped], [false, false])
        assert.isTrue(Number.isFinite(outcome.loss) && Number.isFinite(outcome.gradNorm))
        assert.deepStrictEqual(changed(before, step.read()), [])
        assert.isTrue(train(step, configuration, 1, 2).outcomes[0]?.finite)
      })
    }
  })

  it("moves its statistics by every batch of a step", () => {
    const still = { ...scalarsOf(tiny), learningRate: 0, biasLearningRate: 0 }
    const moved = using(make, tiny, (step) => {
      for (const index of [0, 1, 2]) step.run(batchOf(index), still)
      return step.read()
    })
    const configuration: Configuration = { ...tiny, accumulate: 3 }
    using(make, configuration, (step) => {
      const before = dataOf(step.read().buffers)
      train(step, configuration, 0, 1)
      for (const { data, name } of moved.buffers) {
        const after = dataOf(step.read().buffers).get(name) ?? []
        assert.isBelow(distance(after, data), 1e-6, name)
        assert.isAbove(distance(before.get(name) ?? [], data), 1e-3, name)
      }
    })
  })

  it("averages once a step, whatever the number of its batches", () => {
    for (const accumulate of [1, 3]) {
      const configuration: Configuration = { ...tiny, accumulate }
      using(make, configuration, (step) => {
        let before = step.read()
        for (const index of [0, 1]) {
          train(step, configuration, index, index + 1)
          const after = step.read()
          const current = dataOf([...after.parameters, ...after.buffers])
          for (const { data, name } of before.ema) {
            const expected = data.map((mean, at) => 0.9 * mean + 0.1 * (current.get(name)?.[at] ?? NaN))
            assert.isBelow(distance(dataOf(after.ema).get(name) ?? [], expected), 1e-6, name)
          }
          before = after
        }
      })
    }
  })

  it("counts updates for Adam's corrections, and takes the count up again from a state", () => {
    for (const optimizer of [Optimizer.adam(), Optimizer.adamw()]) {
      const configuration: Configuration = { ...tiny, optimizer }
      using(make, configuration, (step) => {
        const first = step.read()
        train(step, configuration, 0, 1)
        const corrected = step.read()
        step.write({ ...first, updates: 1000 })
        train(step, configuration, 0, 1)
        assert.strictEqual(step.read().updates, 1001)
        // Corrected for the start at 0, a first step is as long as the rate says; a 1001st without a past is not.
        const length = ({ parameters }: State) =>
          normOf(new Map(parameters.map(({ data, name }) =>
            [name, data.map((value, index) => value - (dataOf(first.parameters).get(name)?.[index] ?? NaN))])))
        assert.isAbove(length(corrected) / length(step.read()), 0.2)
        assert.isAbove(changed(corrected, step.read()).length, 0)
      })
    }
  })

  it("leaves out other features for every batch, and the same ones where it goes on from a state", () => {
    const still = { ...scalarsOf(three), learningRate: 0, biasLearningRate: 0 }
    const dropping: Configuration = { ...tiny, graph: graphOf(0.5) }
    using(make, dropping, (step) => {
      const losses = Array.from({ length: 4 }, () => step.run(batchOf(0), still).loss)
      assert.strictEqual(new Set(losses).size, 4)
      using(make, dropping, (again) => {
        assert.deepStrictEqual(Array.from({ length: 4 }, () => again.run(batchOf(0), still).loss), losses)
      })
      using(make, { ...dropping, seed: tiny.seed + 1 }, (other) => {
        other.write({ ...step.read(), updates: 0 })
        assert.notInclude(losses, other.run(batchOf(0), still).loss)
      })
      assert.deepStrictEqual(step.predict(batchOf(0).images), step.predict(batchOf(0).images))
    })
    const { expected, middle } = using(make, three, (step) => {
      const { memory } = train(step, three, 0, 2)
      const middle = { memory, state: step.read() }
      return { middle, expected: { went: train(step, three, 2, 4, memory), end: step.read() } }
    })
    using(make, three, (step) => {
      step.accumulate(batchOf(50))
      step.write(middle.state)
      assert.deepStrictEqual(train(step, three, 2, 4, middle.memory), expected.went)
      assert.deepStrictEqual(changed(expected.end, step.read()), [])
    })
  })

  it("draws what it leaves out by the number of the batch, however many make a step", () => {
    const still = { ...scalarsOf(tiny), learningRate: 0, biasLearningRate: 0 }
    const one: Configuration = { ...tiny, graph: graphOf(0.5) }
    const losses = using(make, one, (step) => [0, 1, 2, 3, 4, 5].map((index) => step.run(batchOf(index), still).loss))
    using(make, { ...one, accumulate: 3 }, (step) => {
      for (const first of [0, 3]) {
        for (const index of [first, first + 1]) step.accumulate(batchOf(index))
        const mean = losses.slice(first, first + 3).reduce((sum, loss) => sum + loss, 0) / 3
        assert.approximately(step.run(batchOf(first + 2), still).loss / mean, 1, 1e-6)
      }
    })
  })

  it("hands out the gradient of the next batch under any gains, and changes nothing by it", () => {
    const run = (look: (step: Step) => void) =>
      using(make, three, (step) => {
        const before = step.read()
        look(step)
        assert.deepStrictEqual(changed(before, step.read()), [])
        step.accumulate(batchOf(0))
        look(step)
        step.accumulate(batchOf(1))
        look(step)
        return { outcome: step.run(batchOf(2), scalarsOf(three)), state: step.read() }
      })
    const expected = run(() => {})
    const looked = run((step) => {
      for (const gains of [[1], [3]]) step.gradients(batchOf(9), gains)
    })
    assert.deepStrictEqual(looked.outcome, expected.outcome)
    assert.deepStrictEqual(changed(expected.state, looked.state), [])
    const one: Configuration = { ...tiny, graph: graphOf(0.5) }
    using(make, one, (step) => {
      const [once, thrice] = [[1], [3]].map((gains) => step.gradients(batchOf(0), gains))
      for (const [address, values] of once ?? []) {
        assert.isBelow(distance(thrice?.get(address) ?? [], values.map((value) => 3 * value)), 1e-6, address)
      }
      const { gradNorm } = step.run(batchOf(0), scalarsOf(one))
      assert.approximately(normOf(once ?? new Map()) / gradNorm, 1, 1e-6)
    })
  })

  it("refuses a step of fewer or more batches than it is made for", () => {
    for (const [configuration, accumulated] of [[three, 1], [three, 3], [tiny, 1]] as const) {
      using(make, configuration, (step) => {
        const before = step.read()
        const taken = () => {
          for (let index = 0; index < accumulated; index++) step.accumulate(batchOf(index))
          step.run(batchOf(3), scalarsOf(configuration))
        }
        assert.throws(taken, /a step takes/)
        assert.deepStrictEqual(changed(before, step.read()), [])
        step.write(before)
        assert.isTrue(train(step, configuration, 0, 1).outcomes[0]?.finite)
      })
    }
  })

  it("predicts the classes' scores alone", () => {
    using(make, tiny, (step) => {
      const { boxes, scores } = step.predict(batchOf(0).images)
      assert.strictEqual(boxes.length, 0)
      assert.strictEqual(scores.length, tiny.batch * tiny.graph.classes.length)
      assert.isTrue(scores.every((score) => score > 0 && score < 1))
    })
  })

  it("takes rates and a policy's inputs as they are given", () => {
    using(make, tiny, (step) => {
      const before = step.read()
      step.run(batchOf(0), { ...scalarsOf(tiny), learningRate: 0 })
      const names = changed(before, step.read()).filter((name) => name.startsWith("parameters"))
      assert.isTrue(names.length > 0 && names.every((name) => /(beta|bias)$/.test(name)), names.join(", "))
    })
    const auto: Configuration = { ...tiny, clip: ClipPolicy.auto({ percentile: 50 }) }
    using(make, auto, (step) => {
      const memory: Clip.Memory = { _tag: "Norms", norms: [1e-3, 2e-3, 3e-3] }
      const { clipBound, clipped } = step.run(batchOf(0), scalarsOf(auto, memory))
      assert.deepStrictEqual([clipped, clipBound], [true, 2.5e-3])
    })
  })
})
