import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Injection from "../../../../dsl/Injection.ts"
import * as Retry from "../../../../dsl/Retry.ts"
import { Reporter } from "../../../../runtime/run/Reporter.ts"
import type { AppliedRemedy, AttemptResult } from "../../../../runtime/run/Result.ts"
import * as RunOutcome from "../../../../runtime/run/RunOutcome.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import * as MeasuredReporter from "../../../../runtime/run/telemetry/MeasuredReporter.ts"
import { checkpointEvent, statusEvent, stepEvent } from "../../report/events.ts"
import { attempts, jobIn, record } from "../jobs.ts"
import { attemptResult, failedRun, runResult } from "../results.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { type Family, valueOf } from "./exposition.ts"
import { measured, shown } from "./measuring.ts"

const run = { id: "r1", arm: "a", seed: 0, directory: "/runs/r1" }

/** A reporter that notes what it is told. */
const noting = () => {
  const told: Array<string> = []
  const note = (name: string) => () => {
    told.push(name)
  }
  const layer = Layer.succeed(Reporter, {
    launched: note("launched"),
    begins: note("begins"),
    event: note("event"),
    decided: note("decided"),
    ended: note("ended")
  })
  return { told, layer }
}

const listening = <A, E, R>(
  use: (reporter: Reporter["Service"]) => Effect.Effect<A, E, R>,
  layer: Layer.Layer<Reporter> = Reporter.layerSilent
) => measured(Effect.flatMap(Reporter, use).pipe(Effect.provide(MeasuredReporter.layer), Effect.provide(layer)))

const failed = (number: number, tag: string): AttemptResult =>
  attemptResult({ number, status: "failed", fault: { tag, message: "no", step: 3, onset: 3, injected: null } })

const remedy: AppliedRemedy = {
  change: "half the rate",
  fields: [{ path: "schedule.peak", before: 1, after: 0.5 }],
  engine: null,
  from: 0
}

const ofAttempts = (families: ReadonlyArray<Family>, status: string, fault: string): number =>
  valueOf(families, "ballast_attempts_total", { status, fault })

describe("MeasuredReporter", () => {
  it.effect("passes everything on", () => {
    const { layer, told } = noting()
    return listening((reporter) =>
      Effect.sync(() => {
        reporter.launched("e", "l", [run])
        reporter.begins(run, attemptResult())
        reporter.event(stepEvent(0), run)
        reporter.decided(run, attemptResult(), { kind: "diagnose" })
        reporter.ended(runResult())
        assert.deepStrictEqual(told, ["launched", "begins", "event", "decided", "ended"])
      }), layer)
  })

  it.effect("counts each attempt that began here once, by its fault, and what followed it", () =>
    listening(Effect.fnUntraced(function*(reporter) {
      reporter.begins(run, { number: 1, from: 0, remarks: [] })
      reporter.decided(run, failed(1, "NonFinite"), { kind: "diagnose" })
      reporter.decided(run, failed(1, "NonFinite"), { kind: "undiagnosed", reason: "?" })
      reporter.decided(run, failed(1, "NonFinite"), { kind: "remedy", remedy })
      reporter.begins(run, { number: 2, from: 0, remarks: [] })
      reporter.decided(run, failed(2, "WorkerLost"), { kind: "again", after: 1, from: 0, try: 1, of: 5 })
      reporter.begins(run, { number: 3, from: 0, remarks: [] })
      reporter.decided(run, failed(3, "Diverged"), { kind: "remedy", remedy: { ...remedy, engine: "wasm" } })
      reporter.begins(run, { number: 4, from: 0, remarks: [] })
      reporter.decided(run, failed(4, "Cosmic"), { kind: "remedy", remedy: { ...remedy, fields: [] } })
      reporter.begins(run, { number: 5, from: 0, remarks: [] })
      reporter.ended(runResult({ id: "r1", attempts: [failed(1, "NonFinite"), attemptResult({ number: 5 })] }))
      const after = yield* shown
      for (const fault of ["NonFinite", "WorkerLost", "Diverged", "other"]) {
        assert.strictEqual(ofAttempts(after, "failed", fault), 1, fault)
      }
      assert.strictEqual(ofAttempts(after, "succeeded", "none"), 1)
      for (const change of ["again", "recipe", "engine", "state"]) {
        assert.strictEqual(valueOf(after, "ballast_remedies_total", { change }), 1, change)
      }
      assert.strictEqual(valueOf(after, "ballast_runs_ended_total", { status: "succeeded" }), 1)
    })))

  it.effect("counts an attempt after which nothing is decided, and none of another process", () =>
    listening(Effect.fnUntraced(function*(reporter) {
      reporter.begins(run, { number: 2, from: 10, remarks: [] })
      const attempts = [failed(1, "WorkerLost"), attemptResult({ number: 2, status: "interrupted" })]
      reporter.ended(runResult({ id: "r1", status: "interrupted", attempts }))
      reporter.decided({ ...run, id: "r2" }, failed(1, "NonFinite"), { kind: "stop", reason: "never" })
      reporter.ended(failedRun("NonFinite", { id: "r2" }))
      const after = yield* shown
      assert.strictEqual(ofAttempts(after, "interrupted", "none"), 1)
      assert.strictEqual(ofAttempts(after, "failed", "WorkerLost"), 0)
      assert.strictEqual(ofAttempts(after, "failed", "NonFinite"), 0)
      assert.strictEqual(valueOf(after, "ballast_runs_ended_total", { status: "failed" }), 1)
      assert.strictEqual(valueOf(after, "ballast_runs_ended_total", { status: "interrupted" }), 1)
    })))

  it.effect("takes the time of a checkpoint for no step's, and an evaluation for no training", () =>
    listening(Effect.fnUntraced(function*(reporter) {
      reporter.event(stepEvent(0), run)
      reporter.event(checkpointEvent(1), run)
      reporter.event(stepEvent(1), run)
      reporter.event({ kind: "spike", run: "r1", attempt: 1, step: 1, loss: null, gradNorm: null }, run)
      reporter.event(stepEvent(2), run)
      const training = yield* shown
      assert.strictEqual(valueOf(training, "ballast_step_duration_seconds_count"), 1)
      assert.strictEqual(valueOf(training, "ballast_images_per_second"), 118.23)
      reporter.event(statusEvent(3, "evaluating"), run)
      assert.strictEqual(valueOf(yield* shown, "ballast_images_per_second"), 0)
    })))

  it.live("comes to what a training's own record says", () =>
    listening((reporter) =>
      inTemporaryFolder(Effect.fn(function*(folder) {
        const injection = Result.getOrThrow(Injection.parse("nan@12"))
        const job = yield* jobIn(folder, { length: { steps: 20 }, retry: Retry.diagnosed() }, { injection })
        yield* record(job)
        const { past } = yield* attempts(job, { onEvent: (event) => reporter.event(event, job) })
        const result = RunOutcome.of(job, 20, past)
        reporter.ended(result)
        const after = yield* shown
        assert.strictEqual(result.status, "succeeded")
        assert.strictEqual(valueOf(after, "ballast_nonfinite_steps_total"), 1)
        const trained = past.reduce((sum, { outcome }) => sum + outcome.steps - outcome.from, 0)
        assert.strictEqual(valueOf(after, "ballast_steps_total"), trained)
        assert.strictEqual(valueOf(after, "ballast_gradient_norm_count"), trained)
        assert.strictEqual(ofAttempts(after, "failed", "NonFinite"), past.length - 1)
        assert.strictEqual(ofAttempts(after, "succeeded", "none"), 1)
        const last = past.at(-1)?.outcome
        assert.closeTo(last?.clipRate ?? NaN, valueOf(after, "ballast_clipped_steps_total") / trained, 1e-9)
        assert.strictEqual(valueOf(after, "ballast_images_per_second"), 0)
      }, Effect.provide(Store.layerMemory)))
    ), 60_000)
})
