import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as fs from "node:fs"
import * as path from "node:path"
import * as About from "../../../../runtime/run/telemetry/About.ts"
import * as Log from "../../../../runtime/run/telemetry/Log.ts"
import { inTemporaryFolder } from "../temporary.ts"
import * as hostile from "./hostile.ts"

const logged = (effect: Effect.Effect<unknown>, options: Partial<Log.Options> = {}): Effect.Effect<string> =>
  inTemporaryFolder((folder) =>
    Effect.gen(function*() {
      const file = path.join(folder, "log")
      const write = (text: string) => fs.appendFileSync(file, text)
      const layer = Log.layer({ format: "auto", terminal: false, colour: false, write, ...options })
      yield* Effect.provide(effect, layer)
      return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : ""
    })
  )

type Line = Readonly<Record<string, unknown>>

const linesOf = (log: string): ReadonlyArray<Line> => {
  assert.isTrue(log.endsWith("\n"))
  return log.slice(0, -1).split("\n").map((line) => JSON.parse(line) as Line)
}

describe("Log", () => {
  it.live("tells with every line what it is about, across fibers", () =>
    Effect.gen(function*() {
      const job = { id: "l-1", experiment: "coldstart", arm: "clip + warmup", seed: 3 }
      const work = Effect.gen(function*() {
        yield* Effect.logInfo("begins")
        const attempt = Effect.logWarning("the loss is", NaN, { gradNorm: Infinity }).pipe(About.attempt(2, "wasm", 100))
        yield* Effect.all([attempt, attempt], { concurrency: 2 })
        yield* Effect.logInfo("decided").pipe(About.failed(2, "NonFinite"))
      }).pipe(About.run(job), About.launch("l", "coldstart"), About.worker("host-7"))
      const [begins, first, second, decided, ...others] = linesOf(yield* logged(work))
      assert.deepStrictEqual(others, [])
      const about = { worker: "host-7", launch: "l", experiment: "coldstart", run: "l-1", arm: "clip + warmup", seed: 3 }
      const { timestamp, ...rest } = begins as Line
      assert.strictEqual(new Date(String(timestamp)).toISOString(), timestamp)
      assert.deepStrictEqual(rest, { level: "info", message: "begins", ...about })
      assert.strictEqual(first?.["message"], `the loss is "NaN" {"gradNorm":"Infinity"}`)
      assert.deepInclude(decided, { ...about, attempt: 2, fault: "NonFinite" })
      for (const line of [first, second]) {
        assert.deepInclude(line, { ...about, level: "warn", attempt: 2, engine: "wasm", step: 100 })
      }
    }))

  it.live("tells what went wrong, with where", () =>
    Effect.gen(function*() {
      const failing = Effect.fail(new Error("postgres://b:hunter2@db is not reached")).pipe(
        Effect.catchCause((cause) => Effect.logError("claiming failed", cause))
      )
      const log = yield* logged(failing)
      const [line] = linesOf(log)
      assert.strictEqual(line?.["message"], "claiming failed")
      assert.match(String(line?.["cause"]), /postgres:\/\/<redacted>@db is not reached\n\s+at /)
      assert.notInclude(log, "hunter2")
    }))

  it.live("lets no name forge a line, and shows no secret, in both formats", () =>
    Effect.gen(function*() {
      const work = Effect.forEach(hostile.names, (name) =>
        Effect.logInfo(name).pipe(Effect.annotateLogs({ [name]: name, key: Redacted.make("hunter2") })))
      const json = yield* logged(work)
      assert.strictEqual(linesOf(json).length, hostile.names.length)
      assert.deepStrictEqual(linesOf(json).map(({ message }) => message), hostile.names.map((name) => name.toWellFormed()))
      assert.isTrue(linesOf(json).every(({ key, level }) => key === "<redacted>" && level === "info"))
      const text = yield* logged(work, { terminal: true })
      assert.strictEqual(text.trimEnd().split("\n").length, hostile.names.length)
      assert.isTrue(text.trimEnd().split("\n").every((line) => /^\d\d:\d\d:\d\d info  /.test(line)))
      assert.notInclude(json + text, "hunter2")
    }))

  it.live("is JSON where nobody looks on, and what is asked for elsewhere", () =>
    Effect.gen(function*() {
      const isJson = (options: Partial<Log.Options>) =>
        Effect.map(logged(Effect.logInfo("hello"), options), (log) => log.startsWith("{"))
      assert.isTrue(yield* isJson({ format: "auto", terminal: false }))
      assert.isFalse(yield* isJson({ format: "auto", terminal: true }))
      assert.isTrue(yield* isJson({ format: "json", terminal: true }))
      assert.isFalse(yield* isJson({ format: "text", terminal: false }))
    }))

  it.live("tells the levels that are asked for", () =>
    Effect.gen(function*() {
      const work = Effect.andThen(Effect.logDebug("details"), Effect.logError("trouble"))
      const at = (level: "Debug" | "Info" | "None") => Effect.provideService(work, References.MinimumLogLevel, level)
      const levels = (log: string) => log === "" ? [] : linesOf(log).map(({ level }) => level)
      assert.deepStrictEqual(levels(yield* logged(at("Debug"))), ["debug", "error"])
      assert.deepStrictEqual(levels(yield* logged(at("Info"))), ["error"])
      assert.deepStrictEqual(levels(yield* logged(at("None"))), [])
    }))

  it.live("ends nothing where it cannot be written", () =>
    Effect.gen(function*() {
      const write = (): never => {
        throw new Error("ENOSPC: no space left on device")
      }
      const done = yield* Effect.as(Effect.logInfo("hello"), "done").pipe(
        Effect.provide(Log.layer({ format: "json", terminal: false, colour: false, write }))
      )
      assert.strictEqual(done, "done")
    }))
})
