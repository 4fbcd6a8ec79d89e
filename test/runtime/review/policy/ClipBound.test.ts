import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Clip } from "../../../../dsl/index.ts"
import * as ClipBound from "../../../../runtime/review/policy/ClipBound.ts"
import { recipes } from "../../../dsl/recipes.ts"

const clips = recipes.map(({ clip }) => clip)

/** The same policy with every bound multiplied, where that is another one. */
const scaled = (clip: Clip.Clip, factor: number): Clip.Clip => {
  switch (clip._tag) {
    case "Off":
      return clip
    case "GlobalNorm":
      return Clip.globalNorm(clip.maxNorm * factor)
    case "PerLayer":
      return Clip.perLayer(clip.maxRms * factor)
    case "Adaptive":
      return { ...clip, ratio: clip.ratio * factor }
    case "Auto":
      return { ...clip, percentile: clip.percentile * factor }
    case "ZScore":
      return { ...clip, threshold: clip.threshold * factor }
  }
}

describe("looser", () => {
  it("is no clip than itself, nor than none at all, and none at all than any", () =>
    fc.assert(fc.property(clips, (clip) => {
      assert.isNull(ClipBound.looser(clip, clip))
      assert.isNull(ClipBound.looser(Clip.off, clip))
      assert.strictEqual(ClipBound.looser(clip, Clip.off) === null, clip._tag === "Off")
    })))

  it("is a policy with a larger bound, and not one with a smaller", () =>
    fc.assert(fc.property(clips, (clip) => {
      const tighter = scaled(clip, 0.5)
      assert.isNull(ClipBound.looser(clip, tighter))
      // What is next to 0 has no half.
      assert.strictEqual(ClipBound.looser(tighter, clip) !== null, JSON.stringify(tighter) !== JSON.stringify(clip))
    })))

  it("is one of two that differ in kind, unless nothing beyond the former bound gets through", () =>
    fc.assert(fc.property(clips, clips, (one, other) => {
      if (one._tag === other._tag || one._tag === "Off") return
      const within = one._tag === "GlobalNorm" && other._tag === "ZScore" && other.maxNorm !== null && other.maxNorm <= one.maxNorm
      assert.strictEqual(ClipBound.looser(one, other) === null, within)
    })))

  it("takes what neither lets more through nor less for as tight", () => {
    assert.isNull(ClipBound.looser(Clip.auto({ history: 10 }), Clip.auto({ history: 20 })))
    assert.isNull(ClipBound.looser(Clip.globalNorm(1), Clip.zscore({ maxNorm: 1 })))
    assert.isNotNull(ClipBound.looser(Clip.zscore({ maxNorm: 1 }), Clip.globalNorm(1)))
  })
})
