import { assert, describe, it } from "@effect/vitest"
import * as Loss from "../../../dsl/Loss.ts"
import * as Parts from "../../../runtime/step/Parts.ts"
import type { Step } from "../../../runtime/step/Step.ts"
import * as Monitor from "../../../runtime/train/Monitor.ts"
import * as Classifier from "../step/classifier.ts"
import { onEachStep } from "../step/engines.ts"
import * as Small from "../step/small.ts"

const gradients = (tensors: Readonly<Record<string, ReadonlyArray<number>>>): ReadonlyMap<string, Float32Array> =>
  new Map(Object.entries(tensors).map(([address, values]) => [address, Float32Array.from(values)]))

describe("normsOf", () => {
  it("is the Euclidean length over everything, and over each section's tensors together", () => {
    const norms = Monitor.normsOf(gradients({
      "backbone.0.conv.kernel": [3, -4],
      "backbone.1.norm.gamma": [12],
      "neck.p3.conv.kernel": [0, 0],
      "head.box.0.conv.kernel": [84],
      "head.class.0.conv.kernel": [-36, 77]
    }))
    assert.deepStrictEqual(norms, {
      total: Math.hypot(13, 84, 85),
      sections: { backbone: 13, neck: 0, "head.box": 84, "head.class": 85 }
    })
  })

  it("does not overflow where a float32's square would, and hides nothing that is not finite", () => {
    assert.deepStrictEqual(Monitor.normsOf(gradients({ "neck.a": [2 ** 100], "neck.b": [0] })).total, 2 ** 100)
    const { sections, total } = Monitor.normsOf(gradients({ "neck.a": [1, NaN], "backbone.a": [2], "head.a": [Infinity] }))
    assert.deepStrictEqual(sections, { neck: NaN, backbone: 2, head: Infinity })
    assert.isNaN(total)
  })

  it("is 0 where there is no gradient", () => {
    assert.deepStrictEqual(Monitor.normsOf(new Map()), { total: 0, sections: {} })
  })
})

describe("histogramOf", () => {
  const of = (...values: ReadonlyArray<number>) => Monitor.histogramOf([Float32Array.from(values)])

  it("counts magnitudes from a power of two up to the next, whatever their signs", () => {
    const below = 2 - 2 ** -22
    assert.deepStrictEqual(of(1, -1, below, -below), { lowest: 0, counts: [4] })
    assert.deepStrictEqual(of(1, 2, -2, 3.5, 4), { lowest: 0, counts: [1, 3, 1] })
    assert.deepStrictEqual(of(0.125, 1), { lowest: -3, counts: [1, 0, 0, 1] })
  })

  it("puts every power of two at the beginning of its bin", () => {
    for (let exponent = Monitor.lowest; exponent <= Monitor.highest; exponent++) {
      assert.deepStrictEqual(of(2 ** exponent), { lowest: exponent, counts: [1] })
    }
  })

  it("counts what lies outside of its bins with the outermost ones", () => {
    assert.deepStrictEqual(of(2 ** -41, 2 ** -126, 2 ** -149), { lowest: -40, counts: [3] })
    assert.deepStrictEqual(of(2 ** 24, 2 ** 127), { lowest: 23, counts: [2] })
  })

  it("leaves out what is 0 or not finite, and is empty where that is all", () => {
    assert.deepStrictEqual(of(0, -0, NaN, Infinity, -Infinity, 0.5), { lowest: -1, counts: [1] })
    assert.deepStrictEqual(of(0, NaN), { lowest: 0, counts: [] })
  })

  it("counts all tensors into one", () => {
    const tensors = [Float32Array.of(1, 2), Float32Array.of(2, 8)]
    assert.deepStrictEqual(Monitor.histogramOf(tensors), { lowest: 0, counts: [1, 2, 0, 1] })
  })
})

/** Adds up a histogram's counts. */
const counted = (counts: ReadonlyArray<number>): number => counts.reduce((sum, count) => sum + count, 0)

const using = (step: Step, use: (step: Step) => void): void => {
  try {
    use(step)
  } finally {
    step.dispose()
  }
}

onEachStep("Monitor.look", (make) => {
  it("measures parts that add up to the gradient of the step, and changes nothing", () =>
    using(make(Small.small), (step) => {
      const batch = Small.batchOf(Small.small, 1)
      const before = step.read()
      const { histograms, parts, whole } = Monitor.look(step, batch, Small.small.loss, true)
      assert.deepStrictEqual(Small.changed(before, step.read()), [])
      assert.deepStrictEqual(Object.keys(parts), ["box", "class", "dfl"])

      const all = step.gradients(batch, Parts.of(Small.small.loss).map(([, gain]) => gain))
      const expected = Monitor.normsOf(all)
      assert.deepStrictEqual(Object.keys(whole.sections), ["backbone", "neck", "head.box", "head.class"])
      for (const [section, norm] of Object.entries(expected.sections)) {
        assert.approximately(whole.sections[section] ?? NaN, norm, 1e-3 * norm, section)
      }
      assert.approximately(step.run(batch, Small.unclipped).gradNorm, whole.total, 1e-3 * whole.total)

      const values = [...all.values()].reduce((sum, { length }) => sum + length, 0)
      const counts = Object.values(histograms ?? {}).map(({ counts }) => counted(counts))
      assert.deepStrictEqual(Object.keys(histograms ?? {}), Object.keys(whole.sections))
      assert.isAtMost(counted(counts), values)
      assert.isAbove(counted(counts), values / 2)
    }))

  it("finds each part in the branch of the head that it is of alone", () =>
    using(make(Small.small), (step) => {
      const { parts } = Monitor.look(step, Small.batchOf(Small.small, 2), Small.small.loss, false)
      for (const part of [parts.box, parts.dfl]) {
        assert.isAbove(part?.sections["head.box"] ?? NaN, 0)
        assert.strictEqual(part?.sections["head.class"], 0)
      }
      assert.isAbove(parts.class?.sections["head.class"] ?? NaN, 0)
      assert.strictEqual(parts.class?.sections["head.box"], 0)
    }))

  it("follows a gain in proportion, in its part alone", () =>
    using(make(Small.small), (step) => {
      const batch = Small.batchOf(Small.small, 3)
      const gains = { box: 7.5, class: 0.5, dfl: 1.5 }
      const before = Monitor.look(step, batch, Loss.yoloV8(gains), false).parts
      const after = Monitor.look(step, batch, Loss.yoloV8({ ...gains, box: 30 }), false).parts
      const box = before.box?.total ?? NaN
      assert.isAbove(box, 0)
      assert.approximately(after.box?.total ?? NaN, 4 * box, 1e-3 * box)
      for (const part of ["class", "dfl"] as const) {
        const unmoved = before[part]?.total ?? NaN
        assert.approximately(after[part]?.total ?? NaN, unmoved, 1e-4 * unmoved, part)
      }
    }))

  it("knows one part of a classifier, which is its whole gradient", () =>
    using(make(Classifier.tiny), (step) => {
      const { histograms, parts, whole } = Monitor.look(step, Classifier.batchOf(1), Classifier.tiny.loss, false)
      assert.deepStrictEqual(parts, { class: whole })
      assert.deepStrictEqual(Object.keys(whole.sections), ["backbone", "head"])
      assert.isNull(histograms)
      assert.isAbove(whole.total, 0)
    }))
})
