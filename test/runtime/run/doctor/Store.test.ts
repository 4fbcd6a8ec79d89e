import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Doctor from "../../../../runtime/run/doctor/Store.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { lookHere } from "./looking.ts"

/** A home whose record was made by the store itself. */
const withRecord = (use: (home: string, database: string) => void | Promise<void>) =>
  inTemporaryFolder(Effect.fn(function*(home) {
    const database = path.join(home, "ballast.db")
    yield* Effect.provide(Effect.flatMap(Store, ({ list }) => list()), Store.layerSqlite(database))
    yield* Effect.promise(async () => use(home, database))
  }))

const look = (home: string) => Effect.runSync(lookHere(Doctor.check, { home }))

const change = (database: string, statements: string): void => {
  const open = new DatabaseSync(database)
  open.exec(statements)
  open.close()
}

const hashOf = (file: string): string => createHash("sha256").update(fs.readFileSync(file)).digest("hex")

const filler = `create table filler (text text); with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)
  insert into filler select hex(randomblob(50)) from n`

/** Leaves a database as a process does that is killed while it has it open. */
const leave = (database: string): void => {
  const files = ["", "-wal"].map((suffix) => `${database}${suffix}`)
  const open = new DatabaseSync(database)
  open.exec("pragma journal_mode = wal; create table later (id integer)")
  const left = files.map((file) => fs.readFileSync(file))
  open.close()
  files.forEach((file, index) => fs.writeFileSync(file, left[index] ?? ""))
}

describe("Store", () => {
  it.effect("makes neither a home nor a record where there is none", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const { found, status } = look(path.join(folder, "home"))
        assert.deepStrictEqual([status, found], ["ok", `nothing was run in ${path.join(folder, "home")} yet`])
        look(folder)
        assert.deepStrictEqual(fs.readdirSync(folder), [])
      })
    ))

  it.effect("finds a record whole, and leaves it as it is", () =>
    withRecord((home, database) => {
      const before = hashOf(database)
      const { found, remedy, status } = look(home)
      assert.deepStrictEqual([status, remedy], ["ok", null])
      assert.match(found, /ballast\.db: tables of version \d+, whole, and can be written to$/)
      assert.deepStrictEqual([fs.readdirSync(home), hashOf(database)], [["ballast.db"], before])
    }))

  it.effect("refuses a newer version's tables, an unknown older one's and another program's", () =>
    withRecord((home, database) => {
      change(database, "pragma user_version = 1000")
      const newer = look(home)
      assert.strictEqual(newer.status, "failed")
      assert.match(newer.found, /written by a newer version of Ballast: its tables are of version 1000, this one's of \d+/)
      assert.match(newer.remedy ?? "", /use that version of Ballast, or name another folder with --home/)
      change(database, "pragma user_version = 1")
      assert.match(look(home).found, /an older version of Ballast/)
      change(database, "pragma user_version = 0")
      const other = look(home)
      assert.deepStrictEqual([other.status, other.found], ["failed", `${database} is another program's database`])
    }))

  it.effect("finds what is damaged, and says how to save it", () =>
    withRecord((home, database) => {
      change(database, `${filler}; create index filler_by_text on filler (text)`)
      const whole = fs.readFileSync(database)
      const spoilt: ReadonlyArray<readonly [what: string, bytes: Buffer]> = [
        ["bytes in the middle", Buffer.concat([whole.subarray(0, -40_000), Buffer.alloc(20_000, 7), whole.subarray(-20_000)])],
        ["its end", whole.subarray(0, -50_000)],
        ["its beginning", Buffer.concat([Buffer.from("not a database at all"), whole.subarray(21)])]
      ]
      for (const [what, bytes] of spoilt) {
        fs.writeFileSync(database, bytes)
        const { found, remedy, status } = look(home)
        assert.strictEqual(status, "failed", what)
        assert.match(found, /ballast\.db is damaged: /, what)
        assert.match(remedy ?? "", /copy the folder, then sqlite3 .*ballast\.db \.recover/)
      }
    }))

  it.effect("tells of what a process has left that was ended, and takes nothing of it away", () =>
    withRecord((home, database) => {
      leave(database)
      const before = hashOf(`${database}-wal`)
      const { found, remedy, status } = look(home)
      assert.strictEqual(status, "warning")
      assert.match(found, /whole; a process that was ended has left \d+ bytes of it in .*ballast\.db-wal/)
      assert.match(remedy ?? "", /keep both files together/)
      assert.strictEqual(hashOf(`${database}-wal`), before)
      change(database, "insert into later values (1)")
      assert.strictEqual(look(home).status, "ok")
    }))

  it.effect("is content where another process has it open", () =>
    withRecord((home, database) => {
      const open = new DatabaseSync(database)
      open.exec("create table later (id integer)")
      assert.isAbove(fs.statSync(`${database}-wal`).size, 0)
      assert.strictEqual(look(home).status, "ok")
      open.close()
    }))

  it.live("names the process that has it locked", () =>
    withRecord(async (home, database) => {
      const program = `const { DatabaseSync } = require("node:sqlite"); const open = new DatabaseSync(process.argv[1]);
        open.exec("begin immediate"); console.log("locked"); setInterval(() => {}, 1000)`
      const holder = spawn(process.execPath, ["--eval", program, database], { stdio: ["ignore", "pipe", "inherit"] })
      await new Promise((resolve) => holder.stdout.once("data", resolve))
      const { found, remedy, status } = look(home)
      holder.kill("SIGKILL")
      assert.strictEqual(status, "failed")
      assert.include(found, `ballast.db has been locked for 2 s by process ${holder.pid} (${process.execPath}`)
      assert.include(remedy, `kill ${holder.pid}`)
    }))

  it.effect("says so where it cannot be opened", () =>
    inTemporaryFolder((home) =>
      Effect.sync(() => {
        fs.mkdirSync(path.join(home, "ballast.db"))
        const { found, remedy, status } = look(home)
        assert.strictEqual(status, "failed")
        assert.match(found, /ballast\.db cannot be (opened|used): /)
        assert.match(remedy ?? "", /--home/)
      })
    ))
})
