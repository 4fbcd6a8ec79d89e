import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Expect from "../../../dsl/Expect.ts"
import * as Owner from "../../../runtime/run/Owner.ts"
import { type NewLaunch, Store } from "../../../runtime/run/Store.ts"
import { failedRun, runResult } from "./results.ts"
import { inTemporaryFolder } from "./temporary.ts"

const request = { file: "/e.ts", steps: null, engine: "auto", injection: "nan@3", expect: [Expect.diverges("bare")] } as const

const launch = (id: string, started: number, owner: Owner.Owner = Owner.self()): NewLaunch => ({
  id,
  experiment: "coldstart",
  owner,
  started,
  request,
  runs: ["bare", "clip"].map((arm, index) => ({ id: `${id}-${index + 1}`, arm, seed: 0, directory: `runs/${id}-${index + 1}` }))
})

/** A process that ended: its number belongs to nobody. */
const gone = (): Owner.Owner => ({ pid: spawnSync(process.execPath, ["--eval", ""]).pid, born: null })

const own = (at: number) => ({ owner: Owner.self(), at })

const first = { attempt: 1, token: "one" }

describe("Store", () => {
  it.effect("keeps launches and runs, numbers that JSON lacks included, and lists the newest launch first", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launch("a", 1))
      yield* store.begin(launch("b", 2))
      assert.isTrue(yield* store.accept("a-1", first, own(5)))
      const result = failedRun("NonFinite", { id: "a-1", arm: "NaN", gradNorm: { median: NaN, p99: NaN, max: -Infinity } })
      assert.isTrue(yield* store.end(result, first.token, 9))
      assert.isTrue(yield* store.accept("b-2", first, own(7)))
      const list = yield* store.list
      assert.deepStrictEqual(list.map(({ id, status }) => [id, status]), [
        ["b-1", "waiting"],
        ["b-2", "running"],
        ["a-1", "failed"],
        ["a-2", "waiting"]
      ])
      const ended = list.find(({ id }) => id === "a-1")
      assert.deepStrictEqual(ended?.result, result)
      assert.deepStrictEqual([ended?.started, ended?.ended], [5, 9])
    }).pipe(Effect.provide(Store.layerMemory)))

  it.effect("says that a run was interrupted whose process is gone", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const owner = gone()
      yield* store.begin(launch("a", 1, owner))
      yield* store.accept("a-1", first, { owner, at: 5 })
      yield* store.end(runResult({ id: "a-2" }), null, 9)
      assert.deepStrictEqual((yield* store.list).map(({ status }) => status), ["interrupted", "succeeded"])
    }).pipe(Effect.provide(Store.layerMemory)))

  it.effect("gives a launch to one other process, and lets the newest attempt alone write", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const [dead, self] = [gone(), Owner.self()]
      yield* store.begin(launch("a", 1, dead))
      assert.isTrue(yield* store.accept("a-1", first, { owner: dead, at: 5 }))
      assert.isTrue(yield* store.take("a", { from: dead, to: self }, ["a-2"]))
      assert.isFalse(yield* store.take("a", { from: dead, to: self }, ["a-2"]))
      assert.deepStrictEqual((yield* store.launch("a"))?.owner, self)
      assert.deepStrictEqual((yield* store.launch("a"))?.request, request)
      assert.isNull(yield* store.launch("b"))

      const second = { attempt: 2, token: "two" }
      assert.isFalse(yield* store.accept("a-1", second, { owner: dead, at: 6 }))
      assert.isTrue(yield* store.accept("a-1", second, own(6)))
      assert.isFalse(yield* store.accept("a-1", { attempt: 2, token: "again" }, own(6)))
      assert.isFalse(yield* store.end(failedRun("WorkerLost", { id: "a-1" }), first.token, 7))
      const [running] = yield* store.list
      assert.deepStrictEqual([running?.status, running?.attempt, running?.result], ["running", 2, null])
      assert.isTrue(yield* store.end(runResult({ id: "a-1" }), second.token, 8))
      assert.isFalse(yield* store.end(failedRun("WorkerLost", { id: "a-1" }), first.token, 9))
      const [ended] = yield* store.list
      assert.deepStrictEqual([ended?.status, ended?.started, ended?.ended], ["succeeded", 5, 8])
    }).pipe(Effect.provide(Store.layerMemory)))

  it.effect("refuses an id twice and leaves nothing of the second launch", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin(launch("a", 1))
      const failed = yield* Effect.flip(store.begin({ ...launch("b", 2), runs: launch("a", 1).runs }))
      assert.strictEqual(failed._tag, "StoreFailed")
      assert.strictEqual((yield* store.list).length, 2)
      yield* store.begin(launch("b", 2))
      assert.strictEqual((yield* store.list).length, 4)
    }).pipe(Effect.provide(Store.layerMemory)))

  it.effect("shares a file between two that are open at once", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const layer = () => Store.layerSqlite(path.join(folder, "ballast.db"))
      const write = (id: string) =>
        Effect.gen(function*() {
          const store = yield* Store
          for (let index = 0; index < 20; index++) yield* store.begin(launch(`${id}${index}`, index))
        }).pipe(Effect.provide(layer()))
      yield* Effect.all([write("x"), write("y")], { concurrency: 2 })
      const list = yield* Effect.flatMap(Store, ({ list }) => list).pipe(Effect.provide(layer()))
      assert.strictEqual(list.length, 80)
    })))

  it.effect("takes what came of a run from its folder where the process could not record it", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const result = runResult({ id: "a-1", directory: folder })
      fs.writeFileSync(path.join(folder, "result.json"), JSON.stringify(result))
      const [run] = yield* Effect.gen(function*() {
        const store = yield* Store
        const begun = launch("a", 1, gone())
        yield* store.begin({ ...begun, runs: begun.runs.map((run) => ({ ...run, directory: folder })) })
        yield* store.accept("a-1", first, { owner: begun.owner, at: 5 })
        return yield* store.list
      }).pipe(Effect.provide(Store.layerMemory))
      assert.strictEqual(run?.status, "succeeded")
      assert.deepStrictEqual(run?.result, result)
    })))

  it.effect("leaves another program's database as it is", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "ballast.db")
      const other = new DatabaseSync(file)
      other.exec("create table users (name text)")
      other.close()
      const before = fs.readFileSync(file)
      const failed = yield* Effect.flip(Effect.provide(Effect.flatMap(Store, ({ list }) => list), Store.layerSqlite(file)))
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
        const failed = yield* Effect.flip(Effect.provide(Effect.flatMap(Store, ({ list }) => list), Store.layerSqlite(file)))
        assert.match(failed.message, expected)
      }
    })))

  it.effect("says which file is no database", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "ballast.db")
      fs.writeFileSync(file, "this is a text and no database, however long it goes on".repeat(100))
      const failed = yield* Effect.flip(Effect.provide(Effect.flatMap(Store, ({ list }) => list), Store.layerSqlite(file)))
      assert.strictEqual(failed._tag, "StoreFailed")
      assert.include(failed.message, file)
    })))
})
