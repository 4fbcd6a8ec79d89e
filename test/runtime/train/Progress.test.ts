import { assert, describe, it } from "@effect/vitest"
import { Clip, EarlyStop, Recipe } from "../../../dsl/index.ts"
import type { Checkpoint } from "../../../runtime/train/Checkpoint.ts"
import { Progress } from "../../../runtime/train/Progress.ts"
import { recipe } from "../../dsl/recipes.ts"
import { cursor } from "./cursors.ts"

const after = (changes: Partial<Checkpoint["cursor"]>): Checkpoint => ({
  cursor: { ...cursor, ...changes },
  state: { updates: 500, parameters: [], optimizer: [], buffers: [], ema: [] },
  history: { losses: new Float32Array(500), norms: new Float32Array(500), clipped: new Float32Array(500) }
})

const { data, made, seed, training } = cursor
const origin = { data, made, seed, training }

describe("Progress", () => {
  it("writes down again what it was begun with", () => {
    const stops = Recipe.with(recipe, { clip: Clip.auto(), earlyStop: EarlyStop.patience({ evaluations: 2 }) })
    const measured = { map: 0.2, map50: 0.4, accuracy: null }
    const checkpoint = after({
      clip: { _tag: "Norms", norms: [1, 2] },
      early: { best: { step: 400, value: 0.3 }, worse: 1 },
      measured,
      best: { step: 400, measured: { ...measured, map: 0.3 } },
      spikes: { losses: [1], norms: [2], count: 3, latest: { first: 410, last: 412 } }
    })
    const progress = new Progress(stops, checkpoint)
    assert.deepStrictEqual([progress.from, progress.position.step, progress.tally.steps], [500, 500, 500])
    assert.deepStrictEqual(progress.cursor(origin), checkpoint.cursor)
    assert.isFalse(progress.evaluated(measured))
    assert.match(progress.stopped ?? "", /stopped early/)
    assert.deepStrictEqual(progress.best, checkpoint.cursor.best)
  })

  it("begins at the first step with nothing remembered", () => {
    const progress = new Progress(recipe, null)
    assert.deepStrictEqual([progress.from, progress.position.step, progress.tally.steps], [0, 0, 0])
    assert.deepStrictEqual(progress.cursor(origin), { ...cursor, step: 0 })
  })

  it("begins a policy anew that has no use for what another one remembered", () => {
    const memories = {
      nothing: { _tag: "Nothing" },
      norms: { _tag: "Norms", norms: [1, 2, 3] },
      statistics: { _tag: "Statistics", mean: 1, variance: 2 }
    } as const
    const clipOf = (clip: Clip.Clip, memory: keyof typeof memories) =>
      new Progress(Recipe.with(recipe, { clip }), after({ clip: memories[memory] })).position.clip
    const fresh: Checkpoint["cursor"]["clip"] = { _tag: "Norms", norms: [] }
    assert.deepStrictEqual(clipOf(Clip.auto(), "nothing"), fresh)
    assert.deepStrictEqual(clipOf(Clip.auto(), "statistics"), fresh)
    assert.deepStrictEqual(clipOf(Clip.auto(), "norms"), memories.norms)
    assert.deepStrictEqual(clipOf(Clip.zscore(), "norms"), memories.norms)
    assert.deepStrictEqual(clipOf(Clip.zscore(), "statistics"), memories.statistics)
    assert.deepStrictEqual(clipOf(Clip.globalNorm(1), "norms"), memories.nothing)
  })

  it("dates a fault back to the spikes and the rise before it", () => {
    assert.strictEqual(new Progress(recipe, after({})).onset(510), 510)
    const spikes = { losses: [], norms: [], count: 2, latest: { first: 495, last: 502 } }
    assert.strictEqual(new Progress(recipe, after({ spikes })).onset(510), 495)
    const divergence = { ...cursor.divergence, rise: { first: 490, down: 1 } }
    assert.strictEqual(new Progress(recipe, after({ divergence, spikes })).onset(510), 490)
  })
})
