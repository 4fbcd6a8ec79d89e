/**
 * One attempt at a run, from the recipe to its outcome: what the training process does.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type * as Length from "../../dsl/Length.ts"
import type * as Fault from "../../dsl/Fault.ts"
import * as Injection from "../../dsl/Injection.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Loader from "../data/Loader.ts"
import type { Source } from "../data/Source.ts"
import { Engine } from "../engine/Engine.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import * as PlanLength from "../plan/Length.ts"
import * as Plan from "../plan/Plan.ts"
import * as Skips from "../plan/Skips.ts"
import type { Step } from "../step/Step.ts"
import * as Advice from "./Advice.ts"
import * as Beginning from "./Beginning.ts"
import * as Bundle from "./Bundle.ts"
import * as Checkpoint from "./Checkpoint.ts"
import * as Evaluate from "./Evaluate.ts"
import type { Event, StatusEvent } from "./Event.ts"
import * as Failure from "./Failure.ts"
import * as Fence from "./Fence.ts"
import * as Inject from "./Inject.ts"
import * as Inspection from "./Inspection.ts"
import * as Keeper from "./Keeper.ts"
import * as Loop from "./Loop.ts"
import * as Made from "./Made.ts"
import * as Monitor from "./Monitor.ts"
import type { AttemptOutcome, Exactness, OutcomeFault } from "./Outcome.ts"
import { Progress } from "./Progress.ts"
import * as Setup from "./Setup.ts"
import * as TrainedStart from "./TrainedStart.ts"
import * as Witness from "./Witness.ts"

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

/** The folder of what replays an attempt's fault, within the attempt's. */
const incidentName = "incident"

/**
 * Trains as assigned and returns how that ended; a fault is an outcome, not a failure. Evaluates and writes a checkpoint
 * at the end, and where the recipe says; after a fault neither, but what replays it.
 */
export const run = Effect.fn("Attempt.run")(
  function*(assignment: Assignment, watch: Watch): Effect.fn.Return<AttemptOutcome, never, Engine> {
    const began = performance.now()
    const engine = yield* Engine
    const { recipe, seed, source, start } = assignment
    const witness = Witness.make()
    let progress = new Progress(recipe, null)
    let exact: Exactness | null = null
    let compiled: Step | null = null
    let warmupSteps = 0
    let trainingSeconds = 0
    let incident: string | null = null
    let keeper: Keeper.Keeper | null = null
    let inspection: Inspection.Inspection | null = null
    const injector = Inject.make(assignment.injection, witness.shown)

    const origin = () => ({ run: assignment.run, attempt: assignment.attempt, step: progress.position.step })
    const status = (status: StatusEvent["status"], detail: string | null = null) =>
      Effect.sync(() => watch.emit({ ...origin(), kind: "status", status, detail }))
    const computing = (): AttemptOutcome["engine"] => ({
      ...engine.description,
      execution: compiled?.execution ?? { mode: "session", reason: null }
    })

    const outcome = (status: AttemptOutcome["status"], fault: OutcomeFault | null): AttemptOutcome => {
      const { best, from, measured, position: { step }, spikes, stopped, tally } = progress
      const counted = best?.measured ?? measured
      const images = (tally.steps - from) * recipe.batch * recipe.accumulate.batches
      return {
        status,
        from,
        exact,
        best: best?.step ?? null,
        steps: step,
        stopped: status === "succeeded" ? stopped : null,
        fault,
        incident,
        engine: computing(),
        metrics: {
          loss: fault === null ? tally.loss : Infinity,
          map50: counted?.map50 ?? null,
          map: counted?.map ?? null,
          accuracy: counted?.accuracy ?? null,
          imagesPerSecond: trainingSeconds === 0 ? 0 : images / trainingSeconds,
          seconds: (performance.now() - began) / 1000
        },
        clipRate: tally.clipRate,
        gradNorm: tally.gradNorm,
        spikes: spikes.memory().count,
        skipped: recipe.accumulate.batches * Skips.reached(recipe.feed.skip, step).reduce((sum, { steps }) => sum + steps, 0),
        advice: Advice.of({ recipe, warmupSteps, ...tally.figures })
      }
    }

    const evaluate = Effect.fnUntraced(function*(step: Step, loader: Loader.Loader, graph: TrainingGraph) {
      const started = performance.now()
      yield* status("evaluating")
      const { inspection: seen, measured } = yield* Evaluate.measure(step, loader, graph, source.images.val, progress.position.step)
      inspection = seen
      watch.emit({ ...origin(), kind: "eval", ...measured, seconds: (performance.now() - started) / 1000 })
      return progress.evaluated(measured)
    })

    const train = Effect.gen(function*() {
      const { curve, graph, identity, schedule } = Plan.resolveArm(assignment.arm, recipe, source.facts, start)
      const { stepsPerEpoch, totalSteps } = schedule
      if (graph === null || curve === null || totalSteps === null || stepsPerEpoch === null || identity.training === null) {
        return yield* Effect.die(new Error("an arm that cannot run was started"))
      }
      warmupSteps = curve.warmupSteps
      yield* Bundle.sweep(path.dirname(assignment.directory))
      const checkpoint = assignment.from === null
        ? null
        : yield* Checkpoint.read(assignment.from).pipe(Effect.mapError(Keeper.hostFailed))
      progress = new Progress(recipe, checkpoint)
      const lastStep = Math.min(totalSteps, assignment.steps ?? Infinity)
      const loader = yield* Loader.make({
        ...Setup.makingOf(recipe, source, seed),
        badImage: injector.badImage,
        start: progress.from
      })
      yield* status("compiling")
      const step = yield* engine.compile({
        ...Setup.configurationOf(recipe, graph, source, seed),
        inject: injector.configuration(graph)
      })
      compiled = step
      if (checkpoint !== null) Beginning.takeOver(step, checkpoint)
      else if (start !== null) step.write(TrainedStart.applied(step.read(), start))
      const made = Made.here(engine.description, step.execution)
      const of = { training: identity.training, data: identity.data, seed, made }
      exact = Beginning.exactness(checkpoint, of)
      const kept = yield* Keeper.make({
        step,
        tally: progress.tally,
        directory: assignment.directory,
        keep: recipe.checkpoint.keep,
        cursor: () => progress.cursor(of),
        onCheckpoint: (directory) =>
          watch.emit({ ...origin(), kind: "checkpoint", directory: path.relative(assignment.directory, directory) }),
        onUnsafe: (why) => watch.emit({ ...origin(), kind: "status", status: "training", detail: why }),
        writeFile: injector.writeFile,
        guard: () => Fence.pass(assignment.directory, assignment.token),
        now: () => performance.now()
      })
      keeper = kept
      const evaluateEvery = every(recipe.evaluate.every, stepsPerEpoch)
      const checkpointEvery = every(recipe.checkpoint.every, stepsPerEpoch)
      const monitorEvery = recipe.monitor._tag === "Off" ? Infinity : every(recipe.monitor.length, stepsPerEpoch)
      const histograms = recipe.monitor._tag === "Every" && recipe.monitor.histograms

      const details = [Beginning.said(progress.from, exact), step.execution.reason].filter((detail) => detail !== null)
      yield* status("training", details.length === 0 ? null : details.join("; "))
      let clock = performance.now()
      const end = yield* Loop.run({
        recipe,
        curve,
        from: progress.position,
        // A training that had stopped early before it was broken off has nothing left but its end.
        lastStep: progress.stopped === null ? lastStep : progress.from,
        step,
        tally: progress.tally,
        divergence: progress.divergence,
        spikes: progress.spikes,
        nextBatch: Effect.tap(loader.next, (batch) => Effect.sync(() => witness.saw(batch))),
        inject: injector.scalars,
        onBatch: (index, batch) => {
          injector.before(index)
          if (monitorEvery === Infinity || index % monitorEvery !== 0) return
          const seen = Monitor.look(step, batch, recipe.loss, histograms)
          watch.emit({ ...origin(), kind: "monitor", ...seen })
          // Looking is no part of how fast it trains.
          clock += 1000 * seen.seconds
        },
        onStep: (taken, position, spike) => {
          trainingSeconds += (performance.now() - clock) / 1000
          clock = performance.now()
          progress.position = position
          const event = { run: assignment.run, attempt: assignment.attempt, ...taken }
          witness.heard(event)
          watch.emit(event)
          if (spike !== null) watch.emit({ ...origin(), step: event.step, kind: "spike", ...spike })
        },
        between: (position) =>
          Effect.gen(function*() {
            witness.passed()
            if (position.step === lastStep) return false
            const evaluating = position.step % evaluateEvery === 0
            const best = evaluating && (yield* evaluate(step, loader, graph))
            if (progress.stopped !== null) return true
            if (evaluating) yield* status("training")
            yield* kept.keep(best || position.step % checkpointEvery === 0)
            clock = performance.now()
            return false
          }),
        stopping: watch.stopping
      })
      yield* kept.last
      const { stopped } = progress
      if (end.step < lastStep && stopped === null) {
        yield* status("interrupted")
        return outcome("interrupted", null)
      }
      if (stopped === null) yield* evaluate(step, loader, graph)
      const unkept = inspection === null ? null : yield* Inspection.keep(assignment, inspection)
      if (unkept !== null) yield* status("evaluating", unkept)
      yield* kept.done
      yield* status("succeeded", stopped)
      return outcome("succeeded", null)
    })

    /** Tells of a fault, as far as that can be told: the fault itself may be that events cannot be written any more. */
    const tell = (event: Event) => Effect.ignoreCause(Effect.sync(() => watch.emit(event)))

    const failed = Effect.fnUntraced(function*(fault: Fault.Fault) {
      const at = "step" in fault ? fault.step : null
      const step = at ?? progress.position.step
      const told: OutcomeFault = {
        tag: fault._tag,
        message: fault.message,
        step: at,
        onset: Failure.builtUp(fault) ? Math.min(progress.onset(step), keeper?.goodUntil() ?? step) : step,
        injected: injector.cause(fault, step)
      }
      const { arm, attempt, directory, injection, run, token } = assignment
      const kept = Failure.leavesIncident(fault) && Fence.admits(directory, token)
      const written = kept && (yield* Bundle.write(path.join(directory, incidentName), {
        document: {
          run,
          attempt,
          arm,
          seed,
          engine: computing(),
          fault: told,
          injection: injection === null ? null : Injection.text(injection),
          onset: told.onset,
          facts: source.facts,
          samples: witness.shown(),
          before: witness.before()
        },
        recipe,
        batches: witness.batches(),
        present: () => keeper?.present() ?? null,
        snapshots: () => keeper?.snapshots() ?? []
      }))
      if (written) {
        incident = incidentName
        yield* tell({ ...origin(), kind: "incident", directory: incidentName, tag: fault._tag, message: fault.message })
      }
      yield* tell({ ...origin(), kind: "status", status: "failed", detail: fault.message })
      return outcome("failed", told)
    })

    return yield* Effect.andThen(status("starting"), train).pipe(
      Effect.catchDefect((defect) => Effect.fail(Failure.thrown(defect, engine.description.engine, progress.position.step))),
      // Within the scope: the step must still be there to be read.
      Effect.catch(failed),
      Effect.scoped
    )
  }
)
