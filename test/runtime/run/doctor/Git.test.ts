import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Git from "../../../../runtime/run/doctor/Git.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { lookOnce, withProgram } from "./looking.ts"

const environment = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" }

const look = (directory: string, more: Readonly<Record<string, string>> = {}) =>
  lookOnce(Git.check, {}, { directory, environment: { ...environment, ...more } })

const inRepository = (body: (folder: string, git: (...parameters: ReadonlyArray<string>) => string) => void) =>
  inTemporaryFolder((folder) =>
    Effect.sync(() => {
      const identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
      const git = (...parameters: ReadonlyArray<string>): string =>
        execFileSync("git", [...identity, ...parameters], { cwd: folder, encoding: "utf8", env: { ...process.env, ...environment } })
      git("init", "--quiet")
      fs.writeFileSync(path.join(folder, "e.ts"), "one\n")
      git("add", "e.ts")
      body(folder, git)
    })
  )

describe("Git", () => {
  it.effect("tells the commit, and whether files differ from it", () =>
    inRepository((folder, git) => {
      assert.deepStrictEqual([look(folder).status, look(folder).remedy], ["warning", "git add . && git commit"])
      git("commit", "--quiet", "--message", "first")
      const commit = git("rev-parse", "HEAD").slice(0, 12)
      fs.writeFileSync(path.join(folder, "untracked.ts"), "")
      const { found, remedy, status } = look(folder)
      assert.deepStrictEqual([status, remedy], ["ok", null])
      assert.match(found, new RegExp(`^commit ${commit} in .*, nothing changed since$`))
      fs.writeFileSync(path.join(folder, "e.ts"), "two\n")
      const dirty = look(folder)
      assert.strictEqual(dirty.status, "warning")
      assert.include(dirty.found, "1 tracked file differs from it")
      assert.match(dirty.remedy ?? "", /git commit -a/)
    }))

  it.effect("says what to do outside of a repository, without git, and where git does not trust the folder", () =>
    inRepository((folder) => {
      const outside = path.join(folder, "..")
      const none = look(outside, { GIT_CEILING_DIRECTORIES: "/" })
      assert.deepStrictEqual([none.status, none.remedy], ["warning", "git init, then commit the experiments"])
      const absent = look(folder, { PATH: folder })
      assert.deepStrictEqual([absent.status, absent.remedy], ["warning", "apt-get install git"])
      const foreign = look(folder, { GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" })
      assert.strictEqual(foreign.status, "warning")
      assert.match(foreign.remedy ?? "", /^git config --global --add safe\.directory \//)
    }))

  it.effect("does not wait for a git that hangs", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const { found, status } = look(folder, { PATH: withProgram(folder, "git", "sleep 600") })
        assert.deepStrictEqual([status, found], ["warning", "git did not answer within 8 seconds, and was ended"])
      })
    ))
})
