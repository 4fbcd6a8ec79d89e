import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { WorkerLost } from "../../../dsl/Fault.ts"
import * as Feed from "../../../dsl/Feed.ts"
import * as Batches from "../../../runtime/data/Batches.ts"
import * as Loader from "../../../runtime/data/Loader.ts"
import * as LoaderThreads from "../../../runtime/data/LoaderThreads.ts"
import type * as Source from "../../../runtime/data/Source.ts"
import { hashOf } from "./bytes.ts"
import { inFolder, open, writeSound } from "./folder.ts"
import { makingOf, openShapes } from "./making.ts"

const optionsFor = (source: Source.Source, options: Partial<Loader.Options> = {}): Loader.Options => ({
  ...makingOf(source),
  batchesPerEpoch: 3,
  start: 0,
  ...options
})

const take = (loader: Loader.Loader, count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.map(loader.next, hashOf))

/** What must come, made here and now, one batch after the other. */
const expected = Effect.fn(function*(source: Source.Source, count: number) {
  const batches = Batches.make(optionsFor(source), 0)
  return yield* Effect.forEach(Array.from({ length: count }), (_, step) =>
    Effect.map(Effect.promise(() => batches.training(Math.floor(step / 3), step % 3)), hashOf))
})

const program = (runner: ReadonlyArray<string>) =>
  Effect.callback<{ readonly code: number | null; readonly output: string; readonly errors: string }>((resume) => {
    const file = fileURLToPath(new URL("./loading.ts", import.meta.url))
    const child = spawn(process.execPath, [...runner, file], { stdio: ["ignore", "pipe", "pipe"], timeout: 30_000 })
    let output = ""
    let errors = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => output += text)
    child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text)
    child.on("close", (code) => resume(Effect.succeed({ code, output, errors })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("Loader", () => {
  it.live("gives the same batches in the same order for any number of threads", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(14, 4, 1)
      const wanted = yield* expected(source, 10)
      for (const [threads, ahead] of [[1, 1], [1, 4], [3, 7]] as const) {
        const loader = yield* Loader.make(optionsFor(source, { threads, ahead }))
        assert.deepStrictEqual(yield* take(loader, 10), wanted)
      }
      const later = yield* Loader.make(optionsFor(source, { start: 5 }))
      assert.deepStrictEqual(yield* take(later, 5), wanted.slice(5))
    }))

  it.live("closes mosaics where it is told to, for any number of threads and wherever it starts", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(14, 4, 1)
      const images = (loader: Loader.Loader, count: number) =>
        Effect.forEach(Array.from({ length: count }), () => Effect.map(loader.next, ({ samples }) => samples.length))
      const wanted = [16, 16, 16, 16, 4, 4, 4]
      for (const threads of [1, 3]) {
        const loader = yield* Loader.make(optionsFor(source, { threads, closingFrom: 4 }))
        assert.deepStrictEqual(yield* images(loader, 7), wanted)
        const later = yield* Loader.make(optionsFor(source, { threads, closingFrom: 4, start: 3 }))
        assert.deepStrictEqual(yield* images(later, 4), wanted.slice(3))
      }
    }))

  it.live("leaves out the steps that it is told to, of several batches too, wherever it starts", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(14, 4, 1)
      const wanted = yield* expected(source, 24)
      const of = (steps: ReadonlyArray<number>) => steps.flatMap((step) => [wanted[2 * step], wanted[2 * step + 1]])
      const feed = Feed.make({ skip: [{ from: 2, steps: 3 }, { from: 9, steps: 1 }, { from: 4, steps: 2 }] })
      const shown = of([0, 1, 6, 7, 8, 10, 11])
      for (const start of [0, 3]) {
        const loader = yield* Loader.make(optionsFor(source, { feed, start, batchesPerStep: 2, threads: 2 }))
        assert.deepStrictEqual(yield* take(loader, 14 - 2 * start), shown.slice(2 * start))
      }
    }))

  it.live("gives validation batches between the training batches, in any order and again", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(14, 10, 1)
      const loader = yield* Loader.make(optionsFor(source, { threads: 2 }))
      const batches = Batches.make(optionsFor(source), 0)
      assert.strictEqual(loader.validationBatches, 3)
      const wanted = yield* expected(source, 6)
      for (const [step, index] of [0, 1, 2, 0, 2, 1].entries()) {
        assert.strictEqual(hashOf(yield* loader.next), wanted[step])
        const made = yield* Effect.promise(() => batches.validation(index))
        assert.strictEqual(hashOf(yield* loader.validation(index)), hashOf(made))
      }
    }))

  it.live("loads photographs as the main thread does", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const source = yield* open(folder)
      const options = optionsFor(source, { batch: 1, threads: 2 })
      const batches = Batches.make(options, 0)
      const loader = yield* Loader.make(options)
      const wanted = yield* Effect.promise(() =>
        Promise.all([0, 1, 2].map(async (index) => hashOf(await batches.training(0, index))))
      )
      assert.deepStrictEqual(yield* take(loader, 3), wanted)
    }, Effect.scoped)))

  it.live("fails with the file's name where an image has gone since the data set was opened, and goes on failing", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const source = yield* open(folder)
      fs.rmSync(path.join(folder, "images/train/b.png"))
      const loader = yield* Loader.make(optionsFor(source, { batch: 3, batchesPerEpoch: 1 }))
      for (const fault of [yield* Effect.flip(loader.next), yield* Effect.flip(loader.next)]) {
        assert.deepInclude(fault, { _tag: "DataFault", sample: "images/train/b.png" })
        assert.include(fault.message, path.join(folder, "images/train/b.png"))
      }
      assert.strictEqual((yield* loader.validation(0)).samples.length, 1)
    }, Effect.scoped)))

  it.live("hands a batch that an interrupted fiber waited for to the next one", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(14, 4, 1)
      const loader = yield* Loader.make(optionsFor(source))
      const fiber = yield* Effect.forkChild(loader.next, { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* take(loader, 2), yield* expected(source, 2))
    }))

  it.live("answers with a fault where its threads crash, and where they were stopped", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(14, 4, 1)
      const threads = LoaderThreads.start({ making: null as unknown as Batches.Making, budget: 0 }, 2)
      const wanted = { kind: "training", epoch: 0, index: 0 } as const
      const both = Promise.all([threads.ask(wanted), threads.ask(wanted)])
      const answers = yield* Effect.promise(() => threads.wait(both))
      for (const answer of [...answers, yield* Effect.promise(() => threads.ask(wanted))]) {
        assert.instanceOf(answer, WorkerLost)
        assert.include((answer as { readonly message: string }).message, "a thread that makes batches ended: Cannot")
      }
      yield* Effect.promise(threads.stop)
      // No image is to blame for a batch that there is not.
      const beyond = yield* Effect.flip((yield* Loader.make(optionsFor(source, { batchesPerEpoch: 9, start: 3 }))).next)
      assert.strictEqual(beyond._tag, "WorkerLost")
      assert.include(beyond.message, "the 14 train images do not fill batch 3 of 4")
      const scope = yield* Scope.make()
      const loader = yield* Effect.provideService(Loader.make(optionsFor(source)), Scope.Scope, scope)
      yield* loader.next
      yield* Scope.close(scope, Exit.void)
      assert.include((yield* Effect.flip(loader.validation(0))).message, "they were stopped")
    }))

  for (const [name, runner] of [["node", []], ["tsx", ["--import", "tsx"]]] as const) {
    it.live(`works under ${name}, and does not keep a program alive that leaves it open`, () =>
      Effect.gen(function*() {
        const source = yield* openShapes(12, 4, 1)
        const { code, errors, output } = yield* program(runner)
        assert.strictEqual(code, 0, errors)
        assert.deepStrictEqual(output.trimEnd().split("\n"), yield* expected(source, 6))
        assert.strictEqual(errors, "")
      }))
  }
})
