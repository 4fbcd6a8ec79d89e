import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Confined from "../../../runtime/source/Confined.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"

const limits: Confined.Limits = {
  milliseconds: 60_000,
  seconds: 60,
  resultBytes: 1000,
  printedBytes: 1000,
  memoryBytes: 1 << 30,
  writes: false
}

/** Runs a script of Node on a text, in an empty folder. */
const run = (script: string, input = "", changed: Partial<Confined.Limits> = {}) =>
  inTemporaryFolder((directory) =>
    Confined.run({
      command: process.execPath,
      parameters: ["--input-type=module", "--eval", script],
      directory,
      limits: { ...limits, ...changed }
    }, input)
  )

const busy = "for (;;) {}"

describe("run", () => {
  it.live("hands over a text and what comes of it, and no environment", () =>
    Effect.gen(function*() {
      process.env["BALLAST_CANARY"] = "here"
      const ended = yield* run(
        `import fs from "node:fs"
         console.log("said aside")
         console.error("complained")
         fs.writeSync(3, fs.readFileSync(0, "utf8").toUpperCase() + Object.keys(process.env).toSorted())`,
        "text "
      )
      assert.deepStrictEqual(ended, {
        result: "TEXT LC_ALL,PWD,TZ",
        complaint: "complained\n",
        code: 0,
        signal: null,
        breach: null
      })
    }))

  it.live("ends what takes too long, by the clock and by the processor", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* run("setInterval(() => undefined, 1000)", "", { milliseconds: 300 })).breach, "time")
      assert.strictEqual((yield* run(busy, "", { seconds: 1 })).breach, "time")
    }))

  it.live("ends what gives back or prints too much, and keeps none of it", () =>
    Effect.gen(function*() {
      const endless = (descriptor: number) =>
        `import fs from "node:fs"; for (;;) fs.writeSync(${descriptor}, "x".repeat(1000))`
      for (const [descriptor, breach] of [[1, "printed"], [2, "printed"], [3, "result"]] as const) {
        const ended = yield* run(endless(descriptor))
        assert.strictEqual(ended.breach, breach)
        assert.strictEqual(ended.result, "")
      }
    }))

  it.live("lets nothing be written to files", () =>
    Effect.gen(function*() {
      const script = `import fs from "node:fs"
        try { fs.writeFileSync("a", "text") } catch ({ code }) { fs.writeSync(3, code) }`
      assert.strictEqual((yield* run(script)).result, "EFBIG")
      assert.strictEqual((yield* run(script, "", { writes: true })).result, "")
    }))

  it.live("holds each process to its memory", () =>
    Effect.gen(function*() {
      const ended = yield* run(`const kept = []; for (;;) kept.push(Buffer.alloc(1 << 24, 1))`)
      assert.strictEqual(ended.breach, null)
      assert.notStrictEqual(ended.code, 0)
    }))

  it.live("ends what a program has started, also where that stays behind", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const marker = path.join(folder, "marker")
        const script = `import { spawn } from "node:child_process"
          spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)", ${JSON.stringify(marker)}], { stdio: "ignore" }).unref()`
        assert.strictEqual((yield* run(script)).code, 0)
        while (checkouts.processesOf(marker).some((command) => !command.includes("--eval"))) yield* Effect.sleep("10 millis")
      })
    ))

  it.live("says so of a program that does not start", () =>
    Effect.gen(function*() {
      const nowhere = { command: process.execPath, parameters: [], directory: "/nowhere", limits }
      assert.strictEqual((yield* Confined.run(nowhere, "")).breach, "start")
      const missing = yield* Confined.run({ ...nowhere, command: "/nowhere/node", directory: "/" }, "")
      assert.strictEqual(missing.code, 127)
      assert.include(missing.complaint, "not found")
    }))

  it.live("does not wait for one that reads nothing", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* run("process.exit(7)", "x".repeat(1 << 22))).code, 7)
    }))

  it.live("leaves no folder changed", () =>
    inTemporaryFolder((directory) =>
      Effect.gen(function*() {
        yield* Confined.run({ command: "/bin/sh", parameters: ["-c", "echo a > b; kill -SEGV $$"], directory, limits }, "")
        assert.deepStrictEqual(fs.readdirSync(directory).filter((file) => fs.statSync(path.join(directory, file)).size > 0), [])
      })
    ))
})
