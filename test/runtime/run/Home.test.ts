import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import fileSystem from "node:fs"
import * as fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import * as path from "node:path"
import * as Home from "../../../runtime/run/Home.ts"
import { inTemporaryFolder } from "./temporary.ts"

/** Has every folder lie on a file system of this number: no test can mount one that several hosts write to. */
const onFileSystem = (type: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { statfsSync } = fileSystem
      const told = { ...statfsSync("."), type }
      Object.assign(fileSystem, { statfsSync: () => told })
      syncBuiltinESMExports()
      return statfsSync
    }),
    (statfsSync) =>
      Effect.sync(() => {
        Object.assign(fileSystem, { statfsSync })
        syncBuiltinESMExports()
      })
  )

describe("Home", () => {
  it.effect("makes its folders and keeps itself out of git, without touching what is there", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const home = yield* Home.open(path.join(folder, "a", "home"))
      assert.isTrue(fs.statSync(home.runs).isDirectory())
      assert.strictEqual(fs.readFileSync(path.join(home.directory, ".gitignore"), "utf8"), "*\n")
      fs.writeFileSync(path.join(home.directory, ".gitignore"), "mine\n")
      yield* Home.open(home.directory)
      assert.strictEqual(fs.readFileSync(path.join(home.directory, ".gitignore"), "utf8"), "mine\n")
    })))

  it.effect("says what to do where the folder cannot be made", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "file")
      fs.writeFileSync(file, "")
      const failed = yield* Effect.flip(Home.open(path.join(file, "home")))
      assert.strictEqual(failed._tag, "HomeUnusable")
      assert.match(failed.message, /cannot be written to: EEXIST: file already exists, mkdir '.*\/file'.*--home or BALLAST_HOME/)
      const nowhere = yield* Effect.flip(Home.open("/proc/nowhere/home"))
      assert.match(nowhere.message, /cannot be written to: ENOENT.*--home or BALLAST_HOME/)
    })))

  it.effect("is refused on a file system that several hosts write to, but where its record lies elsewhere", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      assert.isNull(Home.networkFileSystem(folder))
      // What is above 2 ^ 31 some hosts tell as a number below 0.
      for (const [type, name] of [[0x6969, "NFS"], [0xff534d42, "CIFS"], [0xff534d42 | 0, "CIFS"]] as const) {
        yield* Effect.scoped(Effect.gen(function*() {
          yield* onFileSystem(type)
          assert.strictEqual(Home.networkFileSystem(folder), name)
          const failed = yield* Effect.flip(Home.open(folder))
          assert.strictEqual(failed._tag, "HomeUnusable")
          assert.match(failed.message, new RegExp(`lies on ${name}, .*--home or BALLAST_HOME`))
          assert.strictEqual((yield* Home.open(folder, { shared: true })).directory, folder)
        }))
      }
      assert.strictEqual((yield* Home.open(folder)).directory, folder)
    })))

  it.effect("finds no runs where nothing was run", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const failed = yield* Effect.flip(Home.existing(folder))
      assert.match(failed.message, /holds no runs/)
    })))
})
