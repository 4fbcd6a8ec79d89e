import { assert, describe, it } from "@effect/vitest"
import * as ClipPolicy from "../../../dsl/Clip.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Clip from "../../../runtime/optim/Clip.ts"
import * as Report from "../../../runtime/step/Report.ts"
import { scalars, small } from "./small.ts"

const figures: Report.Figures = { loss: 23, parts: [2, 4, 4], gradNorm: 3, finite: true, clippedTensors: 0 }
const detector = { ...small, loss: Loss.yoloV8({ box: 7.5, class: 0.5, dfl: 1.5 }) }

describe("Report.outcomeOf", () => {
  it("weighs the parts, which then add up to the loss", () => {
    const { loss, parts } = Report.outcomeOf(figures, detector, scalars)
    assert.deepStrictEqual(parts, { box: 15, class: 2, dfl: 6 })
    assert.strictEqual(Object.values(parts).reduce((sum, part) => sum + part, 0), loss)
  })

  it("gives a classifier the one part that it has", () => {
    const classifier = { ...small, loss: Loss.binaryCrossEntropy() }
    assert.deepStrictEqual(Report.outcomeOf({ ...figures, parts: [0.5] }, classifier, scalars).parts, { class: 0.5 })
  })

  it("says that a gradient was clipped where its norm is above the bound, but not if the step changed nothing", () => {
    const clipped = (change: Partial<Report.Figures>, clipBound: number) =>
      Report.outcomeOf({ ...figures, ...change }, detector, { ...scalars, clipBound }).clipped
    assert.deepStrictEqual([clipped({}, 2.9), clipped({}, 3.1), clipped({}, Infinity)], [true, false, false])
    assert.isFalse(clipped({ gradNorm: Infinity, finite: false }, 1))
    assert.isFalse(clipped({ gradNorm: NaN, finite: false }, 1))
  })

  it("counts a tensor that was scaled down by itself as clipping, and tells no bound on the whole", () => {
    const perLayer = { ...small, clip: ClipPolicy.perLayer(1) }
    const unbounded = { ...scalars, clipBound: Infinity }
    const one = Report.outcomeOf({ ...figures, clippedTensors: 1 }, perLayer, unbounded)
    assert.deepStrictEqual([one.clipped, one.clipBound], [true, Infinity])
    assert.isFalse(Report.outcomeOf(figures, perLayer, unbounded).clipped)
    assert.isFalse(Report.outcomeOf({ ...figures, clippedTensors: 1, finite: false }, perLayer, unbounded).clipped)
  })
})

describe("Report.boundOf", () => {
  it("is what the policy says of this norm, and never above the bound that was given", () => {
    const auto = ClipPolicy.auto({ percentile: 50 })
    const memory: Clip.Memory = { _tag: "Norms", norms: [1, 2, 6] }
    const bound = (clipBound: number, norm: number) =>
      Report.boundOf({ ...small, clip: auto }, { ...scalars, clipBound, clipInputs: Clip.inputs(auto, memory) }, norm)
    assert.deepStrictEqual([bound(Infinity, 4), bound(Infinity, 0), bound(2.5, 4)], [3, 1.5, 2.5])
  })
})
