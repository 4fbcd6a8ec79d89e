import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { part } from "../require.ts"
import { mayMount, onOwnDisk, withProgram } from "../runtime/run/doctor/looking.ts"
import { experiment, inProject, lives } from "./project.ts"

interface Document {
  readonly format: string
  readonly checks: ReadonlyArray<{
    readonly name: string
    readonly status: "ok" | "warning" | "failed"
    readonly found: string
    readonly remedy: string | null
  }>
}

const read = (stdout: string): Document => JSON.parse(stdout) as Document

const statusOf = ({ checks }: Document, name: string): string =>
  checks.find((check) => check.name === name)?.status ?? "absent"

const program = path.resolve(import.meta.dirname, "../../runtime/cli/ballast.js")

describe("ballast doctor", () => {
  it("finds nothing that keeps trainings from running in a new project, and makes nothing there", () =>
    inProject(async ({ folder, start }) => {
      const before = fs.readdirSync(folder)
      const environment = { BALLAST_ENGINES: path.join(folder, "no-engines") }
      const { code, stderr, stdout } = await start(["doctor", "--json"], environment).ended
      const document = read(stdout)
      assert.deepStrictEqual([code, stderr, document.format], [0, "", "ballast.doctor/1"], stdout)
      const engines = ["engine tensorflow", "engine wasm", "engine auto"]
      const names = ["node", ...engines, "gpu", "disk", "store", "runs", "queue", "clock", "data", "git"]
      assert.deepStrictEqual(document.checks.map(({ name }) => name), names)
      for (const { found, remedy, status } of document.checks) {
        assert.isAbove(found.length, 0)
        assert.strictEqual(remedy === null, status === "ok", found)
      }
      assert.deepStrictEqual(fs.readdirSync(folder), before)
    }))

  it("says all that is wrong at once, each with its remedy, and ends with 3", () =>
    inProject(async ({ ballast, folder, start, write }) => {
      write("e.ts", experiment({}))
      const launched = await ballast("run", "e.ts", "--engine", "wasm", "--json")
      assert.strictEqual(launched.code, 0, launched.stderr)
      const database = new DatabaseSync(path.join(folder, ".ballast/ballast.db"))
      database.exec("pragma user_version = 1000")
      database.close()
      const pid = path.join(folder, "pid")
      const environment = {
        PATH: withProgram(folder, "nvidia-smi", `echo $$ > ${pid}; sleep 600`),
        GIT_CEILING_DIRECTORIES: "/",
        BALLAST_ENGINES: path.join(folder, "no-engines")
      }
      const { code, stdout } = await start(["doctor", "--data", "cells=gone", "--json"], environment).ended
      const document = read(stdout)
      assert.strictEqual(code, 3)
      const failed = document.checks.filter(({ status }) => status === "failed")
      assert.deepStrictEqual(failed.map(({ name }) => name), ["gpu", "store", "data cells"])
      const [gpu, store, cells] = failed
      assert.match(gpu?.found ?? "", /nvidia-smi did not answer within 4 seconds, and was ended/)
      assert.isFalse(lives(Number(fs.readFileSync(pid, "utf8"))))
      assert.match(store?.found ?? "", /a newer version of Ballast/)
      assert.match(store?.remedy ?? "", /--home/)
      assert.strictEqual(cells?.found, `${folder}/gone is not there`)
      assert.match(cells?.remedy ?? "", /--data cells=PATH/)
      assert.deepStrictEqual([statusOf(document, "runs"), statusOf(document, "git")], ["warning", "warning"])

      const text = await start(["doctor", "--data", "cells=gone"], { BALLAST_ENGINES: environment.BALLAST_ENGINES }).ended
      assert.strictEqual(text.code, 3)
      assert.match(text.stdout, /^failed {3}data cells +\S+gone is not there\n +-> name its folder with --data cells=PATH/m)
      assert.match(text.stdout, /\n2 failed, \d warnings?\n$/)
    }), 180_000)
})

part("mounts", mayMount, "ballast doctor, where the disk is full", () => {
  it("says so, and that nothing can be run there", () =>
    inProject(async ({ folder }) => {
      const home = path.join(folder, "disk")
      fs.mkdirSync(home)
      const [command = "", ...within] = onOwnDisk(home, "size=256k", `head -c 1000000 /dev/zero > "$1/fill" 2>&- || true`)
      const doctor = [process.execPath, program, "doctor", "--home", home, "--json"]
      const { status, stdout } = spawnSync(command, [...within, ...doctor], { cwd: folder, encoding: "utf8" })
      assert.strictEqual(status, 3)
      const disk = read(stdout).checks.find(({ name }) => name === "disk")
      assert.match(disk?.found ?? "", /cannot be written to: ENOSPC/)
      assert.match(disk?.remedy ?? "", /remove the folders of runs/)
    }))
})
