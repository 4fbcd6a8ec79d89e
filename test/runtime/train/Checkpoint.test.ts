import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as ClipPolicy from "../../../dsl/Clip.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import type * as Clip from "../../../runtime/optim/Clip.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import type { State } from "../../../runtime/step/Step.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import * as Inject from "../../../runtime/train/Inject.ts"
import type { History } from "../../../runtime/train/Tally.ts"
import { graphOf, tiny, train } from "../step/classifier.ts"
import { onEachStep } from "../step/engines.ts"
import { changed } from "../step/small.ts"
import { cursor } from "./cursors.ts"

const state: State = {
  updates: 497,
  parameters: [{ name: "a.weight", shape: [2, 2], data: Float32Array.of(1, -0, 3e-45, Infinity) }],
  optimizer: [{ name: "a.weight/momentum", shape: [2, 2], data: Float32Array.of(0, 1, 2, 3) }],
  buffers: [{ name: "a.mean", shape: [1], data: Float32Array.of(0.1) }],
  ema: []
}
const history: History = {
  losses: Float32Array.of(3.5, 1e-45),
  norms: Float32Array.of(0.1, 2),
  clipped: Float32Array.of(0, 1)
}

const inTemporaryFolder = <A, E>(body: (folder: string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "ballast-checkpoint-"))),
    body,
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true }))
  )

describe("Checkpoint", () => {
  it.effect("reads back what it wrote, and leaves no temporary folder", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      assert.strictEqual(directory, path.join(folder, "step-000500"))
      assert.deepStrictEqual(fs.readdirSync(folder), ["step-000500"])
      assert.deepStrictEqual(yield* Checkpoint.read(directory), { cursor, state, history })
    })))

  it.effect("reads weights by themselves, and no more of them than is asked for", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      const { size } = fs.statSync(path.join(directory, "weights.safetensors"))
      assert.deepStrictEqual(Checkpoint.weights(directory, size), state.parameters)
      assert.throws(() => Checkpoint.weights(directory, size - 1), /weights\.safetensors has \d+ bytes, and at most \d+ are read/)
    })))

  it.effect("keeps what a clip policy remembers, to the bit", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const memories: ReadonlyArray<Clip.Memory> = [
        { _tag: "Norms", norms: [] },
        { _tag: "Norms", norms: [0.1 + 0.2, 1e-300, 5e-324, 12345.678] },
        { _tag: "Statistics", mean: 1 / 3, variance: 2 / 7 }
      ]
      for (const clip of memories) {
        const directory = yield* Checkpoint.write(folder, { cursor: { ...cursor, clip }, state, history })
        assert.deepStrictEqual((yield* Checkpoint.read(directory)).cursor.clip, clip)
      }
    })))

  it.effect("keeps the newest and those that are spared, and touches nothing else", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      for (const step of [5, 999_999, 20, 1_000_000, 300]) {
        yield* Checkpoint.write(folder, { cursor: { ...cursor, step }, state, history })
      }
      fs.writeFileSync(path.join(folder, "notes.txt"), "mine")
      fs.mkdirSync(path.join(folder, "step-000001.77.tmp"))
      const spared = new Set([path.join(folder, "step-000020")])
      yield* Checkpoint.prune(folder, 2, spared)
      const kept = ["notes.txt", "step-000001.77.tmp", "step-000020", "step-1000000", "step-999999"]
      assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), kept)
      yield* Checkpoint.prune(folder, 9, new Set())
      assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), kept)
      yield* Checkpoint.prune(folder, 1, new Set())
      assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), ["notes.txt", "step-000001.77.tmp", "step-1000000"])
    })))

  it.effect("replaces a checkpoint of the same step", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      yield* Checkpoint.write(folder, { cursor, state, history })
      const directory = yield* Checkpoint.write(folder, { cursor: { ...cursor, seed: 9 }, state, history })
      assert.strictEqual((yield* Checkpoint.read(directory)).cursor.seed, 9)
    })))

  /** Spoils a copy of a checkpoint and returns why it is refused. */
  const refusal = Effect.fnUntraced(function*(directory: string, spoil: (copy: string) => void) {
    const copy = `${directory}-copy`
    fs.rmSync(copy, { recursive: true, force: true })
    fs.cpSync(directory, copy, { recursive: true })
    spoil(copy)
    return (yield* Effect.flip(Checkpoint.read(copy))).message
  })

  it.effect("refuses a folder in which any bit of any file has changed, and says of which", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      for (const name of fs.readdirSync(directory)) {
        const file = path.join(directory, name)
        const bytes = fs.readFileSync(file)
        // Every byte of the short files, and every 5th of the long ones, in turn with another bit.
        for (let at = 0; at < bytes.length; at += bytes.length > 400 ? 5 : 1) {
          fs.writeFileSync(file, bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8))))
          const { message } = yield* Effect.flip(Checkpoint.read(directory))
          const meant = name.replace(/\.sha256$/, "")
          assert.isTrue(message.includes(`${meant} is not what was written`) || message.includes("its format is"), message)
        }
        fs.writeFileSync(file, bytes)
      }
    })))

  it.effect("refuses a folder in which a file is cut short, empty or missing, and says which", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      for (const name of fs.readdirSync(directory)) {
        const missing = yield* refusal(directory, (copy) => fs.rmSync(path.join(copy, name)))
        assert.include(missing, `the checkpoint ${directory}-copy cannot be used: ${name} is missing`)
        const size = fs.statSync(path.join(directory, name)).size
        for (const length of [0, 5, size - 1]) {
          const message = yield* refusal(directory, (copy) => fs.truncateSync(path.join(copy, name), length))
          const expected = name.endsWith(".safetensors")
            ? `${name} is cut short: ${length} of ${size} bytes are there`
            : "checkpoint.json is not what was written: its checksum differs"
          assert.include(message, expected)
        }
      }
    })))

  it.effect("refuses what another version wrote, and what is of another training, data or seed", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      const older = yield* refusal(directory, (copy) =>
        fs.writeFileSync(path.join(copy, "checkpoint.json"), JSON.stringify({ format: "ballast.checkpoint/1" })))
      assert.include(older, "its format is ballast.checkpoint/1, and this version reads ballast.checkpoint/2")
      const { data, seed, training } = cursor
      assert.strictEqual((yield* Checkpoint.read(directory, { training, data, seed })).cursor.step, 500)
      const others = [
        [{ training: "u".repeat(64), data, seed }, "it is of another training: its identity is tttttttttttt and not uuuuuuuuuuuu"],
        [{ training, data: "f", seed }, "it was trained on other data: the fingerprint differs"],
        [{ training, data, seed: 4 }, "it was trained at seed 3 and not at seed 4"]
      ] as const
      for (const [expected, why] of others) {
        assert.include((yield* Effect.flip(Checkpoint.read(directory, expected))).message, why)
      }
      assert.include((yield* Effect.flip(Checkpoint.read(path.join(folder, "none")))).message, "it is not there")
    })))

  it.effect("leaves nothing behind, and the one before as it was, where the disk is full", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      const injector = Inject.make({ _tag: "DiskFull", checkpoint: 1 }, () => [])
      const error = yield* Effect.flip(Checkpoint.write(folder, { cursor: { ...cursor, seed: 9 }, state, history }, {
        writeFile: injector.writeFile()
      }))
      assert.include(error.message, `the checkpoint was not written to ${directory}: the disk is full: ENOSPC`)
      assert.deepStrictEqual(fs.readdirSync(folder), ["step-000500"])
      assert.strictEqual((yield* Checkpoint.read(directory)).cursor.seed, 3)
    })))

  it.effect("puts nothing in the place of a checkpoint where its guard says no", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const guard = (): void => {
        throw new Error("it belongs to another")
      }
      const error = yield* Effect.flip(Checkpoint.write(folder, { cursor, state, history }, { guard }))
      assert.include(error.message, "it belongs to another")
      assert.deepStrictEqual(fs.readdirSync(folder), [])
    })))

  it.effect("sweeps away what dead processes left half written, and puts back what they were replacing", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const dead = spawnSync(process.execPath, ["--eval", "0"]).pid
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      fs.renameSync(directory, path.join(folder, `step-000500.old.${dead}.tmp`))
      fs.mkdirSync(path.join(folder, `step-000500.${dead}.tmp`))
      fs.mkdirSync(path.join(folder, `step-000400.${process.ppid}.tmp`))
      fs.mkdirSync(path.join(folder, `step-000300.${process.pid}.tmp`))
      fs.writeFileSync(path.join(folder, "notes.tmp"), "mine")
      yield* Checkpoint.sweep(folder)
      const left = ["notes.tmp", `step-000400.${process.ppid}.tmp`, "step-000500"]
      assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), left)
      assert.strictEqual((yield* Checkpoint.read(directory)).cursor.step, 500)
      yield* Checkpoint.sweep(path.join(folder, "none"))
    })))

  it.effect("finds the newest that is whole and of the training, in any of several folders, and says what it passed over", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const [first, second, none] = ["1", "2", "none"].map((name) => path.join(folder, name)) as [string, string, string]
      const write = (parent: string, step: number, training = cursor.training) =>
        Checkpoint.write(parent, { cursor: { ...cursor, step, training }, state, history })
      const expected = { training: cursor.training, data: cursor.data, seed: cursor.seed }
      assert.deepStrictEqual(yield* Checkpoint.newest([none], expected), { found: null, refused: [] })
      yield* write(first, 10)
      yield* write(second, 10)
      const torn = yield* write(first, 30)
      fs.truncateSync(path.join(torn, "weights.safetensors"), 9)
      const other = yield* write(second, 40, "u".repeat(64))
      fs.mkdirSync(path.join(second, `step-000050.${spawnSync(process.execPath, ["--eval", "0"]).pid}.tmp`))
      const { found, refused } = yield* Checkpoint.newest([second, none, first], expected)
      assert.strictEqual(found?.directory, path.join(second, "step-000010"))
      assert.strictEqual(found?.checkpoint.cursor.step, 10)
      assert.deepStrictEqual(refused.map(({ directory }) => directory), [other, torn])
      assert.match(refused.map(({ reason }) => reason).join(), /of another training.*weights.safetensors is cut short/)
      assert.deepStrictEqual(fs.readdirSync(second).toSorted(), ["step-000010", "step-000040"])
    })))

  it.effect("finds the newest by step, and passes unfinished ones over", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      assert.isNull(Checkpoint.latest(path.join(folder, "none")))
      yield* Checkpoint.write(folder, { cursor, state, history })
      yield* Checkpoint.write(folder, { cursor: { ...cursor, step: 1_000_000 }, state, history })
      fs.mkdirSync(path.join(folder, "step-2000000.77.tmp"))
      assert.strictEqual(Checkpoint.latest(folder), path.join(folder, "step-1000000"))
    })))
})

onEachStep("A training that goes on from a checkpoint", (make) => {
  const configuration: Configuration = {
    ...tiny,
    accumulate: 2,
    graph: graphOf(0.25),
    optimizer: Optimizer.adam({ weightDecay: 0.01 }),
    clip: ClipPolicy.auto({ percentile: 30, history: 3 })
  }

  it.effect("computes the same bits as one that went through", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const step = make(configuration)
      const { memory } = train(step, configuration, 0, 4)
      const written = { cursor: { ...cursor, clip: memory }, state: step.read(), history }
      const directory = yield* Checkpoint.write(folder, written)
      const expected = train(step, configuration, 4, 7, memory)
      const read = yield* Checkpoint.read(directory)
      assert.deepStrictEqual(read, written)
      const fresh = make(configuration)
      fresh.write(read.state)
      assert.deepStrictEqual(train(fresh, configuration, 4, 7, read.cursor.clip), expected)
      assert.deepStrictEqual(changed(step.read(), fresh.read()), [])
      assert.isTrue(expected.outcomes.some(({ clipped }) => clipped))
      for (const one of [step, fresh]) one.dispose()
    })))
})
