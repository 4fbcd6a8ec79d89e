import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Subprocess from "../../../runtime/engine/Subprocess.ts"

const node = (program: string) => Subprocess.run(process.execPath, ["--eval", program])

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A killed process whose parent has gone stays listed as a zombie until it is reaped.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}

describe("Subprocess", () => {
  it.effect("returns standard output alone", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* node("console.error('noise'); console.log('answer')"), "answer\n")
    }))

  it.effect("passes arguments as they are, without a shell", () =>
    Effect.gen(function*() {
      const program = "console.log(JSON.stringify(process.argv.slice(1)))"
      const parameters = ["$HOME", "a b", "; exit 1", "*"]
      assert.deepStrictEqual(
        JSON.parse(yield* Subprocess.run(process.execPath, ["--eval", program, ...parameters])),
        parameters
      )
    }))

  it.effect("fails with the code and the last lines of both streams", () =>
    Effect.gen(function*() {
      const failed = yield* Effect.flip(
        node("for (let i = 0; i < 100; i++) console.log(i); console.error('why'); process.exitCode = 3")
      )
      assert.strictEqual(failed.exitCode, 3)
      assert.include(failed.output, "why")
      assert.notInclude(failed.output, "\n50\n")
      assert.include(failed.message, "ended with code 3")
    }))

  it.effect("tells a program that is not there from one that fails", () =>
    Effect.gen(function*() {
      const failed = yield* Effect.flip(Subprocess.run("ballast-no-such-program", []))
      assert.isFalse(failed.found)
      assert.strictEqual(failed.message, "ballast-no-such-program was not found")
    }))

  it.live("kills the program and what it started when interrupted", () =>
    Effect.gen(function*() {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-subprocess-"))
      const file = path.join(folder, "pids")
      const program = "const { spawn } = require('node:child_process'); const child = spawn('sleep', ['60']);"
        + `require('node:fs').writeFileSync(${JSON.stringify(file)} + '.tmp', process.pid + ' ' + child.pid);`
        + `require('node:fs').renameSync(${JSON.stringify(file)} + '.tmp', ${JSON.stringify(file)}); setInterval(() => {}, 1000)`
      const fiber = yield* Effect.forkChild(node(program))
      while (!fs.existsSync(file)) yield* Effect.sleep("20 millis")
      const pids = fs.readFileSync(file, "utf8").split(" ").map(Number)
      assert.isTrue(pids.every(alive))
      yield* Fiber.interrupt(fiber)
      for (let round = 0; round < 100 && pids.some(alive); round++) yield* Effect.sleep("20 millis")
      assert.isFalse(pids.some(alive))
      fs.rmSync(folder, { recursive: true })
    }))
})
