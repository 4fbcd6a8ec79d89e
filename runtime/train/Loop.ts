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
import * as Divergence from "./Divergence.ts"
import type { StepEvent } from "./Event.ts"
import type { Tally } from "./Tally.ts"

/**
 * Where the loop stands: `step` optimizer steps are done, the next batch is `batch` of `epoch`, and the clip policy
 * remembers what it has seen.
 */
export interface Position {
  readonly step: number
  readonly epoch: number
  readonly batch: number
  readonly clip: Clip.Memory
}

export interface Training<E> {
  readonly recipe: Recipe.Recipe
  readonly curve: Curve
  /** Where the loop ends: the end of the curve, or earlier for a part of a training. */
  readonly lastStep: number
  readonly stepsPerEpoch: number
  readonly step: Step
  readonly tally: Tally
  /** The next training batch; they come in the order of epoch and index. */
  readonly nextBatch: Effect.Effect<Batch, E>
  /** Looks at a step's first batch before the step is taken. */
  readonly onBatch: (step: number, batch: Batch) => void
  readonly onStep: (event: Omit<StepEvent, "run" | "attempt">) => void
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
  const what = Number.isFinite(outcome.loss)
    ? `the gradients' norm is ${outcome.gradNorm} while the loss is still ${outcome.loss}`
    : `the loss is ${outcome.loss}`
  return new NonFinite({ step, loss: outcome.loss, gradNorm: outcome.gradNorm, message: `at step ${step} ${what}` })
}

/**
 * Trains from the step's present state and returns where it ended: at `lastStep`, or earlier where it was asked to
 * stop, or `between` ends it. Fails with NonFinite at the first step whose loss or gradient norm is not finite, which changed nothing,
 * and with Diverged where the losses say so.
 */
export const run = Effect.fn("Loop.run")(function*<E>(training: Training<E>) {
  const { curve, lastStep, recipe, stepsPerEpoch, tally } = training
  const { batches } = recipe.accumulate
  const divergence = Divergence.detector()
  const durations: Array<number> = []
  let position: Position = { step: 0, epoch: 0, batch: 0, clip: Clip.start(recipe.clip) }
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
      emaDecay: EmaDecay.decayAt(recipe.ema, step + 1)
    })
    tally.add(outcome)
    durations.push(performance.now() - began - looked)
    if (durations.length > rateWindow) durations.shift()
    const seconds = durations.reduce((sum, duration) => sum + duration, 0) / 1000
    training.onStep({
      kind: "step",
      step,
      totalSteps: lastStep,
      ...outcome,
      learningRate: row.learningRate,
      momentum: row.momentum,
      lossScale: 1,
      imagesPerSecond: (durations.length * recipe.batch * batches) / seconds
    })
    if (!outcome.finite) return yield* faultOf(outcome, step)
    const diverged = divergence.look(step, outcome, boxes)
    if (diverged !== null) return yield* diverged
    const done = step + 1
    position = {
      step: done,
      epoch: Math.floor(done / stepsPerEpoch),
      batch: (done % stepsPerEpoch) * batches,
      clip: Clip.remember(recipe.clip, clip, outcome.gradNorm)
    }
    if (yield* training.between(position)) return position
    yield* letOthersIn
  }
  return position
})
