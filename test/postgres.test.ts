import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { make, postgresql } from "./postgres.ts"

postgresql("a PostgreSQL server for tests", (server) => {
  it.live("keeps what was committed when it is restarted, killed included, and its address", () =>
    Effect.gen(function*() {
      const { database, query, restart, start, stop } = yield* server
      const url = yield* database
      yield* query("create table t (a integer)", url)
      for (const mode of ["fast", "immediate"] as const) {
        yield* query("insert into t values (1)", url)
        yield* restart(mode)
      }
      yield* query("insert into t values (1)", url)
      yield* stop("immediate")
      yield* start
      assert.deepStrictEqual(yield* query("select sum(a)::integer as sum from t", url), [{ sum: 3 }])
    }))

  it.live("gives every test a database of its own", () =>
    Effect.gen(function*() {
      const { database, query } = yield* server
      const [one, other] = [yield* database, yield* database]
      yield* query("create table t (a integer)", one)
      assert.deepStrictEqual(yield* query("select to_regclass('t') as found", other), [{ found: null }])
    }))

  it.live("is gone with its folder when the scope closes", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.scoped(Effect.gen(function*() {
        const { query } = yield* make()
        const [row] = yield* query("show data_directory")
        const folder = path.dirname(String(row?.["data_directory"]))
        assert.isTrue(fs.existsSync(folder))
        return folder
      }))
      assert.isFalse(fs.existsSync(folder))
    }))

  it.live("is gone with its folder when the process that started it is killed", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.promise(async () => {
        const program = `
          import * as Effect from "effect/Effect"
          import { make } from ${JSON.stringify(path.join(import.meta.dirname, "postgres.ts"))}
          await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
            const { query } = yield* make()
            const [row] = yield* query("show data_directory")
            process.stdout.write(row.data_directory)
            setInterval(() => undefined, 1_000)
            yield* Effect.never
          })))
        `
        const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
          cwd: import.meta.dirname,
          stdio: ["ignore", "pipe", "inherit"]
        })
        const [told] = await once(child.stdout, "data") as [Buffer]
        child.kill("SIGKILL")
        return path.dirname(String(told))
      })
      while (fs.existsSync(folder)) yield* Effect.sleep("50 millis")
    }))
})
