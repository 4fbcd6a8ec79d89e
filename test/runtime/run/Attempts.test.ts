import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as Host from "../../../dsl/Host.ts"
import * as Remedy from "../../../dsl/Remedy.ts"
import * as Retry from "../../../dsl/Retry.ts"
import * as Course from "../../../runtime/run/Course.ts"
import * as History from "../../../runtime/run/History.ts"
import { Reporter } from "../../../runtime/run/Reporter.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as RunOutcome from "../../../runtime/run/RunOutcome.ts"
import * as Stop from "../../../runtime/run/Stop.ts"
import { Store } from "../../../runtime/run/Store.ts"
import { Tables } from "../../../runtime/run/store/Tables.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import { childrenOf, lives } from "../../e2e/project.ts"
import { attempts, jobIn, record } from "./jobs.ts"
import { recordOf } from "./stores.ts"
import { inTemporaryFolder } from "./temporary.ts"

const services = Layer.mergeAll(recordOf(Tables.layerSqlite(":memory:")), Reporter.layerSilent)

/** The process that trains: the only one that this one has started. */
const worker = (): number => childrenOf(process.pid).at(-1) ?? -1

const long = { length: { steps: 1_000_000 } } as const
const quickly = Retry.diagnosed({ again: Retry.again({ times: 1, first: "1 second" }) })

const is = (event: Event, step: number): boolean => event.kind === "step" && event.step === step

describe("Attempts", () => {
  it.live("goes on from the last checkpoint after the process was asked to end from elsewhere, and calls that a preemption", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder, { retry: quickly })
      yield* record(job)
      const { past } = yield* attempts(job, {
        onEvent: (event) => {
          if (event.attempt === 1 && is(event, 15)) process.kill(worker(), "SIGTERM")
        }
      })
      const [first, second] = past
      assert.strictEqual(past.length, 2)
      assert.strictEqual(first?.result.fault?.tag, "Preempted")
      assert.isAtLeast(second?.result.from ?? 0, 16)
      assert.strictEqual(second?.result.from, first?.outcome.steps)
      assert.deepStrictEqual(second?.result.exact, { exact: true, reason: null })
      const result = RunOutcome.of(job, 40, past)
      assert.deepStrictEqual(
        [result.status, result.steps, result.infrastructure, result.remedied],
        ["succeeded", 40, 1, false]
      )
    }, Effect.provide(services))), 60_000)

  it.live("keeps in the record how its attempts ended, what was found out about a fault, and what was decided", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const retry = Retry.ladder(Remedy.tightenClip({ start: 2 }))
      const job = yield* jobIn(folder, { retry }, { injection: { _tag: "Nan", step: 15, always: false, node: null } })
      yield* record(job)
      const { past } = yield* attempts(job)
      const [failed = assert.fail("there was no attempt")] = past.map(({ result }) => result)
      const { rows } = yield* Tables
      const kept = yield* rows("select number, status, fault, remedy, ended >= started as timed from attempts order by number")
      assert.deepStrictEqual(kept, [
        { number: 1, status: "failed", fault: "NonFinite", remedy: failed.remedy?.change ?? "", timed: 1 },
        { number: 2, status: "succeeded", fault: null, remedy: null, timed: 1 }
      ])
      const incidents = yield* rows("select id, run, attempt, fault, step, verdict, explanation from incidents")
      const { explanation = "", verdict = "" } = failed.diagnosis ?? {}
      assert.notInclude([explanation, verdict], "")
      assert.deepStrictEqual(incidents, [
        { id: "l-1.1", run: "l-1", attempt: 1, fault: "NonFinite", step: 15, verdict, explanation }
      ])
    }, Effect.provide(services))), 60_000)

  it.live("ends an attempt at its limit on time, with a checkpoint", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const slow = yield* jobIn(folder, { ...long, host: Host.make({ time: "3 seconds" }) })
      yield* record(slow)
      const [timed] = (yield* attempts(slow)).past
      assert.strictEqual(timed?.result.fault?.tag, "Timeout")
      assert.match(timed?.result.fault?.message ?? "", /longer than 3 seconds \(host\.time\)/)
      const written = fs.readdirSync(RunFolder.checkpoints(RunFolder.attemptOf(slow.directory, 1)))
      assert.include(written, `step-${String(timed?.outcome.steps).padStart(6, "0")}`)
      assert.strictEqual(timed?.next?.kind, "stop")
    }, Effect.provide(services))), 60_000)

  it.live("ends a process that holds more memory than its recipe lets it", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder, { ...long, host: Host.make({ memory: "100 MiB" }) })
      yield* record(job)
      const [large] = (yield* attempts(job)).past
      assert.strictEqual(large?.result.fault?.tag, "OutOfMemory")
      assert.deepStrictEqual(large?.result.exit, { code: null, signal: "SIGKILL" })
      assert.isAbove(large?.result.memory ?? 0, 100 * 2 ** 20)
    }, Effect.provide(services))), 60_000)

  it.live("takes a process that is heard of no more for one that hangs", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder, { ...long, host: Host.make({ silence: "2 seconds" }) })
      yield* record(job)
      const [hung] = (yield* attempts(job, {
        onEvent: (event) => {
          if (is(event, 500)) process.kill(worker(), "SIGSTOP")
        }
      })).past
      assert.strictEqual(hung?.result.fault?.tag, "Timeout")
      assert.match(hung?.result.fault?.message ?? "", /no sign of life for 2 seconds at step \d+: /)
    }, Effect.provide(services))), 60_000)

  it.live("ends without a decision where somebody wishes to stop while it waits to try again", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder, { retry: Retry.diagnosed({ again: Retry.again({ first: "1 hour", most: "1 hour" }) }) })
      yield* record(job)
      const stop = Stop.make()
      const reporter = yield* Reporter
      const { past } = yield* attempts(job, {
        stop,
        onEvent: (event) => {
          if (is(event, 15)) process.kill(worker(), "SIGKILL")
        }
      }).pipe(Effect.provideService(Reporter, {
        ...reporter,
        decided: (_run, _attempt, decision) => {
          if (decision.kind === "again") stop.request("SIGINT")
        }
      }))
      assert.strictEqual(past.length, 1)
      assert.strictEqual(RunOutcome.of(job, 40, past).status, "interrupted")
    }, Effect.provide(services))), 60_000)

  it.live("lets nothing of an attempt count that was paused while another one took its place", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder)
      yield* record(job)
      const pausing = Promise.withResolvers<number>()
      const stale = yield* Effect.forkChild(Effect.flip(attempts(job, {
        onEvent: (event) => {
          if (event.attempt !== 1 || !is(event, 15)) return
          const pid = worker()
          process.kill(pid, "SIGSTOP")
          pausing.resolve(pid)
        }
      })))
      const paused = yield* Effect.promise(() => pausing.promise)
      const folderOf = (attempt: number): string => RunFolder.attemptOf(job.directory, attempt)
      const kept = () => fs.readdirSync(RunFolder.checkpoints(folderOf(1))).toSorted()
      assert.deepStrictEqual(kept(), ["step-000010"])
      const { past, token } = yield* attempts(job, { course: { ...Course.start(job), ...History.read(job.directory) } })
      process.kill(paused, "SIGCONT")

      const refused = yield* Fiber.join(stale)
      assert.strictEqual(refused._tag, "RunTaken")
      assert.match(refused.message, new RegExp(`process ${process.pid} has taken over run l-1 with attempt 2`))
      assert.isFalse(lives(paused))
      assert.deepStrictEqual(kept(), ["step-000010"])
      assert.isNull(RunFolder.record(folderOf(1)))
      assert.deepStrictEqual(past.map(({ result: { from, number, status } }) => [number, from, status]), [
        [1, 0, "interrupted"],
        [2, 10, "succeeded"]
      ])
      const store = yield* Store
      const result = RunOutcome.of(job, 40, past)
      const { holder } = job
      assert.isFalse(yield* store.end({ ...result, status: "failed" }, "another", { holder, at: 2, reason: null }))
      assert.isTrue(yield* store.end(result, token, { holder, at: 3, reason: null }))
    }, Effect.provide(services))), 60_000)
})
