import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { State } from "../../../runtime/step/Step.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"

const state: State = {
  updates: 497,
  parameters: [{ name: "a.weight", shape: [2, 2], data: Float32Array.of(1, -0, 3e-45, Infinity) }],
  optimizer: [{ name: "a.weight/momentum", shape: [2, 2], data: Float32Array.of(0, 1, 2, 3) }],
  buffers: [{ name: "a.mean", shape: [1], data: Float32Array.of(0.1) }],
  ema: []
}
const cursor: Checkpoint.Cursor = { step: 500, epoch: 2, batch: 7, clip: { _tag: "Nothing" }, seed: 3, training: "t", data: null }

const inTemporaryFolder = <A, E>(body: (folder: string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "ballast-checkpoint-"))),
    body,
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true }))
  )

describe("Checkpoint", () => {
  it.effect("reads back what it wrote, and leaves no temporary folder", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state })
      assert.strictEqual(directory, path.join(folder, "step-000500"))
      assert.deepStrictEqual(fs.readdirSync(folder), ["step-000500"])
      assert.deepStrictEqual(yield* Checkpoint.read(directory), { cursor, state })
    })))

  it.effect("replaces a checkpoint of the same step", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      yield* Checkpoint.write(folder, { cursor, state })
      const directory = yield* Checkpoint.write(folder, { cursor: { ...cursor, batch: 9 }, state })
      assert.strictEqual((yield* Checkpoint.read(directory)).cursor.batch, 9)
    })))

  it.effect("refuses a file with one bit changed, and says which", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state })
      const file = path.join(directory, "optimizer.safetensors")
      const bytes = fs.readFileSync(file)
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      fs.writeFileSync(file, bytes)
      const error = yield* Effect.flip(Checkpoint.read(directory))
      assert.include(error.message, "optimizer.safetensors is not what was written")
    })))

  it.effect("refuses a folder that lacks a file", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = yield* Checkpoint.write(folder, { cursor, state })
      fs.rmSync(path.join(directory, "weights.safetensors"))
      assert.include((yield* Effect.flip(Checkpoint.read(directory))).message, "weights.safetensors")
    })))

  it.effect("finds the newest by step, and passes unfinished ones over", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      assert.isNull(Checkpoint.latest(path.join(folder, "none")))
      yield* Checkpoint.write(folder, { cursor, state })
      yield* Checkpoint.write(folder, { cursor: { ...cursor, step: 1_000_000 }, state })
      fs.mkdirSync(path.join(folder, "step-2000000.77.tmp"))
      assert.strictEqual(Checkpoint.latest(folder), path.join(folder, "step-1000000"))
    })))
})
