import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"
import * as Words from "../../../dsl/Words.ts"
import * as Home from "../Home.ts"
import { migrations } from "../store/Schema.ts"
import * as Check from "./Check.ts"
import * as FileLocks from "./FileLocks.ts"

const name = "store"

/** Others write for a few milliseconds at a time. */
const patienceMilliseconds = 2000

const otherHome = "name another folder with --home or BALLAST_HOME"

/** Opens a file that is there. Never makes one. */
const open = (file: string, mode: "ro" | "rw"): DatabaseSync => {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite")
  const address = pathToFileURL(file)
  address.searchParams.set("mode", mode)
  return new DatabaseSync(address, { timeout: patienceMilliseconds, readOnly: mode === "ro" })
}

const using = <A>(file: string, mode: "ro" | "rw", use: (database: DatabaseSync) => A): A => {
  const database = open(file, mode)
  try {
    return use(database)
  } finally {
    database.close()
  }
}

const codes = { busy: 5, locked: 6, corrupt: 11, notDatabase: 26, cantOpen: 14, readOnly: 8, permission: 3 } as const

const codeOf = (cause: unknown): number | null =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number" ? cause.errcode & 0xff : null

const damaged = (file: string, what: string): Check.Diagnosis =>
  Check.failed(
    name,
    `${file} is damaged: ${what}`,
    `end what uses it, copy the folder, then sqlite3 ${file} .recover | sqlite3 ${file}.mended, and put that in its place; `
      + "the folders of runs are whole without it"
  )

const lockedBy = (file: string): Check.Diagnosis => {
  const writing = [...FileLocks.users(file)?.writing ?? []]
  return Check.failed(
    name,
    `${file} has been locked for ${patienceMilliseconds / 1000} s by ${
      writing.length === 0 ? "a process that the system does not name" : writing.map(FileLocks.nameOf).join(", ")
    }`,
    writing.length === 0
      ? "find the process that hangs, and end it"
      : `wait for its end, or end it: kill ${writing.join(" ")}`
  )
}

const broken = (file: string, cause: unknown): Check.Diagnosis => {
  const said = Words.reasonOf(cause)
  switch (codeOf(cause)) {
    case codes.busy:
    case codes.locked:
      return lockedBy(file)
    case codes.corrupt:
    case codes.notDatabase:
      return damaged(file, said)
    case codes.cantOpen:
    case codes.readOnly:
    case codes.permission:
      return Check.failed(
        name,
        `${file} cannot be opened: ${said}`,
        `let the user who trains write to it and its folder, or ${otherHome}`
      )
    default:
      return Check.failed(name, `${file} cannot be used: ${said}`, `see that its disk is in order, or ${otherHome}`)
  }
}

/** Says whether this version of Ballast reads the tables of a version; null where it does. */
const foreign = (file: string, version: number, tables: number): Check.Diagnosis | null => {
  if (version === 0 && tables > 0) return Check.failed(name, `${file} is another program's database`, otherHome)
  if (version === 0 || migrations.some((migration) => migration.version === version)) return null
  const newest = migrations.at(-1)?.version ?? 0
  const writer = version > newest ? "a newer" : "an older"
  return Check.failed(
    name,
    `${file} was written by ${writer} version of Ballast: its tables are of version ${version}, this one's of ${newest}`,
    `use that version of Ballast, or ${otherHome}`
  )
}

const schemaOf = (version: number): string => {
  const newest = migrations.at(-1)?.version ?? 0
  const tables = `tables of version ${version}`
  return version === newest ? tables : `${tables}, which the next command brings to ${newest}`
}

/** Reads the whole of a database. */
const read = (file: string): string | Check.Diagnosis =>
  using(file, "ro", (database) => {
    const { user_version: version } = database.prepare("pragma user_version").get() as { readonly user_version: number }
    const { count } = database.prepare("select count(*) as count from sqlite_master").get() as { readonly count: number }
    const refused = foreign(file, version, count)
    if (refused !== null) return refused
    const { quick_check: said } = database.prepare("pragma quick_check(1)").get() as { readonly quick_check: string }
    return said === "ok" ? schemaOf(version) : damaged(file, said)
  })

/** Tells of a log that a process has left which was ended while it had the database open. */
const leftover = (file: string): number => {
  const bytes = fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  return FileLocks.users(file)?.open.size === 0 ? bytes : 0
}

const examine = (file: string): Check.Diagnosis => {
  const left = leftover(file)
  const found = read(file)
  if (typeof found !== "string") return found
  if (left > 0) {
    return Check.warning(
      name,
      `${file}: ${found}, whole; a process that was ended has left ${left} bytes of it in ${file}-wal`,
      "keep both files together; the next command that opens them, such as npx ballast runs list, joins them"
    )
  }
  using(file, "rw", (database) => database.exec("begin immediate; rollback"))
  return Check.ok(name, `${file}: ${found}, whole, and can be written to`)
}

/** Reads the whole record of runs, and begins to write to it. Makes none, and changes nothing. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: ({ home: directory }) =>
    Effect.sync(() => {
      const home = Home.at(directory)
      if (!Home.hasRuns(home)) return [Check.ok(name, `nothing was run in ${directory} yet`)]
      try {
        return [examine(home.database)]
      } catch (cause) {
        return [broken(home.database, cause)]
      }
    })
}
