import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as ClipPolicy from "../../../dsl/Clip.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import type * as Clip from "../../../runtime/optim/Clip.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import type { State } from "../../../runtime/step/Step.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import type { History } from "../../../runtime/train/Tally.ts"
import { cursor } from "./cursors.ts"
import { graphOf, tiny, train } from "../step/classifier.ts"
import { onEachStep } from "../step/engines.ts"
import { changed } from "../step/small.ts"

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

  it.effect("refuses a file with one bit changed, and says which", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      const file = path.join(directory, "optimizer.safetensors")
      const bytes = fs.readFileSync(file)
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      fs.writeFileSync(file, bytes)
      const error = yield* Effect.flip(Checkpoint.read(directory))
      assert.include(error.message, "optimizer.safetensors is not what was written")
    })))

  it.effect("refuses a folder that lacks a file", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state, history })
      fs.rmSync(path.join(directory, "weights.safetensors"))
      assert.include((yield* Effect.flip(Checkpoint.read(directory))).message, "weights.safetensors")
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
