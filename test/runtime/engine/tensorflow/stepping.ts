/**
 * What a step on TensorFlow must do, whichever way it computes: operation by operation, or as one session.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Kernels from "../../../../runtime/engine/tensorflow/Kernels.ts"
import type * as Native from "../../../../runtime/engine/tensorflow/Native.ts"
import * as Parity from "../../../../runtime/engine/tensorflow/Parity.ts"
import * as Session from "../../../../runtime/engine/tensorflow/Session.ts"
import type { Configuration } from "../../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../../runtime/step/EagerStep.ts"
import type * as Parts from "../../../../runtime/step/Parts.ts"
import type { NamedTensor, State, Step } from "../../../../runtime/step/Step.ts"
import * as Reference from "../../step/reference.ts"
import { batchOf, changed, distance, plain, scalars, small, tensorsOf, unclipped, withValue } from "../../step/small.ts"
import { loadTensorflow } from "./engine.ts"

const none = new Float32Array()

const dataOf = (tensors: ReadonlyArray<NamedTensor>): ReadonlyMap<string, Float32Array> =>
  new Map(tensors.map(({ data, name }) => [name, data]))

const sumOf = (parts: Parts.LossParts): number => Object.values(parts).reduce((sum, part) => sum + part, 0)

interface Pair {
  readonly eager: EagerStep.EagerStep
  readonly session: Step
  readonly start: State
}

export const makePair = (backend: Native.Backend, configuration: Configuration): Pair => {
  const eager = EagerStep.make(configuration, Kernels.make(backend))
  return { eager, session: Session.make(backend, configuration, eager), start: eager.read() }
}

/** Declares that the small networks' pairs are made before the tests, and hands them out as they began. */
export const pairs = (): (configuration: Configuration) => Pair => {
  const made = new Map<Configuration, Pair>()
  beforeAll(() => {
    const backend = loadTensorflow()
    for (const configuration of [small, plain]) made.set(configuration, makePair(backend, configuration))
  })
  afterAll(() => {
    for (const { eager, session } of made.values()) {
      eager.dispose()
      session.dispose()
    }
  })
  return (configuration) => {
    const pair = made.get(configuration)
    if (pair === undefined) throw new Error("no step of this configuration was made")
    pair.eager.write(pair.start)
    pair.session.write(pair.start)
    return pair
  }
}

/** Declares the tests of a step that computes in one of the two ways. */
export const behaves = (mode: "eager" | "session", pairOf: (configuration: Configuration) => Pair): void => {
  describe(`A step, ${mode}`, () => {
    const startOf = (configuration: Configuration): Step => pairOf(configuration)[mode]

    it("reports parts after their gains, which add up to the loss", () => {
      const step = startOf(small)
      for (let index = 0; index < 3; index++) {
        const { loss, parts } = step.run(batchOf(small, index), scalars)
        assert.isTrue(Object.values(parts).every((part) => part > 0))
        assert.approximately(sumOf(parts) / loss, 1, 1e-6)
      }
    })

    const good = batchOf(small, 1)
    const breaks = [
      ["a pixel is NaN", withValue(good, "images", 5, NaN), scalars],
      ["the last pixel is NaN", withValue(good, "images", good.images.length - 1, NaN), scalars],
      ["a pixel is infinite", withValue(good, "images", 777, Infinity), scalars],
      ["a box is NaN", withValue(good, "boxes", 2, NaN), scalars],
      ["a box is infinite", withValue(good, "boxes", 3, Infinity), scalars],
      ["a pixel is NaN and nothing is clipped", withValue(good, "images", 5, NaN), unclipped]
    ] as const
    for (const [name, bad, values] of breaks) {
      it(`changes not one bit of the state where ${name}, says so, and goes on`, () => {
        for (const configuration of [small, plain]) {
          const step = startOf(configuration)
          // Momenta and averages that are not what they start from.
          step.run(batchOf(configuration, 0), values)
          const before = step.read()
          const outcome = step.run(bad, values)
          assert.isFalse(outcome.finite)
          assert.isFalse(outcome.clipped)
          assert.isFalse(Number.isFinite(outcome.loss) && Number.isFinite(outcome.gradNorm))
          const after = step.read()
          assert.deepStrictEqual(changed(before, after), [])
          const next = step.run(good, values)
          assert.isTrue(next.finite)
          assert.isAbove(changed(after, step.read()).length, 0.9 * tensorsOf(after).size)
        }
      })
    }

    it("changes nothing either where only the gradient is not finite, and says so", () => {
      const step = startOf(small)
      const state = step.read()
      // Batch norm divides a scale of 1e-25 out of the forward pass; backwards it multiplies by its inverse.
      const parameters = state.parameters.map((tensor) =>
        tensor.name === "backbone.0.norm.gamma" ? { ...tensor, data: tensor.data.map(() => 1e-25) } : tensor
      )
      step.write({ ...state, parameters })
      const before = step.read()
      const outcome = step.run(good, scalars)
      assert.isTrue(Number.isFinite(outcome.loss))
      assert.isFalse(Number.isFinite(outcome.gradNorm))
      assert.isFalse(outcome.finite)
      assert.deepStrictEqual(changed(before, step.read()), [])
    })

    it("reads back what was written, to the bit", () => {
      const step = startOf(small)
      step.run(good, scalars)
      const trained = step.read()
      const { start } = pairOf(small)
      assert.deepStrictEqual(changed(start, step.read()), [])
      assert.isAbove(changed(start, trained).length, 0.9 * tensorsOf(start).size)
      step.write(trained)
      assert.deepStrictEqual(changed(trained, step.read()), [])
    })

    it("goes on to the bit where a fresh step is given the state in the middle", () => {
      const step = startOf(small)
      const outcomesOf = (of: Step, from: number, to: number) =>
        Array.from({ length: to - from }, (_, index) => of.run(batchOf(small, from + index), scalars))
      outcomesOf(step, 0, 2)
      const middle = step.read()
      const expected = outcomesOf(step, 2, 5)
      const end = step.read()
      const fresh = makePair(loadTensorflow(), { ...small, seed: small.seed + 1 })
      assert.isAbove(changed(step.read(), fresh[mode].read()).length, 0)
      fresh[mode].write(middle)
      assert.deepStrictEqual(outcomesOf(fresh[mode], 2, 5), expected)
      assert.deepStrictEqual(changed(end, fresh[mode].read()), [])
      fresh.eager.dispose()
      fresh.session.dispose()
    })

    it("depends on every value that it is fed", () => {
      const outcome = (feed: Partial<typeof good>) => startOf(small).run({ ...good, ...feed }, scalars).loss
      const losses = [
        outcome({}),
        outcome({ images: batchOf(small, 2).images }),
        outcome({ boxes: good.boxes.map((side) => side * 0.9) }),
        outcome({ classes: good.classes.map((kind) => (kind + 1) % 3) }),
        outcome({ present: good.present.map((flag, index) => index < small.maxBoxes ? 0 : flag) })
      ]
      assert.strictEqual(new Set(losses).size, losses.length)
      const states = ([
        {},
        { learningRate: 0.02 },
        { biasLearningRate: 0.02 },
        { momentum: 0.8 },
        { clipBound: 3 },
        { emaDecay: 0.9 }
      ] as const).map((change) => {
        const step = startOf(small)
        // The momentum of a first step has nothing to act on.
        step.run(good, scalars)
        step.run(good, { ...scalars, ...change })
        return step.read()
      })
      const [reference, ...others] = states
      const parts = others.map((state) => {
        const names = changed(reference as State, state)
        return ["parameters", "optimizer", "buffers", "ema"].filter((part) =>
          names.some((name) => name.startsWith(part))
        )
      })
      const everything = ["parameters", "optimizer", "ema"]
      assert.deepStrictEqual(parts, [["parameters", "ema"], ["parameters", "ema"], everything, everything, ["ema"]])
    })

    it("predicts with the average where there is one, else with the weights", () => {
      for (const configuration of [small, plain]) {
        const step = startOf(configuration)
        const { images } = batchOf(configuration, 4)
        const first = step.predict(images)
        for (let index = 0; index < 3; index++) step.run(batchOf(configuration, index), { ...scalars, emaDecay: 0.5 })
        const state = step.read()
        const trained = step.predict(images)
        assert.isAbove(distance(trained.scores, first.scores), 1e-4)
        const frozen = (part: "parameters" | "ema"): State => ({
          ...state,
          parameters: part === "parameters" ? pairOf(configuration).start.parameters : state.parameters,
          ema: part === "ema" ? pairOf(configuration).start.ema : state.ema
        })
        step.write(frozen(configuration.ema ? "ema" : "parameters"))
        assert.isAbove(distance(step.predict(images).scores, trained.scores), 1e-4)
        if (configuration.ema) {
          step.write(frozen("parameters"))
          assert.deepStrictEqual(step.predict(images), trained)
        }
      }
    })

    it("trains as PyTorch does", () => {
      const pair = makePair(loadTensorflow(), Reference.configuration)
      const step = pair[mode]
      const start = Reference.start()
      step.write(start)
      const clipped = Reference.fixture.steps.map((expected, index) => {
        const { clipped, gradNorm, loss, parts } = step.run(Reference.batchOf(index), Reference.scalars)
        assert.approximately(loss / expected.loss, 1, 5e-5)
        for (const part of ["box", "class", "dfl"] as const) {
          assert.approximately((parts[part] ?? NaN) / expected[part], 1, 5e-5, `${part} of step ${index}`)
        }
        assert.approximately(gradNorm / expected.gradNorm, 1, 2e-4)
        return clipped
      })
      assert.deepStrictEqual(new Set(clipped), new Set([true, false]))
      const end = step.read()
      const before = dataOf([...start.parameters, ...start.buffers])
      const after = dataOf([...end.parameters, ...end.buffers])
      assert.deepStrictEqual([...after.keys()].toSorted(), Object.keys(Reference.fixture.changes).toSorted())
      for (const [name, [length, product]] of Object.entries(Reference.fixture.changes)) {
        const [from, to] = [before.get(name) ?? none, after.get(name) ?? none]
        const [actual, along] = Reference.changeOf(name, from, to)
        // What rounding to float32 at every step may add up to.
        const rounding = 1e-7 * Math.sqrt(from.length) * from.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
        assert.isBelow(Math.abs(actual - length), 1e-3 * length + rounding, `length of the change of ${name}`)
        assert.isBelow(Math.abs(along - product), 1e-3 * length + rounding, `direction of the change of ${name}`)
      }
      pair.eager.dispose()
      pair.session.dispose()
    })
  })
}

/** Declares the test that a session's bits do not depend on the timing of threads, as far as so many repetitions tell. */
export const repeatsItsBits = (repetitions: number): void => {
  it("computes the same bits again and again, whatever order its operations end in", () => {
    // Of this size the threads' timing decides which of three gradients of a sum is there first.
    const configuration: Configuration = { ...plain, batch: 16 }
    const { eager, session, start } = makePair(loadTensorflow(), configuration)
    const batch = Parity.exampleBatch(configuration)
    const taken = () => {
      session.write(start)
      return { outcome: session.run(batch, scalars), state: session.read() }
    }
    const first = taken()
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const { outcome, state } = taken()
      assert.deepStrictEqual(outcome, first.outcome)
      assert.deepStrictEqual(changed(first.state, state), [], `repetition ${repetition}`)
    }
    eager.dispose()
    session.dispose()
  })
}
