import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Accumulate from "../../../dsl/Accumulate.ts"
import * as ClipPolicy from "../../../dsl/Clip.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Ema from "../../../dsl/Ema.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import * as Wasm from "../../../runtime/engine/wasm/Backend.ts"
import * as WasmKernels from "../../../runtime/engine/wasm/Kernels.ts"
import * as Clip from "../../../runtime/optim/Clip.ts"
import type { Row } from "../../../runtime/optim/Curve.ts"
import * as EmaDecay from "../../../runtime/optim/Ema.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../runtime/step/EagerStep.ts"
import type { Kernels } from "../../../runtime/step/Kernels.ts"
import type { Scalars, Step } from "../../../runtime/step/Step.ts"
import * as Divergence from "../../../runtime/train/Divergence.ts"
import * as Loop from "../../../runtime/train/Loop.ts"
import * as Spike from "../../../runtime/train/Spike.ts"
import { Tally } from "../../../runtime/train/Tally.ts"
import { batchOf, tiny } from "../step/classifier.ts"
import { withValue } from "../step/small.ts"

const base = Recipe.make({
  data: Dataset.shapes({ train: 12, val: 3, seed: 1 }),
  model: Model.classifier({ channels: [3, 4], input: 8 }),
  optimizer: Optimizer.adamw(),
  schedule: LearningRate.constant(0.1),
  ema: Ema.exponential({ decay: 0.9, tau: 3 }),
  batch: 3,
  length: { steps: 8 }
})

/** Every step has rates of its own. */
const rowOf = (step: number): Row => ({
  learningRate: 0.1 / (step + 1),
  biasLearningRate: 0.2 / (step + 1),
  momentum: 0.9 - 0.01 * step
})

const middleOf = (values: ReadonlyArray<number>): number => {
  const ascending = values.toSorted((left, right) => left - right)
  const [low = NaN, high = NaN] = [ascending[(values.length - 1) >> 1], ascending[values.length >> 1]]
  return (low + high) / 2
}

describe("Loop.run", () => {
  let kernels: Kernels
  beforeAll(async () => {
    kernels = WasmKernels.make(await Wasm.load())
  })

  interface Options {
    readonly lastStep?: number
    /** What comes instead of the batch of a number. */
    readonly batch?: (index: number) => Batch
    /** Ends the loop after so many steps: by asking it to stop, or from between them. */
    readonly stopAfter?: number
    readonly endAfter?: number
  }

  /** Runs the loop on a step of the recipe, and writes down all that it does. */
  const run = Effect.fnUntraced(function*(changes: Partial<Recipe.Recipe> = {}, options: Options = {}) {
    const recipe = Recipe.with(base, changes)
    const configuration: Configuration = {
      ...tiny,
      optimizer: recipe.optimizer,
      clip: recipe.clip,
      accumulate: recipe.accumulate.batches
    }
    const step = EagerStep.make(configuration, kernels)
    const asked: Array<Scalars> = []
    const calls: Array<string> = []
    const watched: Step = {
      ...step,
      accumulate: (batch) => {
        calls.push(`accumulate ${batch.index}`)
        step.accumulate(batch)
      },
      run: (batch, scalars) => {
        calls.push(`run ${batch.index}`)
        asked.push(scalars)
        return step.run(batch, scalars)
      }
    }
    const events: Array<Parameters<Loop.Training<never>["onStep"]>[0]> = []
    const positions: Array<Loop.Position> = []
    let next = 0
    const end = yield* Loop.run({
      recipe,
      curve: { schedule: { _tag: "Constant", value: 0.1 }, totalSteps: 8, warmupSteps: 0, at: rowOf },
      from: { step: 0, clip: Clip.start(recipe.clip) },
      lastStep: options.lastStep ?? 8,
      divergence: Divergence.detector(),
      spikes: Spike.detector(),
      inject: () => [0, 0],
      step: watched,
      tally: new Tally(),
      nextBatch: Effect.sync(() => (options.batch ?? batchOf)(next++)),
      onBatch: (step, batch) => calls.push(`look ${step} ${batch.index}`),
      onStep: (event) => events.push(event),
      between: (position) =>
        Effect.sync(() => {
          positions.push(position)
          return position.step === options.endAfter
        }),
      stopping: () => events.length >= (options.stopAfter ?? Infinity)
    }).pipe(
      Effect.catch((fault) => Effect.succeed(fault)),
      Effect.ensuring(Effect.sync(() => step.dispose()))
    )
    return { asked, calls, end, events, positions }
  })

  it.effect("shows every batch once and in order, all but a step's last by accumulating it", () =>
    Effect.gen(function*() {
      const { calls } = yield* run({ accumulate: Accumulate.batches(3) }, { lastStep: 2 })
      const wanted = [
        ["look 0 0", "accumulate 0", "accumulate 1", "run 2"],
        ["look 1 3", "accumulate 3", "accumulate 4", "run 5"]
      ]
      assert.deepStrictEqual(calls, wanted.flat())
      assert.deepStrictEqual((yield* run({}, { lastStep: 2 })).calls, ["look 0 0", "run 0", "look 1 1", "run 1"])
    }))

  it.effect("stands after the steps that were taken, however many batches they are", () =>
    Effect.gen(function*() {
      for (const batches of [1, 2]) {
        const { end, positions } = yield* run({ accumulate: Accumulate.batches(batches) }, { lastStep: 4 })
        assert.deepStrictEqual(positions.map(({ step }) => step), [1, 2, 3, 4])
        assert.deepStrictEqual(end, positions.at(-1))
      }
    }))

  it.effect("gives a step the schedule's row, the policy's bound and the average's decay, counted by steps", () =>
    Effect.gen(function*() {
      const clip = ClipPolicy.zscore({ warmup: 2, threshold: 0.5, maxNorm: 7 })
      const { asked, events } = yield* run({ clip, accumulate: Accumulate.batches(2) })
      let memory = Clip.start(clip)
      assert.strictEqual(asked.length, 8)
      for (const [step, scalars] of asked.entries()) {
        assert.deepStrictEqual(scalars, {
          ...rowOf(step),
          clipBound: 7,
          clipInputs: Clip.inputs(clip, memory),
          emaDecay: EmaDecay.decayAt(base.ema, step + 1),
          inject: [0, 0]
        })
        memory = Clip.remember(clip, memory, events[step]?.gradNorm ?? NaN)
      }
      assert.deepStrictEqual([memory._tag, asked.some(({ clipInputs }) => clipInputs[0] !== 0)], ["Statistics", true])
    }))

  it.effect("tells the bound that held, and images of all of a step's batches", () =>
    Effect.gen(function*() {
      const { events, positions } = yield* run({ clip: ClipPolicy.auto({ percentile: 50, history: 3 }) })
      for (const [step, { clipBound, clipped, gradNorm }] of events.entries()) {
        const last = events.slice(Math.max(0, step - 2), step + 1).map(({ gradNorm }) => gradNorm)
        assert.approximately(clipBound / middleOf(last), 1, 1e-9, `step ${step}`)
        assert.strictEqual(clipped, gradNorm > clipBound)
      }
      assert.isTrue(events.some(({ clipped }) => clipped))
      const norms = events.slice(-3).map(({ gradNorm }) => gradNorm)
      assert.deepStrictEqual(positions.at(-1)?.clip, { _tag: "Norms", norms })
    }))

  it.effect("ends at a step that is not finite, whichever of its batches is to blame, and remembers no such norm", () =>
    Effect.gen(function*() {
      const clip = ClipPolicy.auto({ history: 100 })
      for (const at of [6, 7, 8]) {
        const { end, events, positions } = yield* run({ clip, accumulate: Accumulate.batches(3) }, {
          batch: (index) => index === at ? withValue(batchOf(index), "images", 3, NaN) : batchOf(index)
        })
        assert.include(end, { _tag: "NonFinite", step: 2 })
        assert.deepStrictEqual([events.length, positions.length, events.at(-1)?.finite], [3, 2, false])
        const norms = events.slice(0, 2).map(({ gradNorm }) => gradNorm)
        assert.deepStrictEqual(positions.at(-1)?.clip, { _tag: "Norms", norms })
        assert.isTrue(norms.every(Number.isFinite))
      }
    }))

  it.effect("ends where it is asked to, before the next step, and where what comes between steps says so", () =>
    Effect.gen(function*() {
      const stopped = yield* run({}, { stopAfter: 3 })
      assert.deepInclude(stopped.end, { step: 3 })
      assert.strictEqual(stopped.events.length, 3)
      const ended = yield* run({}, { endAfter: 5 })
      assert.deepInclude(ended.end, { step: 5 })
      assert.strictEqual(ended.events.length, 5)
      assert.strictEqual((yield* run({}, { stopAfter: 0 })).calls.length, 0)
    }))
})
