import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as FileLocks from "../../../../runtime/run/doctor/FileLocks.ts"
import { inTemporaryFolder } from "../temporary.ts"

describe("FileLocks", () => {
  it.effect("tells who has a database open, and who writes to it", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const file = path.join(folder, "a.db")
        const users = () => {
          const { open = [], writing = [] } = FileLocks.users(file) ?? {}
          return [[...open], [...writing]]
        }
        assert.deepStrictEqual(users(), [[], []])
        const database = new DatabaseSync(file)
        database.exec("pragma journal_mode = wal; create table a (id integer)")
        assert.deepStrictEqual(users(), [[process.pid], []])
        database.exec("begin immediate")
        assert.deepStrictEqual(users(), [[process.pid], [process.pid]])
        database.close()
        assert.deepStrictEqual(users(), [[], []])
      })
    ))

  it("names a process by its number and its command, however long that is", () => {
    const name = FileLocks.nameOf(process.pid)
    assert.include(name, `process ${process.pid} (`)
    assert.isBelow(name.length, 100)
    assert.strictEqual(FileLocks.nameOf(2 ** 30), `process ${2 ** 30}`)
  })
})
