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
  it("wants one at once, then as often as reading it costs 1% of the time, and at most every 10 steps", () => {
    const snapshots = Snapshots.make(0)
    assert.isTrue(snapshots.due(40, 0))
    // The first one took 3 ms.
    snapshots.add(snapshot(40), 3, 3)
    assert.isFalse(snapshots.due(60, 302))
    assert.isTrue(snapshots.due(60, 303))
    assert.isFalse(snapshots.due(49, 1000))
    assert.isTrue(snapshots.due(50, 1000))
    snapshots.add(snapshot(50), 1000, 1)
    assert.isFalse(snapshots.due(60, 1099))
    assert.isTrue(snapshots.due(60, 1100))
  })

  it("keeps the first one, the newest, and older ones at distances that triple", () => {
    const snapshots = Snapshots.make(0)
    for (let index = 0; index < 100; index++) snapshots.add(snapshot(10 * index), index, 0)
    assert.deepStrictEqual(snapshots.all().map(({ cursor }) => cursor.step), [0, 810, 900, 960, 980, 990])
  })

  it("is within reach of what an explosion is gone back before, from the first to the fourth time", () => {
    const snapshots = Snapshots.make(0)
    for (let step = 0; step < 6000; step++) {
      if (snapshots.due(step, step)) snapshots.add(snapshot(step), step, 0)
      if (step < 2000) continue
      for (const [back, most] of [[50, 400], [100, 400], [200, 1210], [400, 1210]] as const) {
        const found = snapshots.all().findLast(({ cursor }) => cursor.step <= step - back)
        assert.isAtMost(step - (found?.cursor.step ?? 0), most, `${back} steps before step ${step}`)
      }
    }
  })

  it("keeps fewer of what takes more memory", () => {
    const snapshots = Snapshots.make(0)
    const large = snapshot(0, 2 ** 26)
    for (let step = 0; step < 10; step++) snapshots.add({ ...large, cursor: { ...cursor, step } }, step, 0)
    assert.deepStrictEqual(snapshots.all().map(({ cursor }) => cursor.step), [0, 6, 8, 9])
  })
})
