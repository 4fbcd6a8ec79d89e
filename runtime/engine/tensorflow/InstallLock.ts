/**
 * One installation at a time. SQLite's lock on a file is the kernel's: it ends with its process however that ends, so
 * nothing stale is left to judge by process ids.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Words from "../../../dsl/Words.ts"

/** The folder or its lock file cannot be written. */
export class LockFailed extends Schema.TaggedError<LockFailed>()("LockFailed", { message: Schema.String }) {}

const attempt = <A>(folder: string, body: () => A): Effect.Effect<A, LockFailed> =>
  Effect.try({
    try: body,
    catch: (cause) =>
      new LockFailed({ message: `${folder} cannot be locked: ${Words.reasonOf(cause)}` })
  })

const tryLock = (file: string): DatabaseSync | null => {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec("BEGIN EXCLUSIVE")
    return database
  } catch (cause) {
    database.close()
    // SQLITE_BUSY
    if (cause instanceof Error && "errcode" in cause && cause.errcode === 5) return null
    throw cause
  }
}

/**
 * Holds the lock of a folder until the scope closes, waiting where another process has it; `waiting` is called once if
 * so. The folder is made where it is missing. Fails with LockFailed.
 */
export const hold = Effect.fn("InstallLock.hold")(
  function*(folder: string, waiting: () => void): Effect.fn.Return<void, LockFailed, Scope.Scope> {
    const file = path.join(folder, "install.lock")
    yield* attempt(folder, () => fs.mkdirSync(folder, { recursive: true }))
    for (let round = 0;; round++) {
      const held = yield* Effect.acquireRelease(
        attempt(folder, () => tryLock(file)),
        (database) => Effect.sync(() => database?.close())
      )
      if (held !== null) return
      if (round === 0) yield* Effect.sync(waiting)
      yield* Effect.sleep("250 millis")
    }
  }
)
