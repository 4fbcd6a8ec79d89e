import { assert, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Claim } from "../../../../runtime/run/queue/Claim.ts"
import type { Submission, Terms } from "../../../../runtime/run/queue/Submission.ts"
import * as Submit from "../../../../runtime/run/queue/Submit.ts"
import type { Database } from "../../../../runtime/run/store/Database.ts"
import { byHand, jobs, onBoth, origin, type Parts, record, submission, usual } from "./queues.ts"

const t0 = Date.UTC(2026, 5, 1)

const known = { training: "t", data: "d" }

const statuses = ({ store }: Parts) => Effect.map(store.list(), (runs) => runs.map(({ id, status }) => `${id} ${status}`))

/** Counts what there is of launches in every table, and in the broker's. */
const counted = Effect.fnUntraced(function*(parts: Parts) {
  const [row] = yield* parts.database.rows(
    `select (select count(*) from launches) as launches, (select count(*) from runs) as runs,
      (select count(*) from tickets) as tickets, (select count(*) from demands) as demands`
  )
  return [row?.["launches"], row?.["runs"], row?.["tickets"], row?.["demands"], yield* jobs(parts)]
})

const work = Effect.fnUntraced(function*(parts: Parts, changes: Parameters<typeof record>[2] = {}) {
  const queue = byHand(parts)
  const claim = (yield* queue.claim(t0)) as Claim
  assert.isTrue(yield* record(parts, claim, changes))
  assert.isTrue(yield* queue.release(t0, claim))
  return claim.run
})

const withRequest = (changes: Partial<Submission["request"]>): Submission => {
  const made = submission(1, {}, known)
  return { ...made, request: { ...made.request, ...changes } }
}

const withBallast = (ballast: string): Submission => {
  const made = submission(1, {}, known)
  const [arm] = Object.values(made.arms)
  return arm === undefined ? made : { ...made, arms: { only: { ...arm, demand: { ...arm.demand, ballast } } } }
}

onBoth("Submit", (lend) => {
  it.live("records every run and has it wait", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      const submitted = yield* queue.submit(t0, submission(2), { priority: 3, maxWait: 60, maxRun: 9 })
      assert.deepStrictEqual(submitted, {
        launch: "l1",
        runs: [0, 1].map((seed) => ({ id: `l1-${seed + 1}`, arm: "only", seed, answered: null }))
      })
      const [run] = yield* parts.store.list()
      const { arm, attempt, directory, experiment, holder, queued, result, seed, status } = run ?? {}
      assert.deepStrictEqual({ arm, attempt, directory, experiment, holder, queued, result, seed, status }, {
        arm: "only",
        attempt: 0,
        directory: "/nowhere/l1-1",
        experiment: "queued",
        holder: null,
        queued: true,
        result: null,
        seed: 0,
        status: "waiting"
      })
      const launch = yield* parts.store.launch("l1")
      assert.deepStrictEqual([launch?.started, launch?.request, launch?.arms], [t0, submission(2).request, submission(2).arms])
      assert.isTrue([2, null].includes(yield* jobs(parts)))
    })))

  it.live("refuses to come after a run that is not there, and leaves nothing", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const failed = yield* Effect.flip(byHand(parts).submit(t0, submission(1), { after: "nothing-1" }))
      assert.strictEqual(failed._tag, "SubmissionRefused")
      assert.match(failed.message, /^--after nothing-1: there is no such run/)
      const none = parts.database.dialect === "sqlite" ? null : 0
      assert.deepStrictEqual(yield* counted(parts), [0, 0, 0, 0, none])
    })))

  it.live("leaves nothing of a launch that fails, is given up or is interrupted on the way", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const { broker, database } = parts
      yield* byHand(parts).submit(t0, submission(2))
      const before = yield* counted(parts)
      const options = { terms: usual, trigger: null, now: t0 + 1, directoryOf: (run: string) => run }
      const submitted = (inside: Database, launch: string, made = submission(3, { device: "cpu" })) =>
        Submit.submit(inside, broker, made, { ...options, launch })

      const twice = yield* Effect.flip(database.transaction((inside) => submitted(inside, "l1")))
      assert.match(twice.message, /launches/)
      const fraction = { ...submission(1), runs: [{ arm: "only", seed: 0 }, { arm: "only", seed: 0.5 }] }
      assert.strictEqual((yield* Effect.flip(database.transaction((inside) => submitted(inside, "l2", fraction))))._tag, "StoreFailed")
      // What is already in its line goes again with the rest.
      const later = database.transaction((inside) => Effect.andThen(submitted(inside, "l2"), submitted(inside, "l1")))
      assert.match((yield* Effect.flip(later)).message, /launches/)
      const given = database.transaction((inside) => Effect.andThen(submitted(inside, "l2"), Effect.fail("no")))
      assert.strictEqual(yield* Effect.flip(given), "no")
      const begun = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(database.transaction(Effect.fnUntraced(function*(inside) {
        yield* submitted(inside, "l2")
        yield* Deferred.succeed(begun, undefined)
        yield* Effect.never
      })))
      yield* Deferred.await(begun)
      const exit = yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause))

      assert.deepStrictEqual(yield* counted(parts), before)
      yield* database.transaction((inside) => submitted(inside, "l2"))
      const order = yield* Effect.forEach(Array.from({ length: 6 }), () => byHand(parts).claim(t0))
      assert.deepStrictEqual(order.map((claim) => claim?.run), ["l1-1", "l1-2", "l2-1", "l2-2", "l2-3", undefined])
    })))

  it.live("answers with an equal run that succeeded before, as a run of its own", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1, {}, known))
      const first = yield* work(parts, { steps: 77, gradNorm: { median: NaN, p99: 1, max: Infinity } })
      const [arm] = Object.values(submission(1, {}, known).arms)
      if (arm === undefined) return
      const renamed = { ...submission(1, {}, known), arms: { again: arm }, runs: [0, 1].map((seed) => ({ arm: "again", seed })) }
      const { runs } = yield* queue.submit(t0 + 5, renamed)
      assert.deepStrictEqual(runs.map(({ answered }) => answered), [first, null])
      assert.deepStrictEqual(yield* statuses(parts), ["l2-1 succeeded", "l2-2 waiting", "l1-1 succeeded"])
      const [echo, , made] = yield* parts.store.list()
      assert.deepStrictEqual(echo?.result, made?.result === null || made === undefined ? null : { ...made.result, id: "l2-1", arm: "again" })
      assert.deepStrictEqual([echo?.directory, echo?.ended, echo?.queued], [made?.directory, t0 + 5, false])
      assert.strictEqual(yield* work(parts), "l2-2")
      assert.isNull(yield* queue.claim(t0))
      // The run that was made answers, and not its echo.
      const third = yield* queue.submit(t0 + 9, submission(2, {}, known))
      assert.deepStrictEqual(third.runs.map(({ answered }) => answered), ["l1-1", "l2-2"])
    })))

  it.live("answers with nothing that differs, and with nothing that is not known", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1, {}, known))
      yield* work(parts)
      const others: ReadonlyArray<readonly [Submission, Partial<Terms>?]> = [
        [submission(1, {}, { ...known, training: "u" })],
        [submission(1, {}, { ...known, data: "e" })],
        [{ ...submission(1, {}, known), runs: [{ arm: "only", seed: 1 }] }],
        [withRequest({ engine: "wasm" })],
        [withRequest({ steps: 5 })],
        [withRequest({ injection: "nan@3" })],
        [withBallast("1.0.1")],
        [withRequest({ origin: { ...origin, commit: "beef" } })],
        [withRequest({ origin: { ...origin, dirty: "d" } })],
        [submission(1, {}, { ...known, training: null })],
        [submission(1, {}, { ...known, data: null })],
        [withRequest({ origin: { ...origin, commit: null } })],
        [submission(1, {}, known), { reuse: false }]
      ]
      for (const [made, terms] of others) {
        const { runs } = yield* queue.submit(t0, made, terms)
        assert.deepStrictEqual(runs.map(({ answered }) => answered), [null])
      }
      assert.deepStrictEqual((yield* queue.submit(t0, submission(1, {}, known))).runs.map(({ answered }) => answered), ["l1-1"])
      // What is not known answers no other of its kind either.
      for (let left = others.length; left > 1; left--) yield* work(parts)
      for (const [made] of others.slice(-4, -1)) {
        assert.deepStrictEqual((yield* queue.submit(t0, made)).runs.map(({ answered }) => answered), [null])
      }
    })))

  it.live("answers with nothing that failed, was cancelled or has not ended, and with the newest that succeeded", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      const made = submission(1, {}, known)
      const answered = Effect.map(queue.submit(t0, made), ({ runs }) => runs[0]?.answered)
      assert.isNull(yield* answered)
      assert.isNull(yield* answered)
      assert.strictEqual(yield* work(parts, { status: "failed" }), "l1-1")
      yield* queue.cancel(t0, "l2-1")
      assert.isNull(yield* answered)
      assert.strictEqual(yield* work(parts), "l3-1")
      assert.strictEqual(yield* answered, "l3-1")
      yield* queue.submit(t0, made, { reuse: false })
      const newest = yield* work(parts)
      yield* parts.database.change("update runs set ended = 9 where id = $1", newest)
      assert.strictEqual(yield* answered, newest)
    })))
})
