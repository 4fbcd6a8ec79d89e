/**
 * One attempt at a run, from the recipe to its outcome: what the training process does.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type * as Length from "../../dsl/Length.ts"
import * as Fault from "../../dsl/Fault.ts"
import type * as Injection from "../../dsl/Injection.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Loader from "../data/Loader.ts"
import type { Source } from "../data/Source.ts"
import { Engine } from "../engine/Engine.ts"
import * as PlanLength from "../plan/Length.ts"
import * as Plan from "../plan/Plan.ts"
import type { Step } from "../step/Step.ts"
import * as Checkpoint from "./Checkpoint.ts"
import * as EarlyStop from "./EarlyStop.ts"
import * as Evaluate from "./Evaluate.ts"
import type { Event, StatusEvent } from "./Event.ts"
import * as Loop from "./Loop.ts"
import * as Monitor from "./Monitor.ts"
import type { AttemptOutcome, OutcomeFault } from "./Outcome.ts"
import * as Setup from "./Setup.ts"
import { Tally } from "./Tally.ts"
import * as TrainedStart from "./TrainedStart.ts"

/** What one attempt is to do, as plain data that another process can receive. */
export interface Assignment {
  readonly run: string
  readonly attempt: number
  readonly arm: string
  readonly seed: number
  readonly recipe: Recipe.Recipe
  readonly source: Source
  /** The trained weights to start from; null where all start at random. */
  readonly start: TrainedStart.TrainedStart | null
  /** Ends the attempt after so many steps, while the schedule stays that of the whole length; null for all of them. */
  readonly steps: number | null
  /** The attempt's folder, absolute. */
  readonly directory: string
  /** The checkpoint to go on from, an absolute folder; null to begin at the first step. */
  readonly from: string | null
  /** What is to go wrong on purpose in this attempt; null for nothing. */
  readonly injection: Injection.Injection | null
  /** Names who may write: checkpoints are refused where the attempt's folder names another one. */
  readonly token: string
}

/** What an attempt is watched and steered by. */
export interface Watch {
  readonly emit: (event: Event) => void
  /** Asked before every step; true ends the attempt with a checkpoint. */
  readonly stopping: () => boolean
}

const every = (length: Length.Length | null, stepsPerEpoch: number): number =>
  length === null ? Infinity : Math.max(1, PlanLength.steps(length, stepsPerEpoch) ?? Infinity)

const outcomeFault = (fault: Fault.Fault, done: number): OutcomeFault => ({
  tag: fault._tag,
  message: fault.message,
  step: "step" in fault ? fault.step : null,
  onset: done,
  injected: null
})

/** A checkpoint that cannot be written is the host's failure, and no better reason to train on without one. */
const hostFailed = ({ message }: Checkpoint.CheckpointError): Fault.WorkerLost =>
  new Fault.WorkerLost({ exitCode: null, signal: null, message })

/** What TensorFlow says where a device or the host has no memory left. */
const outOfMemory = /\bOOM\b|RESOURCE_EXHAUSTED|ResourceExhausted|bad_alloc|out of memory|Array buffer allocation failed/i

const thrown = (engine: string, done: number) => (defect: unknown): Fault.Fault => {
  const message = defect instanceof Error ? defect.message : String(defect)
  return outOfMemory.test(message)
    ? new Fault.OutOfMemory({ step: done, message: `no memory is left: ${message}` })
    : new Fault.EngineFault({ engine, message })
}

/**
 * Trains as assigned and returns how that ended; a fault is an outcome, not a failure. Evaluates and writes a checkpoint
 * at the end, and where the recipe says; after a fault neither.
 */
export const run = Effect.fn("Attempt.run")(
  function*(assignment: Assignment, watch: Watch): Effect.fn.Return<AttemptOutcome, never, Engine> {
    const began = performance.now()
    const engine = yield* Engine
    const tally = new Tally()
    let compiled: Step | null = null
    let measured: Evaluate.Measured | null = null
    let done = 0
    let trainingSeconds = 0
    let stopped: string | null = null
    let best: { readonly step: number; readonly directory: string; readonly measured: Evaluate.Measured } | null = null

    const origin = () => ({ run: assignment.run, attempt: assignment.attempt, step: done })
    const status = (status: StatusEvent["status"], detail: string | null = null) =>
      Effect.sync(() => watch.emit({ ...origin(), kind: "status", status, detail }))

    const outcome = (status: AttemptOutcome["status"], fault: Fault.Fault | null): AttemptOutcome => ({
      status,
      from: 0,
      exact: null,
      best: best?.step ?? null,
      steps: done,
      stopped: status === "succeeded" ? stopped : null,
      fault: fault === null ? null : outcomeFault(fault, done),
      incident: null,
      engine: { ...engine.description, execution: compiled?.execution ?? { mode: "session", reason: null } },
      metrics: {
        loss: fault === null ? tally.loss : Infinity,
        map50: (best?.measured ?? measured)?.map50 ?? null,
        map: (best?.measured ?? measured)?.map ?? null,
        accuracy: (best?.measured ?? measured)?.accuracy ?? null,
        imagesPerSecond: trainingSeconds === 0
          ? 0
          : (tally.steps * assignment.recipe.batch * assignment.recipe.accumulate.batches) / trainingSeconds,
        seconds: (performance.now() - began) / 1000
      },
      clipRate: tally.clipRate,
      gradNorm: tally.gradNorm,
      spikes: 0,
      skipped: 0,
      advice: []
    })

    const train = Effect.gen(function*() {
      const { recipe, seed, source, start } = assignment
      const { curve, graph, identity, schedule } = Plan.resolveArm(assignment.arm, recipe, source.facts, start)
      const { stepsPerEpoch, totalSteps } = schedule
      if (graph === null || curve === null || totalSteps === null || stepsPerEpoch === null || identity.training === null) {
        return yield* Effect.die(new Error("an arm that cannot run was started"))
      }
      const lastStep = Math.min(totalSteps, assignment.steps ?? Infinity)
      const loader = yield* Loader.make({
        ...Setup.makingOf(recipe, source, seed),
        start: 0
      })
      yield* status("compiling")
      const step = yield* engine.compile(Setup.configurationOf(recipe, graph, source, seed))
      compiled = step
      if (start !== null) step.write(TrainedStart.applied(step.read(), start))

      const evaluate = Effect.gen(function*() {
        const started = performance.now()
        yield* status("evaluating")
        const found = yield* Evaluate.measure(step, loader, graph, source.images.val)
        measured = found
        watch.emit({ ...origin(), kind: "eval", ...found, seconds: (performance.now() - started) / 1000 })
        return found
      })
      const checkpoints = path.join(assignment.directory, "checkpoints")
      const early = EarlyStop.judge(recipe.earlyStop)
      const checkpoint = (position: Loop.Position) =>
        Effect.gen(function*() {
          const directory = yield* Checkpoint.write(checkpoints, {
            cursor: { ...position, seed, training: identity.training ?? "", data: identity.data },
            state: step.read()
          }).pipe(Effect.mapError(hostFailed))
          watch.emit({ ...origin(), kind: "checkpoint", directory: path.relative(assignment.directory, directory) })
          return directory
        })
      const prune = recipe.checkpoint.keep === null
        ? Effect.void
        : Effect.suspend(() =>
          Checkpoint.prune(checkpoints, recipe.checkpoint.keep ?? Infinity, new Set(best === null ? [] : [best.directory]))
        ).pipe(Effect.mapError(hostFailed))
      const evaluateEvery = every(recipe.evaluate.every, stepsPerEpoch)
      const checkpointEvery = every(recipe.checkpoint.every, stepsPerEpoch)
      const monitorEvery = recipe.monitor._tag === "Off" ? Infinity : every(recipe.monitor.length, stepsPerEpoch)
      const histograms = recipe.monitor._tag === "Every" && recipe.monitor.histograms

      yield* status("training", step.execution.reason)
      let clock = performance.now()
      const position = yield* Loop.run({
        recipe,
        curve,
        lastStep,
        stepsPerEpoch,
        step,
        tally,
        nextBatch: loader.next,
        onBatch: (index, batch) => {
          if (monitorEvery === Infinity || index % monitorEvery !== 0) return
          const seen = Monitor.look(step, batch, recipe.loss, histograms)
          watch.emit({ ...origin(), kind: "monitor", ...seen })
          // Looking is no part of how fast it trains.
          clock += 1000 * seen.seconds
        },
        onStep: (event) => {
          trainingSeconds += (performance.now() - clock) / 1000
          clock = performance.now()
          if (event.finite) done = event.step + 1
          watch.emit({ run: assignment.run, attempt: assignment.attempt, ...event })
        },
        between: (position) =>
          Effect.gen(function*() {
            if (position.step === lastStep) return false
            let written = position.step % checkpointEvery === 0 ? yield* checkpoint(position) : null
            if (position.step % evaluateEvery === 0) {
              const found = yield* evaluate
              const verdict = early.look(position.step, found)
              if (verdict.best) {
                written = written ?? (yield* checkpoint(position))
                best = { step: position.step, directory: written, measured: found }
              }
              stopped = verdict.stop
              if (stopped === null) yield* status("training")
            }
            if (written !== null) yield* prune
            clock = performance.now()
            return stopped !== null
          }),
        stopping: watch.stopping
      })
      const last = yield* checkpoint(position)
      yield* prune
      if (position.step < lastStep && stopped === null) {
        yield* status("interrupted")
        return outcome("interrupted", null)
      }
      if (stopped === null) {
        const found = yield* evaluate
        if (early.look(position.step, found).best) best = { step: position.step, directory: last, measured: found }
      }
      yield* status("succeeded", stopped)
      return outcome("succeeded", null)
    })

    yield* status("starting")
    return yield* Effect.scoped(train).pipe(
      Effect.catchDefect((defect) => Effect.fail(thrown(engine.description.engine, done)(defect))),
      Effect.catch((fault) => Effect.as(status("failed", fault.message), outcome("failed", fault)))
    )
  }
)
