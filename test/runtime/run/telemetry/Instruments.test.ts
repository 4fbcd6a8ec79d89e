import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { ballastVersion } from "../../../../runtime/engine/Conditions.ts"
import { Instruments } from "../../../../runtime/run/telemetry/Instruments.ts"
import { families } from "../../../../runtime/run/telemetry/Metrics.ts"
import { stepEvent } from "../../report/events.ts"
import { valueOf } from "./exposition.ts"
import { measured, shown } from "./measuring.ts"

describe("Instruments", () => {
  it.effect("show every series from the beginning, at 0", () =>
    measured(Effect.gen(function*() {
      const before = yield* shown
      assert.sameMembers(before.map(({ name }) => name), families.map(({ name }) => name))
      for (const { help, kind, name, series } of families) {
        const family = before.find((one) => one.name === name)
        assert.deepStrictEqual([family?.type, family?.help], [kind, help])
        for (const { labels } of series) {
          const value = valueOf(before, kind === "histogram" ? `${name}_count` : name, labels)
          assert.deepStrictEqual(value, name.endsWith("_info") ? 1 : name.endsWith("_free_bytes") ? NaN : 0, name)
        }
      }
      const built = { version: ballastVersion(), node: process.versions.node }
      assert.strictEqual(valueOf(before, "ballast_build_info", built), 1)
    })))

  it.effect("count what a worker tells", () =>
    measured(Effect.gen(function*() {
      const { diskFree, heartbeatFailed, leaseLost, queue, remedied, runEnded, slots, storeFailed } = yield* Instruments
      queue({ waiting: 12, running: 3 })
      queue({ waiting: 11, running: 4 })
      slots({ all: 2, busy: 1 })
      diskFree(5e9)
      heartbeatFailed()
      leaseLost()
      leaseLost()
      storeFailed()
      remedied("recipe")
      runEnded("succeeded")
      runEnded("cancelled")
      const after = yield* shown
      assert.strictEqual(valueOf(after, "ballast_runs", { state: "waiting" }), 11)
      assert.strictEqual(valueOf(after, "ballast_runs", { state: "running" }), 4)
      assert.strictEqual(valueOf(after, "ballast_worker_slots"), 2)
      assert.strictEqual(valueOf(after, "ballast_worker_slots_busy"), 1)
      assert.strictEqual(valueOf(after, "ballast_disk_free_bytes"), 5e9)
      assert.strictEqual(valueOf(after, "ballast_heartbeat_failures_total"), 1)
      assert.strictEqual(valueOf(after, "ballast_leases_lost_total"), 2)
      assert.strictEqual(valueOf(after, "ballast_store_errors_total"), 1)
      assert.strictEqual(valueOf(after, "ballast_remedies_total", { change: "recipe" }), 1)
      assert.strictEqual(valueOf(after, "ballast_runs_ended_total", { status: "cancelled" }), 1)
    })))

  it.effect("measure a claim, and the time from submission to the first step once", () =>
    measured(Effect.gen(function*() {
      yield* TestClock.setTime(1_000_000)
      const { claimed, stepped } = yield* Instruments
      claimed("a", { submitted: 1_000_000 - 40_000, waited: 30, took: 0.02 })
      yield* TestClock.adjust("2 seconds")
      stepped("a", stepEvent(0))
      stepped("a", stepEvent(1))
      // Taken over from a worker that was lost, and from a host whose clock is ahead.
      claimed("b", { submitted: 0, waited: 1, took: 0.01 })
      stepped("b", stepEvent(50, { attempt: 2 }))
      stepped("b", stepEvent(51, { attempt: 2 }))
      claimed("c", { submitted: 2_000_000, waited: -5, took: 0.01 })
      stepped("c", stepEvent(0))
      const after = yield* shown
      assert.strictEqual(valueOf(after, "ballast_first_step_seconds_count"), 2)
      assert.strictEqual(valueOf(after, "ballast_first_step_seconds_sum"), 42)
      assert.strictEqual(valueOf(after, "ballast_first_step_seconds_bucket", { le: "0.5" }), 1)
      assert.strictEqual(valueOf(after, "ballast_queue_wait_seconds_count"), 3)
      assert.strictEqual(valueOf(after, "ballast_queue_wait_seconds_sum"), 31)
      assert.closeTo(valueOf(after, "ballast_claim_duration_seconds_sum"), 0.04, 1e-12)
    })))

  it.effect("measure steps, but not what came between them", () =>
    measured(Effect.gen(function*() {
      const { heldUp, stepped } = yield* Instruments
      stepped("a", stepEvent(0, { clipped: true, gradNorm: 20 }))
      yield* TestClock.adjust("40 millis")
      stepped("a", stepEvent(1, { clipped: false, gradNorm: 0.5 }))
      yield* TestClock.adjust("1 hour")
      heldUp("a")
      stepped("a", stepEvent(2, { clipped: true, gradNorm: 2 }))
      yield* TestClock.adjust("60 millis")
      stepped("a", stepEvent(3, { clipped: false, gradNorm: 2 }))
      stepped("a", stepEvent(4, { finite: false, loss: NaN, gradNorm: NaN, clipped: true }))
      const after = yield* shown
      assert.strictEqual(valueOf(after, "ballast_steps_total"), 4)
      assert.strictEqual(valueOf(after, "ballast_clipped_steps_total"), 2)
      assert.strictEqual(valueOf(after, "ballast_nonfinite_steps_total"), 1)
      assert.strictEqual(valueOf(after, "ballast_step_duration_seconds_count"), 2)
      assert.closeTo(valueOf(after, "ballast_step_duration_seconds_sum"), 0.1, 1e-9)
      assert.strictEqual(valueOf(after, "ballast_gradient_norm_count"), 4)
      assert.strictEqual(valueOf(after, "ballast_gradient_norm_sum"), 24.5)
    })))

  it.effect("add up the images a second of the runs that train", () =>
    measured(Effect.gen(function*() {
      const { paused, released, stepped } = yield* Instruments
      const together = Effect.map(shown, (families) => valueOf(families, "ballast_images_per_second"))
      stepped("a", stepEvent(0, { imagesPerSecond: 100.1 }))
      stepped("b", stepEvent(0, { imagesPerSecond: 20.2 }))
      stepped("a", stepEvent(1, { imagesPerSecond: 110.1 }))
      assert.closeTo(yield* together, 130.3, 1e-9)
      paused("b")
      assert.strictEqual(yield* together, 110.1)
      stepped("b", stepEvent(1, { imagesPerSecond: Infinity }))
      assert.strictEqual(yield* together, 110.1)
      released("a")
      released("b")
      assert.strictEqual(yield* together, 0)
    })))
})
