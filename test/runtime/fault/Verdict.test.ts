import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Change, Diagnosis, Verdict as Word } from "../../../runtime/fault/Diagnosis.ts"
import type { Before, Evidence, First, Row } from "../../../runtime/fault/Evidence.ts"
import * as Verdict from "../../../runtime/fault/Verdict.ts"
import { faultTags, trial } from "./situations.ts"

/** Steps before the fault at step 120 with these norms. */
const before = (gradNorms: ReadonlyArray<number>): ReadonlyArray<Before> =>
  gradNorms.map((gradNorm, index) => ({
    step: 120 - gradNorms.length + index,
    loss: 4,
    gradNorm,
    clipped: false,
    learningRate: 0.2
  }))

const calm = before(Array.from({ length: 50 }, (_, index) => 2 + (index % 3)))
const growing = before(Array.from({ length: 50 }, (_, index) => index < 40 ? 2 + (index % 3) : 3 * 2 ** (index - 39)))

const forward: First = { node: "backbone.4.cv1.conv", direction: "forward", rows: null, files: [] }

const nan: Evidence = {
  fault: { tag: "NonFinite", step: 120, message: "the loss is NaN at step 120" },
  probe: { first: forward },
  reproduced: true,
  trials: [],
  rows: null,
  broken: [],
  norms: calm
}

const diverged: Partial<Evidence> = {
  fault: { tag: "Diverged", step: 120, message: "over 20 steps the loss stayed above 10 times its best mean, 2.1." },
  probe: { first: null },
  reproduced: false
}

/** The outcomes of trials in the order in which they are made; what is not named was not made. */
const trials = (outcomes: Readonly<Partial<Record<Change, boolean | null>>>): Pick<Evidence, "trials"> => ({
  trials: Object.entries(outcomes).map(([change, cured]) => trial(change as Change, cured))
})

const nothingCures = {
  "same again": false,
  "without the batch": false,
  "half the learning rate": false,
  "a tighter clip": false,
  "without augmentation": false,
  "another engine": false
} as const

const row = (file: string, fields: Partial<Row> = {}): Row => ({
  files: [file],
  finite: true,
  loss: 4,
  gradNorm: 3,
  ...fields
})

const spread = (odd: Partial<Row>): ReadonlyArray<Row> => [row("#1"), row("#2"), row("#3", odd), row("#4"), row("#5")]

const broken = { broken: [{ file: "train/a.jpg", row: 3, reason: "the box is 900 times as wide as the image" }] }

type Case = readonly [what: string, evidence: Partial<Evidence>, verdict: Word, files?: ReadonlyArray<string>]

const cases: ReadonlyArray<Case> = [
  // transient
  ["its step is finite when it is taken again", { reproduced: false }, "transient"],
  ["the same again cures it", trials({ "same again": true, "half the learning rate": true }), "transient"],
  ["a process was lost", {
    fault: { tag: "WorkerLost", step: null, message: "gone" },
    probe: null,
    reproduced: null
  }, "transient"],
  ["an engine failed once", {
    fault: { tag: "EngineFault", step: null, message: "failed" },
    reproduced: false
  }, "transient"],
  // engine-fault
  ["another engine alone cures it", trials({ ...nothingCures, "another engine": true }), "engine-fault"],
  ["an engine fails each time", { fault: { tag: "EngineFault", step: null, message: "failed" } }, "engine-fault"],
  ["another engine cures it, and so does the same again",
    trials({ "same again": true, "another engine": true }), "transient"],
  ["another engine was not tried", trials({ ...nothingCures, "another engine": null }), "bad-graph"],
  // bad-data
  ["the data cannot be read", {
    fault: { tag: "DataFault", step: null, message: "a.jpg cannot be read" },
    probe: null,
    reproduced: null,
    broken: [{ file: "a.jpg", row: null, reason: "it ends too early" }]
  }, "bad-data", ["a.jpg"]],
  ["the input is not finite", {
    probe: { first: { node: "images", direction: "input", rows: [2], files: ["#7"] } },
    reproduced: true,
    ...trials({ ...nothingCures, "a tighter clip": true })
  }, "bad-data", ["#7"]],
  ["only leaving out the batch cures it", trials({ ...nothingCures, "without the batch": true }), "bad-data", []],
  ["one row fails by itself", {
    ...trials({ "without the batch": true, "a tighter clip": true }),
    rows: spread({ finite: false, loss: NaN, gradNorm: NaN })
  }, "bad-data", ["#3"]],
  ["one row's loss is ten times the others'", {
    ...trials({ "without the batch": true, "a tighter clip": true }),
    rows: spread({ loss: 40 })
  }, "bad-data", ["#3"]],
  ["one row's norm is ten times the others'", { ...trials({ "without the batch": true }), rows: spread({ gradNorm: 30 }) },
    "bad-data", ["#3"]],
  ["the probe singles a row out", {
    probe: { first: { ...forward, rows: [3], files: ["#8"] } },
    ...trials({ "without the batch": true, "a tighter clip": true })
  }, "bad-data", ["#8"]],
  ["the batch is one image", {
    ...trials({ "without the batch": true, "a tighter clip": false }),
    rows: [row("#3", { finite: false })]
  }, "bad-data", ["#3"]],
  ["an image of the batch cannot be right", { ...broken, norms: growing }, "bad-data", ["train/a.jpg"]],
  ["a mosaic's row fails that shows a broken image", {
    ...broken,
    ...trials({ "without the batch": true }),
    rows: [...spread({}), { ...row("#6"), files: ["train/b.jpg", "train/a.jpg"], finite: false }]
  }, "bad-data", ["train/a.jpg"]],
  ["it diverges with the batch alone", {
    ...diverged,
    ...trials({ ...nothingCures, "without the batch": true })
  }, "bad-data"],
  ["only without augmentation it is finite", trials({ ...nothingCures, "without augmentation": true }), "bad-data"],
  ["no trial could be made, and one row stands out", { rows: spread({ loss: 400, gradNorm: 300 }) }, "bad-data"],
  ["one row stands out, and its image comes again before the trial without its batch is over", {
    ...trials({ ...nothingCures, "another engine": false }),
    rows: spread({ loss: 400, gradNorm: 300 })
  }, "bad-data"],
  ["before the first update nothing but the graph can be to blame", {
    fault: { ...nan.fault, step: 0 },
    ...trials({ "same again": false, "without the batch": false })
  }, "bad-graph"],
  // near misses of bad-data
  ["no trial could be made, one row stands out, and the norms grew", {
    rows: spread({ loss: 400, gradNorm: 300 }),
    norms: growing
  }, "explosion"],
  ["leaving out the batch cures it, and so does a tighter clip",
    trials({ "without the batch": true, "a tighter clip": true }), "explosion"],
  ["one row is nine times the others'", {
    ...trials({ "without the batch": true, "a tighter clip": true }),
    rows: spread({ loss: 39, gradNorm: 29 })
  }, "explosion"],
  ["most rows fail by themselves", {
    ...trials({ "without the batch": true, "a tighter clip": true }),
    rows: spread({}).map((row, index) => index < 3 ? { ...row, finite: false } : row)
  }, "explosion"],
  ["one row stands out, and leaving out the batch cures nothing", {
    ...trials({ "without the batch": false, "a tighter clip": true }),
    rows: spread({ loss: 400 })
  }, "explosion"],
  ["an image cannot be right, and leaving out the batch cures nothing", { ...broken, ...trials(nothingCures) }, "bad-graph"],
  // explosion
  ["half the learning rate cures it", trials({ ...nothingCures, "half the learning rate": true }), "explosion"],
  ["a tighter clip cures it", trials({ ...nothingCures, "a tighter clip": true }), "explosion"],
  ["nothing cures it, and the norms grew before", { ...trials(nothingCures), norms: growing }, "explosion"],
  ["the loss diverged", diverged, "explosion"],
  ["the loss diverged, and nothing cures it", { ...diverged, ...trials(nothingCures) }, "explosion"],
  ["the loss diverged, and another engine cures it",
    { ...diverged, ...trials({ ...nothingCures, "another engine": true }) }, "explosion"],
  ["a cold start, whose norms grew from the first step on", {
    ...trials(nothingCures),
    norms: before([3, 9, 40, 300, 20_000])
  }, "explosion"],
  ["nothing was tried", {}, "explosion"],
  ["the budget ended before the batch was left out", trials({ "same again": false, "a tighter clip": false }), "explosion"],
  // bad-graph
  ["nothing cures it", trials(nothingCures), "bad-graph"],
  ["nothing cures it, and a norm was high long before", {
    ...trials(nothingCures),
    norms: calm.map((step, index) => index === 44 ? { ...step, gradNorm: 400 } : step)
  }, "bad-graph"],
  ["nothing cures it, and the last norm was nine times the others", {
    ...trials(nothingCures),
    norms: calm.map((step, index) => index === 49 ? { ...step, gradNorm: 29 } : step)
  }, "bad-graph"],
  ["nothing cures it, and no step went before", { ...trials(nothingCures), norms: [] }, "bad-graph"],
  ["the state itself is poisoned", {
    ...trials(nothingCures),
    probe: { first: { node: "backbone.0.bn.variance", direction: "weights", rows: null, files: [] } }
  }, "bad-graph"]
]

describe("Verdict.of", () => {
  for (const [what, evidence, verdict, files] of cases) {
    it(`is ${verdict} where ${what}`, () => {
      const diagnosis = Verdict.of({ ...nan, ...evidence })
      assert.strictEqual(diagnosis.verdict, verdict, diagnosis.explanation)
      if (verdict !== "bad-data") assert.deepStrictEqual(diagnosis.files, [])
      if (files !== undefined) assert.deepStrictEqual(diagnosis.files.map(({ file }) => file), files)
    })
  }

  it("names the node, its direction and the trials", () => {
    const evidence = { ...nan, ...trials(nothingCures) }
    const { direction, node, trials: made } = Verdict.of(evidence)
    assert.deepStrictEqual({ node, direction, made }, {
      node: "backbone.4.cv1.conv",
      direction: "forward",
      made: evidence.trials
    })
    assert.isNull(Verdict.of({ ...nan, probe: null }).node)
  })
})

const explained = (evidence: Partial<Evidence>): string => Verdict.of({ ...nan, ...evidence }).explanation

describe("Verdict.of's explanation", () => {
  it("tells of an explosion how the norms grew and what cured it", () => {
    const { trials: made } = trials({
      "same again": false,
      "half the learning rate": false,
      "a tighter clip": true,
      "without augmentation": null
    })
    assert.strictEqual(
      explained({ norms: growing, trials: made }),
      "At step 120 the output of backbone.4.cv1.conv was the first that was not finite, on the way forward. "
        + "Over the 50 steps before, the gradient norm grew from 2 to 3072, 1024 times its median before, at a learning "
        + "rate of 0.2; none of them was clipped. Taken again, the step failed again; a tighter clip cured it; the same "
        + "again and half the learning rate did not cure it; leaving out the augmentation was not tried."
    )
  })

  it("tells of a node of the graph that the norms stayed", () => {
    const norms = calm.map((step, index) => ({ ...step, clipped: index < 12, learningRate: 0.1 / (1 + index) }))
    assert.include(
      explained({ ...trials(nothingCures), norms }),
      "Over the 50 steps before, the gradient norm stayed about 3, at most 4, as the learning rate went from 0.1 to 0.002; "
        + "12 of them were clipped."
    )
  })

  it("tells of bad data which images are to blame, and why", () => {
    assert.strictEqual(
      explained({
        ...broken,
        ...trials({ "without the batch": true }),
        rows: spread({ loss: 1234.56 }),
        probe: { first: { ...forward, node: "loss.box", direction: "loss", rows: [0, 2], files: ["#1"] } }
      }),
      `At step 120 loss.box was the first that was not finite, in 2 rows of the batch. To blame are "train/a.jpg", label `
        + `row 3 (the box is 900 times as wide as the image), "#1" (loss.box is not finite there) and "#3" (its loss by `
        + "itself is 1235, 308.6 times the batch's median). Taken again, the step failed again; leaving out the batch cured "
        + "it."
    )
  })

  it("repeats what a fault says where no node is to be named", () => {
    assert.strictEqual(
      explained({ ...diverged, reproduced: null, norms: [] }),
      "Over 20 steps the loss stayed above 10 times its best mean, 2.1. "
        + "Too few steps went before it to say how the gradient went. No trial was made."
    )
    assert.strictEqual(
      explained({ fault: { tag: "Timeout", step: null, message: "it ran for 1 hour" }, probe: null, reproduced: null }),
      "It ran for 1 hour."
    )
  })
})

const figure = fc.oneof(fc.double(), fc.constantFrom(0, NaN, Infinity))
const directions = fc.constantFrom<NonNullable<Diagnosis["direction"]>>("input", "forward", "loss", "backward", "weights")
const files = fc.array(fc.constantFrom("#1", "#2", "a.jpg"), { maxLength: 2 })

const evidences: fc.Arbitrary<Evidence> = fc.record({
  fault: fc.record({
    tag: faultTags,
    step: fc.option(fc.nat(1000)),
    message: fc.constantFrom("it failed", "the loss is NaN.")
  }),
  probe: fc.option(fc.record({
    first: fc.option(fc.record({
      node: fc.constantFrom("loss", "backbone.0"),
      direction: directions,
      rows: fc.option(fc.array(fc.nat(7), { maxLength: 3 })),
      files
    }))
  })),
  reproduced: fc.option(fc.boolean()),
  trials: fc.uniqueArray(
    fc.tuple(fc.constantFrom(...Object.keys(nothingCures) as ReadonlyArray<Change>), fc.option(fc.boolean()))
      .map(([change, cured]) => trial(change, cured)),
    { selector: ({ change }) => change }
  ),
  rows: fc.option(fc.array(fc.record({ files, finite: fc.boolean(), loss: figure, gradNorm: figure }), { maxLength: 8 })),
  broken: fc.array(
    fc.record({ file: fc.constantFrom("#1", "a.jpg"), row: fc.option(fc.nat(9)), reason: fc.constant("absurd") }),
    { maxLength: 2 }
  ),
  norms: fc.array(
    fc.record({ step: fc.nat(), loss: figure, gradNorm: figure, clipped: fc.boolean(), learningRate: figure }),
    { maxLength: 50 }
  )
})

describe("Any evidence", () => {
  it("has a verdict, which is explained in sentences of figures with at most 4 digits", () => {
    fc.assert(fc.property(evidences, (evidence) => {
      const { explanation, files, verdict } = Verdict.of(evidence)
      assert.include(["transient", "bad-data", "explosion", "bad-graph", "engine-fault"], verdict)
      assert.match(explanation, /^[A-Z].*\.$/)
      for (const [digits] of explanation.replaceAll(/e[+-]\d+/g, "").matchAll(/\d[\d.]*/g)) {
        const significant = digits.replace(".", "").replace(/^0+/, "").replace(/0+$/, "")
        assert.isAtMost(significant.length, 4, explanation)
      }
      if (verdict !== "bad-data") assert.deepStrictEqual(files, [])
    }), { numRuns: 1000 })
  })

  it("calls nothing else than a NaN's own step that is finite again transient", () => {
    fc.assert(fc.property(evidences, (evidence) => {
      if (evidence.fault.tag === "Diverged") assert.notStrictEqual(Verdict.of(evidence).verdict, "transient")
    }))
  })

  it("stops as bad-graph only where the batch and a half were tried and nothing cured", () => {
    fc.assert(fc.property(evidences, (evidence) => {
      if (Verdict.of(evidence).verdict !== "bad-graph") return
      assert.isFalse(evidence.trials.some(({ cured }) => cured === true))
      assert.isTrue(evidence.trials.some(({ change, cured }) => change === "without the batch" && cured === false))
    }), { numRuns: 1000 })
  })
})
