import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Model } from "../../../dsl/index.ts"
import type { StartMissing } from "../../../runtime/plan/Facts.ts"
import * as Home from "../../../runtime/run/Home.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as Start from "../../../runtime/run/Start.ts"
import type { NamedTensor, State } from "../../../runtime/step/Step.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import { Tally } from "../../../runtime/train/Tally.ts"
import type { TrainedStart } from "../../../runtime/train/TrainedStart.ts"
import { cursor } from "../train/cursors.ts"

const tensor = (name: string, value: number): NamedTensor => ({ name, shape: [1], data: Float32Array.of(value) })

const network = Model.yolo({ size: "n", input: 64 })

const found = (
  weights: { readonly run: string } | { readonly file: string; readonly sha256?: string },
  home: string
): Effect.Effect<TrainedStart | StartMissing> =>
  Start.find(Model.from(weights, network).weights ?? assert.fail(), Home.at(home)).pipe(Effect.catch(Effect.succeed))

const missing = (start: TrainedStart | StartMissing): string => "missing" in start ? start.missing : ""

describe("Start.find", () => {
  let folder = ""
  const checkpoint = (run: string, ema: ReadonlyArray<NamedTensor>): Effect.Effect<string, Checkpoint.CheckpointError> => {
    const state: State = { updates: 1, parameters: [tensor("w", 1)], optimizer: [], buffers: [tensor("m", 2)], ema }
    return Checkpoint.write(path.join(folder, "runs", run, "attempts", "1", "checkpoints"), {
      cursor: { ...cursor, step: 1 },
      state,
      history: new Tally().history()
    })
  }
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-start-"))
  })
  afterAll(() => fs.rmSync(folder, { recursive: true }))

  it.effect("takes the average of a run's last checkpoint, or else its weights and statistics", () =>
    Effect.gen(function*() {
      yield* checkpoint("plain", [])
      yield* checkpoint("averaged", [tensor("w", 3)])
      const plain = yield* found({ run: "plain" }, folder)
      const averaged = yield* found({ run: "averaged" }, folder)
      assert.deepStrictEqual("shapes" in plain ? [...plain.shapes.keys()] : missing(plain), ["w", "m"])
      assert.deepStrictEqual("shapes" in averaged ? [...averaged.shapes.keys()] : missing(averaged), ["w"])
    }))

  it.effect("takes the checkpoint of the best evaluation where a run tells of one", () =>
    Effect.gen(function*() {
      yield* checkpoint("early", [tensor("w", 1)])
      const directory = path.join(folder, "runs", "early")
      const checkpoints = path.join(directory, "attempts", "1", "checkpoints")
      fs.cpSync(path.join(checkpoints, "step-000001"), path.join(checkpoints, "step-000009"), { recursive: true })
      assert.strictEqual(path.basename(RunFolder.checkpoint(directory) ?? ""), "step-000009")
      fs.writeFileSync(path.join(directory, "result.json"), JSON.stringify({ best: 1 }))
      assert.strictEqual(path.basename(RunFolder.checkpoint(directory) ?? ""), "step-000001")
    }))

  it.effect("says what is missing: the run, its checkpoint, the file, the content that was named", () =>
    Effect.gen(function*() {
      fs.mkdirSync(path.join(folder, "runs", "empty"), { recursive: true })
      assert.match(missing(yield* found({ run: "nowhere" }, folder)), /keeps no run nowhere; npx ballast runs list/)
      assert.match(missing(yield* found({ run: "empty" }, folder)), /run empty has left no checkpoint/)
      assert.match(missing(yield* found({ file: path.join(folder, "none") }, folder)), /there is no file/)
      const file = path.join(yield* checkpoint("named", []), "weights.safetensors")
      assert.match(missing(yield* found({ file, sha256: "0".repeat(64) }, folder)), /its SHA-256 is [0-9a-f]{64}/)
    }))
  it.effect("refuses a pipe without waiting for somebody who writes into it, a folder and a device", () =>
    Effect.gen(function*() {
      const pipe = path.join(folder, "pipe")
      execFileSync("mkfifo", [pipe])
      const why = "weights are read from a file"
      assert.strictEqual(missing(yield* found({ file: pipe }, folder)), `${pipe} is a pipe or a device; ${why}`)
      assert.strictEqual(missing(yield* found({ file: "/dev/zero" }, folder)), `/dev/zero is a pipe or a device; ${why}`)
      assert.strictEqual(missing(yield* found({ file: folder }, folder)), `${folder} is a folder; ${why}`)
    }))
})
