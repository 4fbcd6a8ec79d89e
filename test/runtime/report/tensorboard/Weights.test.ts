import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Weights from "../../../../runtime/report/tensorboard/Weights.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import { checkpointOf, valuesOf } from "./checkpoints.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"

/** Counts values by limits: on either side of 0 a limit belongs to the bucket that lies farther out. */
const counted = (values: ReadonlyArray<number>, limits: ReadonlyArray<number>): ReadonlyArray<number> =>
  limits.map((limit, index) => {
    const before = limits[index - 1] ?? -Infinity
    return values.filter((value) =>
      (value > before || (value === before && before > 0)) && (value < limit || (value === limit && limit < 0))
    ).length
  })

const finite = (values: ReadonlyArray<number>): ReadonlyArray<number> => values.filter(Number.isFinite)

describe("Weights", () => {
  it("counts every finite value once, in buckets that its lowest and highest bound", () => {
    const odd = [0, -0, 1e-45, -1e-45, 2 ** -24, -(2 ** -24), 1, -1, 1.25, -1.25, 3.4028234663852886e38, -3.4028234663852886e38, NaN, Infinity, -Infinity]
    const parts = [Float32Array.from(odd), valuesOf(5000, 0.05, 1), valuesOf(500, 40, 2)]
    const all = finite(parts.flatMap((part) => [...part]))
    const found = Weights.bucketsOf(parts)
    assert.isNotNull(found)
    const { counts, highest, limits, lowest } = found
    assert.deepStrictEqual([lowest, highest], [Math.min(...all), Math.max(...all)])
    assert.deepStrictEqual(counts, counted(all, limits))
    assert.strictEqual(counts.reduce((sum, count) => sum + count, 0), all.length)
    assert.deepStrictEqual(limits, limits.toSorted((a, b) => a - b))
    assert.isAtMost(limits.length, 1217)
  })

  it("tells four buckets to a power of two apart, those of either sign alike", () => {
    const values = [0.5, 0.6, 0.65, 0.8, 0.9, 3, 1e-9]
    const [above, below] = [1, -1].map((sign) => Weights.bucketsOf([Float32Array.from(values, (value) => sign * value)]))
    assert.deepStrictEqual(below?.counts, above?.counts.toReversed())
    const at = above?.limits.indexOf(0.625) ?? -1
    assert.deepStrictEqual(above?.limits.slice(at, at + 4), [0.625, 0.75, 0.875, 1])
    assert.deepStrictEqual(above?.counts.slice(at, at + 4), [2, 1, 1, 1])
  })

  it("has nothing to show of what is not finite, or not there", () => {
    assert.isNull(Weights.bucketsOf([]))
    assert.isNull(Weights.bucketsOf([Float32Array.of(NaN, Infinity, -Infinity), new Float32Array()]))
    assert.strictEqual(Weights.bucketsOf([Float32Array.of(NaN, 0)])?.counts.length, 1)
  })

  it.effect("passes over a checkpoint that is not whole", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const attempt = RunFolder.attemptOf(folder, 1)
        const parameters = [{ name: "head.out.weight", shape: [4], data: Float32Array.of(1, 2, 3, NaN) }]
        const directory = yield* checkpointOf(attempt, 10, parameters)
        const file = path.join(directory, "weights.safetensors")
        const whole = fs.readFileSync(file)
        const changed = Uint8Array.from(whole)
        changed[whole.length - 9] = 7
        assert.lengthOf(Weights.of(attempt, 10), 1)
        for (const bytes of [whole.subarray(0, -4), Buffer.alloc(whole.length), changed, Buffer.alloc(0)]) {
          fs.writeFileSync(file, bytes)
          assert.deepStrictEqual(Weights.of(attempt, 10), [])
        }
        fs.writeFileSync(file, whole)
        assert.lengthOf(Weights.of(attempt, 10), 1)
        // A log says anything; sparse, this file takes no room.
        for (const step of [11, NaN, 1.5, "../../step-000010" as unknown as number]) assert.deepStrictEqual(Weights.of(attempt, step), [])
        fs.truncateSync(file, 2 ** 40)
        assert.deepStrictEqual(Weights.of(attempt, 10), [])
        fs.rmSync(path.join(directory, "checkpoint.json"))
        assert.deepStrictEqual(Weights.of(attempt, 10), [])
      })
    ))
})
