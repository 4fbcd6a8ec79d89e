import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Expect from "../../../dsl/Expect.ts"
import { type NewLaunch, Store } from "../../../runtime/run/Store.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import type { Filter } from "../../../runtime/run/store/Listing.ts"
import { Tables } from "../../../runtime/run/store/Tables.ts"
import { gone, launchOf, leased, request } from "./launches.ts"
import { attemptResult, failedRun, runResult } from "./results.ts"
import { type Lend, onBoth } from "./stores.ts"
import { inTemporaryFolder } from "./temporary.ts"

const self = Holder.self()
const own = (at: number) => ({ holder: self, at })
const ending = (at: number, holder = self) => ({ holder, at, reason: null })

const first = { attempt: 1, token: "one" }
const second = { attempt: 2, token: "two" }

/** Uses the one record from its beginning to its end. */
const using = <A, E>(lend: Lend, body: Effect.Effect<A, E, Store | Tables>): Effect.Effect<A, E> =>
  lend((opening) => Effect.provide(body, opening))

const change = Effect.fnUntraced(function*(statement: string, ...values: ReadonlyArray<string | number | null>) {
  const tables = yield* Tables
  return yield* tables.change(statement, ...values)
})

/** Puts a run into the queue as it stands there. */
const ticketed = Effect.fnUntraced(function*(run: string, state: "held" | "waiting" | "leased" | "ended") {
  yield* change("insert into demands (id, demand) values ('d', '{}') on conflict (id) do nothing")
  yield* change(
    "insert into tickets (run, demand, state, place, priority, submitted, not_before) values ($1, 'd', $2, 1, 0, 1, 0)",
    run, state
  )
})

const idsWith = (filter: Filter) =>
  Effect.flatMap(Store, ({ list }) => Effect.map(list(filter), (runs) => runs.map(({ id }) => id)))

/** All that the record holds of runs, their attempts and incidents. */
const everything = Effect.gen(function*() {
  const tables = yield* Tables
  return yield* Effect.all([
    tables.rows("select * from runs order by id"),
    tables.rows("select * from attempts order by run, number"),
    tables.rows("select * from incidents order by id")
  ])
})

const attemptRows = Effect.flatMap(Tables, ({ rows }) =>
  rows("select number, status, started, ended, fault, remedy from attempts order by run, number"))

onBoth("Store", (lend) => {
  it.live("keeps launches and runs, numbers that JSON lacks included, and lists the newest launch first", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launchOf("a", 1), self)
      yield* store.begin(launchOf("b", 2), self)
      assert.isTrue(yield* store.accept("a-1", first, own(5)))
      const result = failedRun("NonFinite", { id: "a-1", arm: "NaN", gradNorm: { median: NaN, p99: NaN, max: -Infinity } })
      assert.isTrue(yield* store.end(result, first.token, ending(9)))
      assert.isTrue(yield* store.accept("b-2", first, own(7)))
      const list = yield* store.list()
      assert.deepStrictEqual(list.map(({ id, status }) => [id, status]), [
        ["b-1", "waiting"],
        ["b-2", "running"],
        ["a-1", "failed"],
        ["a-2", "waiting"]
      ])
      assert.deepStrictEqual(list.find(({ id }) => id === "a-1"), {
        id: "a-1",
        launch: "a",
        experiment: "coldstart",
        arm: "bare",
        seed: 0,
        status: "failed",
        reason: null,
        directory: "runs/a-1",
        started: 5,
        ended: 9,
        holder: self,
        queued: false,
        attempt: 1,
        result
      })
    })))

  it.live("keeps what a launch was asked for, and where its experiment comes from", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      const asked = { ...request, injection: "nan@3", expect: [Expect.diverges("bare")], origin: { ...request.origin, dirty: "d1ff" } }
      yield* store.begin({ ...launchOf("a", 3), request: asked }, self)
      assert.deepStrictEqual(yield* store.launch("a"), { id: "a", experiment: "coldstart", started: 3, request: asked, arms: null, trigger: null })
      assert.isNull(yield* store.launch("b"))
    })))

  it.live("says that a run was interrupted whose process is gone, and of no other", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      const dead = gone()
      yield* store.begin(launchOf("a", 2), dead)
      assert.isTrue(yield* store.accept("a-1", first, { holder: dead, at: 5 }))
      assert.isTrue(yield* store.end(runResult({ id: "a-2" }), null, ending(9, dead)))
      yield* store.begin(launchOf("b", 1), self)
      yield* store.accept("b-1", first, own(5))
      const statuses = (yield* store.list()).map(({ status }) => status)
      assert.deepStrictEqual(statuses, ["interrupted", "succeeded", "running", "waiting"])
    })))

  it.live("does not call interrupted what is in the queue, whoever had it before", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      const dead = gone()
      yield* store.begin(launchOf("a", 1, ["held", "waiting", "leased", "ended"]), dead)
      yield* store.accept("a-3", first, { holder: dead, at: 5 })
      yield* ticketed("a-1", "held")
      yield* ticketed("a-2", "waiting")
      yield* change("update runs set holder = null where id = 'a-2'")
      yield* ticketed("a-3", "leased")
      yield* ticketed("a-4", "ended")
      assert.deepStrictEqual((yield* store.list()).map(({ holder, queued, status }) => [queued, status, holder]), [
        [true, "waiting", dead],
        [true, "waiting", null],
        [true, "running", dead],
        [false, "interrupted", dead]
      ])
      yield* change("update tickets set state = 'ended'")
      const left = (yield* store.list()).map(({ queued, status }) => [queued, status])
      assert.deepStrictEqual(left, Array.from({ length: 4 }, () => [false, "interrupted"]))
    })))

  it.live("gives runs to one other process, and lets the newest attempt alone write", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      const dead = gone()
      yield* store.begin(launchOf("a", 1), dead)
      assert.isTrue(yield* store.accept("a-1", first, { holder: dead, at: 5 }))
      const runs = ["a-1", "a-2"].map((id) => ({ id, holder: dead }))
      assert.isTrue(yield* store.take(runs, self))
      assert.isFalse(yield* store.take(runs, self))
      assert.deepStrictEqual((yield* store.list()).map(({ holder, status }) => [holder, status]), [
        [self, "waiting"],
        [self, "waiting"]
      ])

      assert.isFalse(yield* store.accept("a-1", second, { holder: dead, at: 6 }))
      assert.isTrue(yield* store.accept("a-1", second, own(6)))
      assert.isFalse(yield* store.accept("a-1", { attempt: 2, token: "again" }, own(6)))
      assert.isFalse(yield* store.accept("a-1", { attempt: 1, token: "before" }, own(6)))
      assert.isFalse(yield* store.end(failedRun("WorkerLost", { id: "a-1" }), first.token, ending(7)))
      const [running] = yield* store.list()
      assert.deepStrictEqual([running?.status, running?.attempt, running?.result], ["running", 2, null])
      assert.isTrue(yield* store.end(runResult({ id: "a-1" }), second.token, ending(8)))
      assert.isFalse(yield* store.end(failedRun("WorkerLost", { id: "a-1" }), first.token, ending(9)))
      const [ended] = yield* store.list()
      assert.deepStrictEqual([ended?.status, ended?.started, ended?.ended], ["succeeded", 5, 8])
    })))

  const [mine, another] = [leased("mine"), leased("another")]
  const others: ReadonlyArray<readonly [who: string, from: Holder.Holder, to: Holder.Holder]> = [
    ["another process", self, { ...self, pid: self.pid + 1 }],
    ["a process of the same number that began later", self, { ...self, born: `${self.born}1` }],
    ["a process of the same number on another host", self, { ...self, host: `${self.host}-2` }],
    ["another lease of the same process", mine, another],
    ["the same process, which took it from a queue", self, mine],
    ["the same process, which took it from no queue", mine, self]
  ]
  for (const [who, stale, holder] of others) {
    it.live(`refuses whatever comes of a run from who had it before: it is given to ${who}`, () =>
      using(lend, Effect.gen(function*() {
        const store = yield* Store
        yield* store.begin(launchOf("a"), stale)
        assert.isFalse(yield* store.accept("a-1", first, { holder, at: 1 }))
        assert.isTrue(yield* store.accept("a-1", first, { holder: stale, at: 2 }))
        const interrupted = attemptResult({ status: "interrupted" })
        const failed = failedRun("NonFinite", { id: "a-1" })
        assert.isFalse(yield* store.keep({ id: "a-1", holder }, interrupted, first.token, 3))
        assert.isTrue(yield* store.keep({ id: "a-1", holder: stale }, interrupted, first.token, 3))

        assert.isFalse(yield* store.take([{ id: "a-1", holder }], stale))
        assert.isTrue(yield* store.take([{ id: "a-1", holder: stale }], holder))
        const late = Effect.gen(function*() {
          const before = yield* everything
          const [failure] = failed.attempts
          assert.isFalse(yield* store.accept("a-1", { attempt: 9, token: "late" }, { holder: stale, at: 4 }))
          for (const token of [first.token, second.token, null]) {
            assert.isFalse(yield* store.keep({ id: "a-1", holder: stale }, failure ?? assert.fail(), token, 5))
            assert.isFalse(yield* store.end(failed, token, ending(6, stale)))
          }
          assert.deepStrictEqual(yield* everything, before)
        })
        yield* late
        assert.isTrue(yield* store.accept("a-1", second, { holder, at: 7 }))
        yield* late
        assert.isTrue(yield* store.keep({ id: "a-1", holder }, attemptResult({ number: 2 }), second.token, 8))
        assert.isTrue(yield* store.end(runResult({ id: "a-1" }), second.token, ending(9, holder)))
        yield* late
      })))
  }

  it.live("ends a run once, and once more where it was taken to be made further", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launchOf("a"), self)
      yield* store.accept("a-1", first, own(1))
      const result = runResult({ id: "a-1", status: "cancelled" })
      assert.isFalse(yield* store.end(result, null, ending(2)))
      assert.isFalse(yield* store.end(result, "another", ending(2)))
      assert.isTrue(yield* store.end(result, first.token, { holder: self, at: 3, reason: "cancelled by somebody" }))
      assert.isFalse(yield* store.end(runResult({ id: "a-1" }), first.token, ending(4)))
      const [ended] = yield* store.list()
      assert.deepStrictEqual([ended?.status, ended?.reason, ended?.ended], ["cancelled", "cancelled by somebody", 3])
      assert.deepStrictEqual(ended?.result, result)

      assert.isTrue(yield* store.take([{ id: "a-1", holder: self }], self))
      const [open] = yield* store.list()
      assert.deepStrictEqual(
        [open?.status, open?.reason, open?.started, open?.ended, open?.result, open?.attempt],
        ["waiting", null, 1, null, null, 1]
      )
      assert.isTrue(yield* store.end(runResult({ id: "a-1" }), first.token, ending(5)))
      assert.isFalse(yield* store.end(result, first.token, ending(6)))
      // One that was not begun has no token.
      assert.isFalse(yield* store.end(runResult({ id: "a-2" }), first.token, ending(7)))
      assert.isTrue(yield* store.end(runResult({ id: "a-2" }), null, ending(7)))
      assert.isFalse(yield* store.end(runResult({ id: "a-2" }), null, ending(8)))
      assert.isFalse(yield* store.end(runResult({ id: "a-9" }), null, ending(8)))
    })))

  it.live("takes all runs or none", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      const dead = gone()
      const thief = { ...self, pid: self.pid + 1 }
      yield* store.begin(launchOf("a", 1, ["one", "two", "three", "four"]), dead)
      yield* store.end(runResult({ id: "a-1", status: "interrupted" }), null, ending(9, dead))
      assert.isTrue(yield* store.take([{ id: "a-3", holder: dead }], thief))
      yield* change("update runs set holder = null where id = 'a-4'")
      const before = yield* everything
      const all = ["a-1", "a-2", "a-3"].map((id) => ({ id, holder: dead }))
      const two = all.slice(0, 2)
      for (const runs of [all, all.toReversed(), [...two, { id: "a-4", holder: dead }], [...two, { id: "a-9", holder: null }]]) {
        assert.isFalse(yield* store.take(runs, self))
        assert.deepStrictEqual(yield* everything, before)
      }
      assert.isTrue(yield* store.take([], self))
      assert.deepStrictEqual(yield* everything, before)
      assert.isTrue(yield* store.take((yield* store.list()).map(({ holder, id }) => ({ id, holder })), self))
      const runs = (yield* store.list()).map(({ holder, result, status }) => [holder, status, result])
      assert.deepStrictEqual(runs, Array.from({ length: 4 }, () => [self, "waiting", null]))
    })))

  it.live("gives runs to one of several that take them at once", () =>
    lend((opening) =>
      Effect.gen(function*() {
        const dead = gone()
        yield* Effect.flatMap(Store, ({ begin }) => begin(launchOf("a"), dead)).pipe(Effect.provide(opening))
        const runs = ["a-1", "a-2"].map((id) => ({ id, holder: dead }))
        const holders = ["one", "two", "three"].map(leased)
        const took = yield* Effect.forEach(
          holders,
          (to) => Effect.flatMap(Store, ({ take }) => take(runs, to)).pipe(Effect.provide(opening)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(took.filter(Boolean).length, 1)
        const holder = holders[took.indexOf(true)] ?? assert.fail()
        const list = yield* Effect.flatMap(Store, ({ list }) => list()).pipe(Effect.provide(opening))
        assert.deepStrictEqual(list.map((run) => run.holder), [holder, holder])
      })
    ))

  it.live("lists those that are asked for, in the order of all", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launchOf("old", 1, ["a", "b", "c"]), self)
      yield* store.begin({ ...launchOf("older", 2), experiment: "another" }, self)
      yield* store.begin(launchOf("b", 3), self)
      const all = ["b-1", "b-2", "older-1", "older-2", "old-1", "old-2", "old-3"]
      assert.deepStrictEqual(yield* idsWith({}), all)
      for (const limit of [0, 1, 4, 7, 8]) assert.deepStrictEqual(yield* idsWith({ limit }), all.slice(0, limit))
      assert.deepStrictEqual(yield* idsWith({ launch: "old" }), ["old-1", "old-2", "old-3"])
      assert.deepStrictEqual(yield* idsWith({ launch: "ol" }), [])
      assert.deepStrictEqual(yield* idsWith({ experiment: "another" }), ["older-1", "older-2"])
      assert.deepStrictEqual(yield* idsWith({ prefix: "old", limit: 3 }), ["older-1", "older-2", "old-1"])
      assert.deepStrictEqual(yield* idsWith({ prefix: "old-3" }), ["old-3"])
      assert.deepStrictEqual(yield* idsWith({ prefix: "old-33" }), [])
      assert.deepStrictEqual(yield* idsWith({ prefix: "" }), all)
      assert.deepStrictEqual(yield* idsWith({ prefix: "ol", experiment: "coldstart", launch: "old", limit: 1 }), ["old-1"])
    })))

  it.live("lists in pages, and by arm, text, time and id", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launchOf("a", 1, ["bare", "50% clip", "CLIP_a"]), self)
      yield* store.begin(launchOf("b", 2), self)
      const ids = (filter: Filter) => Effect.map(store.list(filter), (runs) => runs.map(({ id }) => id))
      assert.deepStrictEqual(yield* ids({ limit: 2 }), ["b-1", "b-2"])
      assert.deepStrictEqual(yield* ids({ limit: 2, after: "b-2" }), ["a-1", "a-2"])
      assert.deepStrictEqual(yield* ids({ limit: 2, after: "a-2" }), ["a-3"])
      assert.deepStrictEqual(yield* ids({ after: "a-3" }), [])
      assert.deepStrictEqual(yield* ids({ after: "nobody" }), [])
      assert.deepStrictEqual(yield* ids({ arm: "bare" }), ["b-1", "a-1"])
      assert.deepStrictEqual(yield* ids({ arm: "bare", after: "b-1" }), ["a-1"])
      assert.deepStrictEqual(yield* ids({ text: "clip" }), ["b-2", "a-2", "a-3"])
      assert.deepStrictEqual(yield* ids({ text: "COLD" }), ["b-1", "b-2", "a-1", "a-2", "a-3"])
      assert.deepStrictEqual(yield* ids({ text: "0%" }), ["a-2"])
      assert.deepStrictEqual(yield* ids({ text: "p_a" }), ["a-3"])
      assert.deepStrictEqual(yield* ids({ text: "%" }), ["a-2"])
      assert.deepStrictEqual(yield* ids({ since: 2 }), ["b-1", "b-2"])
      assert.deepStrictEqual(yield* ids({ id: "a-1" }), ["a-1"])
      assert.deepStrictEqual(yield* ids({ id: "a" }), [])
    })))

  it.live("lists faults, the newest first, in pages", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launchOf("a", 1), self)
      const fault = { tag: "NonFinite", message: "the loss is NaN", step: 4, onset: 4, injected: null }
      for (const [at, run] of [[5, "a-1"], [6, "a-2"]] as const) {
        yield* store.accept(run, first, own(at))
        yield* store.keep({ id: run, holder: self }, attemptResult({ status: "failed", fault }), first.token, at)
      }
      const all = yield* store.incidents({ limit: 9 })
      assert.deepStrictEqual(all.map(({ id }) => id), ["a-2.1", "a-1.1"])
      assert.deepStrictEqual(all[1], {
        id: "a-1.1",
        run: "a-1",
        experiment: "coldstart",
        arm: "bare",
        seed: 0,
        attempt: 1,
        at: 5,
        fault: "NonFinite",
        step: 4,
        verdict: null,
        explanation: null
      })
      assert.deepStrictEqual((yield* store.incidents({ limit: 1, after: "a-2.1" })).map(({ id }) => id), ["a-1.1"])
      assert.deepStrictEqual(yield* store.incidents({ limit: 9, after: "a-1.1" }), [])
      assert.deepStrictEqual((yield* store.incidents({ limit: 9, run: "a-2" })).map(({ id }) => id), ["a-2.1"])
      assert.deepStrictEqual((yield* store.incidents({ limit: 9, id: "a-1.1" })).map(({ id }) => id), ["a-1.1"])
    })))

  it.live("takes a prefix as it is typed, and for no pattern", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      const ids = ["a%b", "a_b", "axb", "a\\b", "Axb", "ä🐎b", "a'b"]
      for (const [index, id] of ids.entries()) yield* store.begin(launchOf(id, 100 - index, ["one"]), self)
      for (const id of ids) {
        const [beginning = ""] = /^.{2}/u.exec(id) ?? []
        assert.deepStrictEqual(yield* idsWith({ prefix: beginning }), [`${id}-1`])
        assert.deepStrictEqual(yield* idsWith({ prefix: `${id}-1` }), [`${id}-1`])
        assert.deepStrictEqual(yield* idsWith({ launch: id, experiment: "coldstart" }), [`${id}-1`])
      }
      for (const prefix of ["%", "_", "a%b%", "a_b_", "a%-1", "%b", "A%"]) assert.deepStrictEqual(yield* idsWith({ prefix }), [])
    })))

  it.live("lists those that stand as is asked, at most so many, though the record is behind", () =>
    inTemporaryFolder((folder) =>
      using(lend, Effect.gen(function*() {
        const store = yield* Store
        const dead = gone()
        const runs = launchOf("a", 2, ["told", "broken off", "not begun", "queued", "ended", "interrupted"]).runs
        yield* store.begin({ ...launchOf("a", 2), runs: runs.map((run) => ({ ...run, directory: path.join(folder, run.id) })) }, dead)
        for (const id of ["a-1", "a-2", "a-4"]) yield* store.accept(id, first, { holder: dead, at: 1 })
        fs.mkdirSync(path.join(folder, "a-1"))
        fs.writeFileSync(path.join(folder, "a-1", "result.json"), JSON.stringify(runResult({ id: "a-1" })))
        yield* ticketed("a-4", "leased")
        yield* store.end(runResult({ id: "a-5" }), null, ending(2, dead))
        yield* store.end(runResult({ id: "a-6", status: "interrupted" }), null, ending(2, dead))
        yield* store.begin(launchOf("b", 1), self)
        yield* store.accept("b-2", first, own(1))
        const standing = {
          succeeded: ["a-1", "a-5"],
          interrupted: ["a-2", "a-3", "a-6"],
          running: ["a-4", "b-2"],
          waiting: ["b-1"],
          failed: [],
          cancelled: []
        } as const
        for (const [status, ids] of Object.entries(standing) as ReadonlyArray<[keyof typeof standing, ReadonlyArray<string>]>) {
          assert.deepStrictEqual(yield* idsWith({ status }), ids)
          for (const limit of [0, 1, 2, 3]) assert.deepStrictEqual(yield* idsWith({ status, limit }), ids.slice(0, limit))
        }
        assert.deepStrictEqual(yield* idsWith({ status: "running", launch: "b" }), ["b-2"])
        assert.deepStrictEqual(yield* idsWith({ status: "interrupted", prefix: "a-3", limit: 1 }), ["a-3"])
      }))
    ))

  it.live("keeps attempts as they come and end, and what was found out about their faults later", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      const tables = yield* Tables
      const run = { id: "a-1", holder: self }
      yield* store.begin(launchOf("a"), self)
      yield* store.accept("a-1", first, own(1))
      const begun = { number: 1, status: "running", started: 1, ended: null, fault: null, remedy: null }
      assert.deepStrictEqual(yield* attemptRows, [begun])

      const [failure = assert.fail()] = failedRun("NonFinite").attempts
      const failed = { ...failure, incident: "a-1.1" }
      assert.isFalse(yield* store.keep(run, failed, "another", 2))
      assert.isFalse(yield* store.keep(run, failed, null, 2))
      assert.isFalse(yield* store.keep(run, { ...failed, number: 2 }, first.token, 2))
      assert.deepStrictEqual(yield* attemptRows, [begun])
      assert.isTrue(yield* store.keep(run, failed, first.token, 3))
      assert.deepStrictEqual(yield* attemptRows, [{ ...begun, status: "failed", ended: 3, fault: "NonFinite" }])
      const incidents = tables.rows("select * from incidents order by id")
      const incident = { id: "a-1.1", run: "a-1", attempt: 1, at: 3, fault: "NonFinite", step: 12, verdict: null, explanation: null }
      assert.deepStrictEqual(yield* incidents, [incident])

      const diagnosis = { verdict: "explosion", node: null, direction: null, files: [], explanation: "it blew up", trials: [] } as const
      const remedy = { change: "a tighter clip", fields: [], engine: null, from: 4 }
      assert.isTrue(yield* store.keep(run, { ...failed, diagnosis, remedy }, first.token, 8))
      assert.deepStrictEqual(yield* attemptRows, [{ ...begun, status: "failed", ended: 3, fault: "NonFinite", remedy: "a tighter clip" }])
      assert.deepStrictEqual(yield* incidents, [{ ...incident, verdict: "explosion", explanation: "it blew up" }])

      yield* store.accept("a-1", second, own(9))
      assert.isFalse(yield* store.keep(run, failed, first.token, 10))
      const lost = { ...failed, number: 2, incident: null, fault: { ...failed.fault, tag: "WorkerLost", step: null } as never }
      assert.isTrue(yield* store.keep(run, lost, second.token, 10))
      assert.deepStrictEqual((yield* incidents)[1], {
        id: "a-1.2", run: "a-1", attempt: 2, at: 10, fault: "WorkerLost", step: null, verdict: null, explanation: null
      })
      yield* store.accept("a-1", { attempt: 3, token: "three" }, own(11))
      assert.isTrue(yield* store.keep(run, attemptResult({ number: 3 }), "three", 12))
      assert.deepStrictEqual((yield* attemptRows).map(({ number, status }) => [number, status]), [
        [1, "failed"],
        [2, "failed"],
        [3, "succeeded"]
      ])
      assert.strictEqual((yield* incidents).length, 2)
    })))

  it.live("says that an attempt was interrupted which another one has taken the place of", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launchOf("a"), self)
      yield* store.accept("a-2", first, own(1))
      yield* store.accept("a-1", first, own(1))
      yield* store.accept("a-1", second, own(7))
      assert.deepStrictEqual((yield* attemptRows).map(({ ended, status }) => [status, ended]), [
        ["interrupted", 7],
        ["running", null],
        ["running", null]
      ])
    })))

  it.live("refuses an id twice and leaves nothing of the second launch", () =>
    using(lend, Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launchOf("a", 1), self)
      const failed = yield* Effect.flip(store.begin({ ...launchOf("b", 2), runs: launchOf("a", 1).runs }, self))
      assert.strictEqual(failed._tag, "StoreFailed")
      assert.strictEqual((yield* store.list()).length, 2)
      assert.isNull(yield* store.launch("b"))
      yield* store.begin(launchOf("b", 2), self)
      assert.strictEqual((yield* store.list()).length, 4)
    })))

  it.live("is shared by several that have it open at once", () =>
    lend((opening) =>
      Effect.gen(function*() {
        const write = (id: string) =>
          Effect.gen(function*() {
            const store = yield* Store
            for (let index = 0; index < 20; index++) yield* store.begin(launchOf(`${id}${index}`, index), self)
          }).pipe(Effect.provide(opening))
        yield* Effect.all([write("x"), write("y")], { concurrency: 2 })
        const list = yield* Effect.flatMap(Store, ({ list }) => list()).pipe(Effect.provide(opening))
        assert.strictEqual(list.length, 80)
      })
    ))

  it.live("takes what came of a run from its folder where the process could not record it", () =>
    inTemporaryFolder((folder) =>
      using(lend, Effect.gen(function*() {
        const result = runResult({ id: "a-1", directory: folder })
        fs.writeFileSync(path.join(folder, "result.json"), JSON.stringify(result))
        const store = yield* Store
        const dead = gone()
        const launch = launchOf("a")
        const begun: NewLaunch = { ...launch, runs: launch.runs.map((run) => ({ ...run, directory: folder })) }
        yield* store.begin(begun, dead)
        yield* store.accept("a-1", first, { holder: dead, at: 5 })
        const [run] = yield* store.list()
        assert.strictEqual(run?.status, "succeeded")
        assert.deepStrictEqual(run?.result, result)
      }))
    ))
})

describe("Store.layerSqlite", () => {
  const open = (file: string) => Effect.flip(Effect.provide(Effect.flatMap(Store, ({ list }) => list()), Store.layerSqlite(file)))

  it.effect("leaves another program's database as it is", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "ballast.db")
      const other = new DatabaseSync(file)
      other.exec("create table users (name text)")
      other.close()
      const before = fs.readFileSync(file)
      const failed = yield* open(file)
      assert.match(failed.message, /another program's database/)
      assert.deepStrictEqual(fs.readFileSync(file), before)
    })))

  it.effect("leaves a database of another version as it is, and says what to do", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "ballast.db")
      for (const [version, expected] of [[1, /an older version.*--home/], [1000, /a newer version.*--home/]] as const) {
        const other = new DatabaseSync(file)
        other.exec(`pragma user_version = ${version}`)
        other.close()
        const failed = yield* open(file)
        assert.match(failed.message, expected)
      }
    })))

  it.effect("says which file is no database", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "ballast.db")
      fs.writeFileSync(file, "this is a text and no database, however long it goes on".repeat(100))
      const failed = yield* open(file)
      assert.strictEqual(failed._tag, "StoreFailed")
      assert.include(failed.message, file)
    })))
})
