import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Beginning from "../../../runtime/run/Beginning.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import { attemptWith, checkpoint, expected } from "./states.ts"
import { inTemporaryFolder } from "./temporary.ts"

const name = Checkpoint.directoryName

describe("Beginning.whereBrokenOff", () => {
  it.effect("takes the newest of all checkpoints and recovery checkpoints", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const one = yield* attemptWith(folder, 1, { checkpoints: [10, 20], recovery: [24, 27] })
      const two = yield* attemptWith(folder, 2, { checkpoints: [20], recovery: [25] })
      const found = yield* Beginning.whereBrokenOff([two, one], [expected], Beginning.start)
      assert.deepStrictEqual(found, {
        checkpoint: path.join(RunFolder.recovery(one), name(27)),
        step: 27,
        remarks: []
      })
      fs.rmSync(RunFolder.recovery(one), { recursive: true })
      fs.rmSync(RunFolder.recovery(two), { recursive: true })
      const next = yield* Beginning.whereBrokenOff([two, one], [expected], Beginning.start)
      assert.strictEqual(next.checkpoint, path.join(RunFolder.checkpoints(two), name(20)))
    })))

  it.effect("says why newer ones are refused, and begins as it would otherwise where none can be used", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const one = yield* attemptWith(folder, 1, { checkpoints: [10, 20] })
      fs.truncateSync(path.join(RunFolder.checkpoints(one), name(20), "history.safetensors"), 10)
      const before = yield* Beginning.whereBrokenOff([one], [expected], Beginning.start)
      assert.strictEqual(before.step, 10)
      assert.match(before.remarks.join(), /step-000020 cannot be used: history\.safetensors is cut short/)
      const other = yield* Beginning.whereBrokenOff([one], [{ ...expected, seed: 9 }], { checkpoint: "/x", step: 4, remarks: [] })
      assert.deepStrictEqual([other.checkpoint, other.step], ["/x", 4])
      assert.match(other.remarks.join("; "), /seed 3 and not at seed 9.*no checkpoint can be used: it begins again at step 4/)
    })))

  it.effect("goes on from any of several trainings, and speaks of no checkpoint that one of them can use", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const one = yield* attemptWith(folder, 1, { checkpoints: [10] })
      yield* checkpoint(RunFolder.checkpoints(one), 20, { training: "another" })
      const both = [expected, { ...expected, training: "another" }]
      const found = yield* Beginning.whereBrokenOff([one], both, Beginning.start)
      assert.deepStrictEqual([found.step, found.remarks], [20, []])
    })))
})

describe("Beginning.before", () => {
  const of = (attempt: string, failing: number | null, until = Infinity): Beginning.Forebear => ({ attempt, failing, until })

  it.effect("takes the newest state before the fault, be it of the ring, before the failing step, or a checkpoint", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const one = yield* attemptWith(folder, 1, { checkpoints: [20], recovery: [22], ring: [10, 24], at: 30 })
      const incident = RunFolder.incident(one)
      const at = (latest: number) => Beginning.before([of(one, 30)], latest)
      assert.strictEqual((yield* at(30)).checkpoint, path.join(incident, "at"))
      assert.strictEqual((yield* at(29)).checkpoint, path.join(incident, "snapshots", name(24)))
      assert.strictEqual((yield* at(23)).checkpoint, path.join(RunFolder.recovery(one), name(22)))
      assert.strictEqual((yield* at(21)).checkpoint, path.join(RunFolder.checkpoints(one), name(20)))
      assert.deepStrictEqual(yield* at(9), Beginning.start)
    })))

  it.effect("leaves out what an earlier attempt took after it was given up, and what is not whole", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const one = yield* attemptWith(folder, 1, { ring: [10, 20, 28], at: 30 })
      const two = yield* attemptWith(folder, 2, { ring: [20], at: 26 })
      const forebears = [of(one, 30, 20), of(two, 26)]
      assert.strictEqual((yield* Beginning.before(forebears, 25)).step, 20)
      fs.rmSync(path.join(RunFolder.incident(two), "at/weights.safetensors"))
      const found = yield* Beginning.before(forebears, 26)
      assert.strictEqual(found.step, 20)
      assert.match(found.remarks.join(), /weights\.safetensors is missing/)
    })))
})
