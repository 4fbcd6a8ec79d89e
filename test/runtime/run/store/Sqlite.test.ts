import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Sqlite from "../../../../runtime/run/store/Sqlite.ts"
import { part } from "../../../require.ts"
import { inTemporaryFolder } from "../temporary.ts"

/** Makes a database with a table and one row in it. */
const made = Effect.fn(function*(file: string) {
  const database = yield* Sqlite.open(file)
  yield* database.change("create table t (text text) strict")
  yield* database.change("pragma user_version = 1")
  yield* database.change("insert into t values ('kept')")
  return database
})

const texts = (file: string) =>
  Effect.scoped(Effect.flatMap(Sqlite.open(file), (database) => database.rows("select text from t")))

const refusal = (file: string) => Effect.map(Effect.flip(Effect.scoped(Sqlite.open(file))), ({ message }) => message)

describe("Sqlite", () => {
  it.live("waits for another process that writes, and says so where that does not end", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "ballast.db")
      yield* Effect.scoped(made(file))
      const other = new DatabaseSync(file)
      other.exec("begin immediate")
      const insert = Effect.fn(function*(patience: "50 millis" | "1 minute") {
        const database = yield* Sqlite.open(file, { patience })
        return yield* database.change("insert into t values ('late')")
      }, Effect.scoped)
      const failed = yield* Effect.flip(insert("50 millis"))
      assert.match(failed.message, /ballast\.db: another process writes to it.*try again/)
      assert.deepStrictEqual(yield* texts(file), [{ text: "kept" }])
      const release = Effect.andThen(Effect.sleep("50 millis"), Effect.sync(() => other.exec("commit")))
      const [changed] = yield* Effect.all([insert("1 minute"), release], { concurrency: 2 })
      assert.strictEqual(changed, 1)
      other.close()
    })))

  it.live("keeps nothing of a transaction whose process is killed", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "ballast.db")
      yield* Effect.scoped(made(file))
      const program = `
        import * as Effect from "effect/Effect"
        import * as Sqlite from ${JSON.stringify(path.resolve(import.meta.dirname, "../../../../runtime/run/store/Sqlite.ts"))}
        await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
          const database = yield* Sqlite.open(${JSON.stringify(file)})
          yield* database.transaction(Effect.fnUntraced(function*(inside) {
            yield* inside.change("insert into t values ('half')")
            process.stdout.write("half")
            setInterval(() => undefined, 1_000)
            yield* Effect.never
          }))
        })))
      `
      yield* Effect.promise(async () => {
        const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
          cwd: import.meta.dirname,
          stdio: ["ignore", "pipe", "inherit"]
        })
        await once(child.stdout, "data")
        child.kill("SIGKILL")
        await once(child, "exit")
      })
      assert.deepStrictEqual(yield* texts(file), [{ text: "kept" }])
    })))

  it.live("leaves another program's database as it is", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "ballast.db")
      const other = new DatabaseSync(file)
      other.exec("create table users (name text)")
      other.close()
      const before = fs.readFileSync(file)
      assert.match(yield* refusal(file), /ballast\.db: it is another program's database: .*--home/)
      assert.deepStrictEqual(fs.readFileSync(file), before)
      assert.deepStrictEqual(fs.readdirSync(folder), ["ballast.db"])
    })))

  it.live("says of each file that cannot serve what to do", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const text = path.join(folder, "text.db")
      fs.writeFileSync(text, "this is a text and no database, however long it goes on".repeat(100))
      assert.match(yield* refusal(text), /text\.db: the file is no database: move it away/)
      assert.match(yield* refusal(path.join(folder, "none", "a.db")), /a\.db: it cannot be opened: .*--home/)
      const damaged = path.join(folder, "damaged.db")
      yield* Effect.scoped(made(damaged))
      const bytes = fs.readFileSync(damaged)
      fs.writeFileSync(damaged, bytes.fill(0xff, 4096))
      assert.match((yield* Effect.flip(texts(damaged))).message, /damaged\.db: the file is damaged: .*\.recover/)
    })))
})

/** Lends a small file system that a test may fill; null where none may be mounted. */
const onSmallDisk = <A, E>(use: (folder: string) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
  inTemporaryFolder((folder) =>
    Effect.acquireUseRelease(
      Effect.sync(() => spawnSync("/bin/mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder])),
      () => use(folder),
      () => Effect.sync(() => spawnSync("/bin/umount", ["--lazy", folder]))
    ))

/** Tells whether this process may mount at all, with a mount that nobody else sees. */
const mayMount = (): boolean => spawnSync("/usr/bin/unshare", ["--mount", "/bin/mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0

part("mount", mayMount(), "Sqlite on a small disk", () => {
  it.live("says that the disk is full, keeps what was there, and goes on when there is space", () =>
    onSmallDisk((folder) =>
      Effect.scoped(Effect.gen(function*() {
        const file = path.join(folder, "ballast.db")
        const database = yield* made(file)
        const ballast = path.join(folder, "ballast")
        fs.writeFileSync(ballast, Buffer.alloc(64 * 1024))
        const grown = "x".repeat(8 * 1024)
        let inserted = 0
        const fill = Effect.forever(Effect.tap(database.change("insert into t values ($1)", grown), () =>
          Effect.sync(() => void inserted++)))
        assert.match((yield* Effect.flip(fill)).message, /ballast\.db: the disk is full: free some space.* is kept/)
        const whole = yield* Effect.flip(database.transaction(Effect.fnUntraced(function*(inside) {
          yield* inside.change("delete from t where text = 'kept'")
          for (let count = 0; count < 8; count++) yield* inside.change("insert into t values ($1)", grown)
        })))
        assert.match(whole.message, /the disk is full/)
        const count = "select count(*) as count, sum(text = 'kept') as kept from t"
        assert.deepStrictEqual(yield* database.rows(count), [{ count: inserted + 1, kept: 1 }])
        fs.rmSync(ballast)
        assert.strictEqual(yield* database.change("insert into t values ($1)", grown), 1)
        assert.deepStrictEqual(yield* database.rows(count), [{ count: inserted + 2, kept: 1 }])
      }))
    ))

  it.live("says that it may only be read", () =>
    onSmallDisk((folder) =>
      Effect.gen(function*() {
        const file = path.join(folder, "ballast.db")
        yield* Effect.scoped(made(file))
        spawnSync("/bin/mount", ["-o", "remount,ro", folder])
        const failed = yield* Effect.flip(Effect.scoped(Effect.gen(function*() {
          const database = yield* Sqlite.open(file)
          yield* database.change("insert into t values ('no')")
        })))
        assert.match(failed.message, /ballast\.db: .*may be written to, or .*--home/)
      })
    ))
})
