/**
 * The training loop: batches in, events out, until the length is reached, a fault is found or somebody asks to stop.
 */
import * as Effect from "effect/Effect"
import { NonFinite } from "../../dsl/Fault.ts"
import type { Batch } from "../data/Batch.ts"
import * as EmaDecay from "../optim/Ema.ts"
import * as Clip from "../optim/Clip.ts"
import type { Curve } from "../optim/Curve.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Step, StepOutcome } from "../step/Step.ts"
import type { Inject } from "../step/Injection.ts"
import type * as Divergence from "./Divergence.ts"
import type { StepEvent } from "./Event.ts"
import type * as Spike from "./Spike.ts"
import type { Tally } from "./Tally.ts"

/** Where the loop stands: `step` optimizer steps are done, and the clip policy remembers what it has seen. */
export interface Position {
  readonly step: number
  readonly clip: Clip.Memory
}

export interface Training<E> {
  readonly recipe: Recipe.Recipe
  readonly curve: Curve
  /** Where the loop begins, with a step, a tally and detectors that have come as far. */
  readonly from: Position
  /** Where the loop ends: the end of the curve, or earlier for a part of a training. */
  readonly lastStep: number
  readonly step: Step
  readonly tally: Tally
  readonly divergence: Divergence.Detector
  readonly spikes: Spike.Detector
  /** The next training batch; the first one is that of `from`. */
  readonly nextBatch: Effect.Effect<Batch, E>
  /** Looks at a step's first batch before the step is taken. */
  readonly onBatch: (step: number, batch: Batch) => void
  /** What is injected into a step on purpose. */
  readonly inject: (step: number) => Inject
  /** Hears of every step, of where the loop stands after it, and of the spike that it was; null for none. */
  readonly onStep: (event: Omit<StepEvent, "run" | "attempt">, position: Position, spike: Spike.Found | null) => void
  /** Runs between steps after `position.step` of them: evaluation and checkpoints. True ends the loop. */
  readonly between: (position: Position) => Effect.Effect<boolean, E>
  /** Asked before every step; true ends the loop. */
  readonly stopping: () => boolean
}

/** Lets timers, signals and messages in: steps and waiting batches alone never would. */
const letOthersIn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** The last step's figures are smoothed over this many steps when images a second are told. */
const rateWindow = 10

const faultOf = (outcome: StepOutcome, step: number): NonFinite => {
  const what = !Number.isFinite(outcome.loss)
    ? `the loss is ${outcome.loss}`
    : Number.isFinite(outcome.gradNorm)
    ? `a running statistic overflows while the loss is still ${outcome.loss}`
    : `the gradients' norm is ${outcome.gradNorm} while the loss is still ${outcome.loss}`
  return new NonFinite({ step, loss: outcome.loss, gradNorm: outcome.gradNorm, message: `at step ${step} ${what}` })
}

/**
 * Trains from the step's present state and returns where it ended: at `lastStep`, or earlier where it was asked to
 * stop, or `between` ends it. Fails with NonFinite at the first step whose loss or gradient norm is not finite, which
 * changed nothing, and with Diverged where the losses say so.
 */
export const run = Effect.fn("Loop.run")(function*<E>(training: Training<E>) {
  const { curve, divergence, lastStep, recipe, spikes, tally } = training
  const { batches } = recipe.accumulate
  const durations: Array<number> = []
  let position = training.from
  while (position.step < lastStep && !training.stopping()) {
    const began = performance.now()
    const { clip, step } = position
    let batch = yield* training.nextBatch
    let boxes = batch.present.includes(1)
    const looks = performance.now()
    training.onBatch(step, batch)
    const looked = performance.now() - looks
    for (let index = 1; index < batches; index++) {
      training.step.accumulate(batch)
      batch = yield* training.nextBatch
      boxes ||= batch.present.includes(1)
    }
    const row = curve.at(step)
    const outcome = training.step.run(batch, {
      learningRate: row.learningRate,
      biasLearningRate: row.biasLearningRate,
      momentum: row.momentum,
      clipBound: Clip.fixedBound(recipe.clip),
      clipInputs: Clip.inputs(recipe.clip, clip),
      emaDecay: EmaDecay.decayAt(recipe.ema, step + 1),
      inject: training.inject(step)
    })
    tally.add(outcome)
    durations.push(performance.now() - began - looked)
    if (durations.length > rateWindow) durations.shift()
    const seconds = durations.reduce((sum, duration) => sum + duration, 0) / 1000
    if (outcome.finite) position = { step: step + 1, clip: Clip.remember(recipe.clip, clip, outcome.gradNorm) }
    training.onStep(
      {
        kind: "step",
        step,
        totalSteps: lastStep,
        ...outcome,
        learningRate: row.learningRate,
        momentum: row.momentum,
        lossScale: 1,
        imagesPerSecond: (durations.length * recipe.batch * batches) / seconds
      },
      position,
      outcome.finite ? spikes.look(step, outcome) : null
    )
    if (!outcome.finite) return yield* faultOf(outcome, step)
    const diverged = divergence.look(step, outcome, boxes)
    if (diverged !== null) return yield* diverged
    if (yield* training.between(position)) return position
    yield* letOthersIn
  }
  return position
})
