import { assert, describe, it } from "@effect/vitest"
import type { State } from "../../../runtime/step/Step.ts"
import * as Snapshots from "../../../runtime/train/Snapshots.ts"
import { cursor } from "./cursors.ts"

const stateOf = (floats: number): State => ({
  updates: 0,
  parameters: [{ name: "a", shape: [floats], data: new Float32Array(floats) }],
  optimizer: [],
  buffers: [],
  ema: []
})

const snapshot = (step: number, floats = 1): Snapshots.Snapshot => ({ cursor: { ...cursor, step }, state: stateOf(floats) })

describe("Snapshots", () => {
  it("wants one at once, then as often as reading it costs 1% of the time, and at most every 5 steps", () => {
    const snapshots = Snapshots.make(0)
    assert.isTrue(snapshots.due(40, 0))
    // The first one took 3 ms.
    snapshots.add(snapshot(40), 3, 3)
    assert.isFalse(snapshots.due(60, 302))
    assert.isTrue(snapshots.due(60, 303))
    assert.isFalse(snapshots.due(44, 1000))
    assert.isTrue(snapshots.due(45, 1000))
    snapshots.add(snapshot(45), 1000, 1)
    assert.isFalse(snapshots.due(60, 1099))
    assert.isTrue(snapshots.due(60, 1100))
  })

  it("keeps the first one, the newest, and older ones at doubling distances", () => {
    const snapshots = Snapshots.make(0)
    for (let index = 0; index < 100; index++) snapshots.add(snapshot(10 * index), index, 0)
    assert.deepStrictEqual(snapshots.all().map(({ cursor }) => cursor.step), [0, 800, 880, 960, 980, 990])
  })

  it("keeps fewer of what takes more memory", () => {
    const snapshots = Snapshots.make(0)
    const large = snapshot(0, 2 ** 26)
    for (let step = 0; step < 10; step++) snapshots.add({ ...large, cursor: { ...cursor, step } }, step, 0)
    assert.deepStrictEqual(snapshots.all().map(({ cursor }) => cursor.step), [0, 4, 8, 9])
  })
})
