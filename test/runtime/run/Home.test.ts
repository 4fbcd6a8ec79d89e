import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Home from "../../../runtime/run/Home.ts"
import { inTemporaryFolder } from "./temporary.ts"

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
      assert.match(failed.message, /cannot be written to: ENOTDIR.*--home or BALLAST_HOME/)
    })))

  it.effect("finds no runs where nothing was run", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const failed = yield* Effect.flip(Home.existing(folder))
      assert.match(failed.message, /holds no runs/)
    })))
})
