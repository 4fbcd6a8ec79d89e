import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { Accumulate, Clip, Feed, LearningRate, Recipe, Remedy, type Retry, Warmup } from "../../../dsl/index.ts"
import * as Remedies from "../../../runtime/fault/Remedies.ts"
import * as Lengths from "../../../runtime/optim/Lengths.ts"
import * as Curve from "../../../runtime/optim/Curve.ts"
import * as PlanLength from "../../../runtime/plan/Length.ts"
import * as RecipeDiff from "../../../runtime/plan/RecipeDiff.ts"
import { recipes } from "../../dsl/recipes.ts"
import { remedies, rungs } from "../../dsl/retries.ts"
import { schedules } from "../../dsl/schedules.ts"
import { recipe, situation } from "./situations.ts"

type Fields = Parameters<typeof Recipe.with>[1]

/** What a rung changes, as a person reads it, or why it cannot. */
const applied = (
  rung: Remedy.Remedy | Retry.Rung,
  fields: Fields = {},
  of: Partial<Remedies.Situation> = {}
): ReadonlyArray<string> | string => {
  const before = Recipe.with(recipe, fields)
  const together: Retry.Rung = Array.isArray(rung) ? rung as unknown as Retry.Rung : [rung as Remedy.Remedy]
  return Result.match(Remedies.apply(together, { ...situation, recipe: before, ...of }), {
    onFailure: (reason) => reason,
    onSuccess: ({ recipe }) => RecipeDiff.of(before, recipe).map(RecipeDiff.say)
  })
}

const suspects = { suspects: ["#3", "#5"] }

describe("Remedies.apply", () => {
  it("scales every value of a schedule and of its warmup", () => {
    const schedule = LearningRate.sequence([
      { schedule: LearningRate.linear({ peak: 0.01, final: 0.2 }), length: { steps: 20 } },
      { schedule: LearningRate.piecewise({ start: 0.2, multiply: [{ at: { steps: 9 }, by: 0.5 }] }) }
    ])
    assert.deepStrictEqual(
      applied(Remedy.scaleLearningRate({ factor: 0.1 }), { schedule, warmup: Warmup.linear({ steps: 5, from: 0.01 }) }),
      [
        "schedule.parts.0.schedule.final: 0.2 -> 0.02",
        "schedule.parts.0.schedule.peak: 0.01 -> 0.001",
        "schedule.parts.1.schedule.start: 0.2 -> 0.02",
        "warmup.biasFrom: 0.1 -> 0.01",
        "warmup.from: 0.01 -> 0.001"
      ]
    )
  })

  const clips: ReadonlyArray<readonly [Clip.Clip, string]> = [
    [Clip.off, "clip: Clip.off -> Clip.globalNorm(3)"],
    [Clip.globalNorm(1), "clip.maxNorm: 1 -> 0.5"],
    [Clip.perLayer(0.1), "clip.maxRms: 0.1 -> 0.05"],
    [Clip.adaptive(), "clip.ratio: 0.01 -> 0.005"],
    [Clip.auto(), "clip.percentile: 10 -> 5"],
    [Clip.zscore({ maxNorm: null }), "clip.maxNorm: null -> 3"],
    [Clip.zscore(), "clip.maxNorm: 1 -> 0.5"]
  ]
  for (const [clip, change] of clips) {
    it(`tightens ${clip._tag}: ${change}`, () =>
      assert.deepStrictEqual(applied(Remedy.tightenClip({ start: 3 }), { clip }), [change]))
  }

  const longer = Remedy.extendWarmup({ least: { steps: 40 } })

  it("makes a warmup longer, at least as long as asked and at most half of the training", () => {
    assert.deepStrictEqual(applied(longer), ["warmup: Warmup.none -> Warmup.linear({ steps: 40, biasFrom: 0 })"])
    assert.deepStrictEqual(applied(longer, { warmup: Warmup.linear({ epochs: 3 }) }), [
      "warmup.length: { epochs: 3 } -> { steps: 48 }"
    ])
    assert.deepStrictEqual(applied(Remedy.extendWarmup()), [
      "warmup: Warmup.none -> Warmup.linear({ steps: 50, biasFrom: 0 })"
    ])
    assert.strictEqual(applied(longer, { warmup: Warmup.linear({ steps: 60 }) }), "the warmup takes 60 steps of 100 already")
  })

  it("does not make a warmup longer that the fault came after", () => {
    assert.strictEqual(
      applied(longer, {}, { step: 44, onset: 40 }),
      "the warmup would end at step 40, and the fault began at step 40"
    )
    assert.isArray(applied(longer, {}, { step: 44, onset: 39 }))
  })

  it("makes a schedule's own rise longer", () => {
    const schedule = LearningRate.warmupStableDecay({ peak: 0.2, final: 0, warmup: { steps: 22 }, decay: { steps: 10 } })
    assert.deepStrictEqual(applied(longer, { schedule }), ["schedule.warmup.steps: 22 -> 44"])
    assert.deepStrictEqual(applied(longer, { schedule: LearningRate.oneCycle({ peak: 0.2, rise: 0.2 }) }), [
      "schedule.rise: 0.2 -> 0.4"
    ])
    assert.deepStrictEqual(
      applied(longer, { schedule: LearningRate.inverseSquareRoot({ peak: 0.2, warmup: { steps: 10 } }) }),
      ["schedule.peak: 0.2 -> 0.1", "schedule.warmup.steps: 10 -> 40"]
    )
    assert.deepStrictEqual(applied(longer, { schedule, warmup: Warmup.linear({ steps: 30 }) }), [
      "warmup.length.steps: 30 -> 50"
    ])
  })

  it("leaves out batches from the failing step on, whatever was left out before", () => {
    assert.deepStrictEqual(applied(Remedy.skipBatches()), ["feed.skip: [] -> [{ from: 30, steps: 1 }]"])
    const before = { feed: Feed.make({ skip: [{ from: 10, steps: 5 }, { from: 36, steps: 2 }] }) }
    assert.deepStrictEqual(applied(Remedy.skipBatches({ steps: 3 }), before), [
      "feed.skip.1.from: 36 -> 35",
      "feed.skip.1.steps: 2 -> 5"
    ])
    assert.deepStrictEqual(applied(Remedy.skipBatches(), { feed: Feed.make({ skip: [{ from: 30, steps: 1 }] }) }), [
      "feed.skip.0.steps: 1 -> 2"
    ])
  })

  it("leaves out the batch that failed, and those from where a divergence began", () => {
    const { onset, step } = { onset: 25, step: 30 }
    assert.deepStrictEqual(applied(Remedy.skipBatches(), {}, { onset, step }), ["feed.skip: [] -> [{ from: 30, steps: 1 }]"])
    assert.deepStrictEqual(applied(Remedy.skipBatches(), {}, { onset, step, fault: "Diverged" }), [
      "feed.skip: [] -> [{ from: 25, steps: 1 }]"
    ])
  })

  it("goes back a step at least where it changes how steps are taken, and cannot where none was", () => {
    for (const remedy of [Remedy.scaleLearningRate(), Remedy.tightenClip(), Remedy.extendWarmup()]) {
      const back = (rung: Retry.Rung) => Result.map(Remedies.apply(rung, situation), ({ back }) => back)
      assert.deepStrictEqual(back([remedy]), Result.succeed(1))
      assert.deepStrictEqual(back([remedy, Remedy.rollBack({ steps: 9 })]), Result.succeed(9))
      assert.strictEqual(applied(remedy, {}, { step: 0, onset: 0 }), "the first step failed, and no step was taken before")
    }
    assert.isArray(applied(Remedy.skipBatches(), {}, { step: 0, onset: 0 }))
  })

  it("puts the suspects into quarantine, if there are any and enough is left", () => {
    const { quarantineSample } = Remedy
    assert.deepStrictEqual(applied(quarantineSample, {}, suspects), [`feed.quarantine: [] -> ["#3", "#5"]`])
    const some = { feed: Feed.make({ quarantine: ["#5"] }) }
    assert.deepStrictEqual(applied(quarantineSample, some, suspects), [`feed.quarantine: ["#5"] -> ["#5", "#3"]`])
    assert.strictEqual(applied(quarantineSample), "the fault was traced to no image")
    assert.strictEqual(
      applied(quarantineSample, {}, { suspects: ["images/val/a.jpg"] }),
      `"images/val/a.jpg" is not among the images to train on`
    )
    assert.strictEqual(
      applied(quarantineSample, { feed: Feed.make({ quarantine: ["#3", "#5"] }) }, suspects),
      `"#3" and "#5" are in quarantine already`
    )
    assert.strictEqual(
      applied(quarantineSample, {}, { ...suspects, images: { images: { train: 9, val: 1 }, trainFiles: null } }),
      "7 images would be left, and a batch takes 8"
    )
    const enough = { images: { images: { train: 10, val: 1 }, trainFiles: null } }
    assert.isArray(applied(quarantineSample, {}, { ...suspects, ...enough }))
  })

  it("halves an even batch and doubles the batches of a step", () => {
    assert.deepStrictEqual(applied(Remedy.halveBatch, { accumulate: Accumulate.batches(3) }), [
      "batch: 8 -> 4",
      "accumulate.batches: 3 -> 6"
    ])
    assert.strictEqual(applied(Remedy.halveBatch, { batch: 7 }), "a batch of 7 images has no half")
    assert.strictEqual(
      applied(Remedy.halveBatch, { accumulate: Accumulate.batches(8000) }),
      "no such recipe can be: accumulate.batches: expected a whole number from 1 to 10000, got 16000"
    )
  })

  it("shuffles otherwise", () => assert.deepStrictEqual(applied(Remedy.reorder), ["feed.order: 0 -> 1"]))

  it("goes over to another engine that works", () => {
    const engine = (remedy: Remedy.Remedy, of: Partial<Remedies.Situation> = {}): string =>
      Result.match(Remedies.apply([remedy], { ...situation, ...of }), {
        onFailure: (reason) => reason,
        onSuccess: ({ engine }) => engine
      })
    assert.strictEqual(engine(Remedy.switchEngine()), "wasm")
    assert.strictEqual(engine(Remedy.switchEngine("wasm")), "wasm")
    assert.strictEqual(engine(Remedy.switchEngine(), { engine: "wasm" }), "tensorflow")
    assert.strictEqual(engine(Remedy.switchEngine("tensorflow")), "tensorflow is the engine that it failed on")
    assert.strictEqual(engine(Remedy.switchEngine(), { engines: ["tensorflow"] }), "no other engine works on this host")
    assert.strictEqual(engine(Remedy.switchEngine("wasm"), { engines: ["tensorflow"] }), "wasm does not work on this host")
  })

  it("goes back by itself only where the fault passes by itself", () => {
    const back = Remedy.rollBack({ steps: 7 })
    const transient = { ...situation, diagnosis: { verdict: "transient" as const, trials: [] } }
    assert.deepStrictEqual(Remedies.apply([back], transient), Result.succeed({ recipe, engine: "tensorflow", back: 7 }))
    for (const diagnosis of [situation.diagnosis, null]) {
      assert.strictEqual(applied(back, {}, { diagnosis }), "nothing shows that the fault passes by itself")
    }
    assert.deepStrictEqual(
      Result.map(Remedies.apply([back, Remedy.reorder], situation), ({ back }) => back),
      Result.succeed(7)
    )
  })

  it("takes remedies together, or none of them", () => {
    assert.deepStrictEqual(applied([Remedy.tightenClip(), Remedy.scaleLearningRate()], { clip: Clip.globalNorm(1) }), [
      "schedule.final: 0.002 -> 0.001",
      "schedule.peak: 0.2 -> 0.1",
      "clip.maxNorm: 1 -> 0.5"
    ])
    assert.deepStrictEqual(applied([Remedy.tightenClip(), Remedy.tightenClip()]), ["clip: Clip.off -> Clip.globalNorm(0.5)"])
    assert.strictEqual(applied([Remedy.tightenClip(), Remedy.quarantineSample]), "the fault was traced to no image")
  })

  it("refuses what comes to nothing", () => {
    assert.strictEqual(applied(Remedy.scaleLearningRate({ factor: 1 })), "it changes nothing")
    assert.strictEqual(
      applied(Remedy.tightenClip(), { clip: Clip.globalNorm(Number.MIN_VALUE) }),
      "no such recipe can be: clip.maxNorm: expected a number above 0, got 0"
    )
  })

  it("refuses what does not bear on the fault", () => {
    assert.strictEqual(
      applied(Remedy.tightenClip(), {}, { fault: "OutOfMemory" }),
      "it does not bear on the fault, OutOfMemory"
    )
    assert.strictEqual(applied(Remedy.reorder, {}, { fault: "DataFault" }), "it does not bear on the fault, DataFault")
    assert.isArray(applied(Remedy.halveBatch, {}, { fault: "OutOfMemory" }))
    assert.isArray(applied([Remedy.reorder, Remedy.skipBatches()], {}, { fault: "DataFault" }))
  })
})

describe("Remedies.say", () => {
  it("says what is changed, and from where it goes on", () => {
    assert.strictEqual(Remedies.say([Remedy.rollBack()]), "the same again")
    assert.strictEqual(Remedies.say([Remedy.rollBack(), Remedy.tightenClip()]), "a tighter clip")
    assert.strictEqual(
      Remedies.say([Remedy.rollBack({ steps: 50 }), Remedy.scaleLearningRate(), Remedy.skipBatches({ steps: 200 })]),
      "0.5 times the learning rate, without the batches of 200 steps, from 50 steps before"
    )
  })

  it("says any rung in a line", () => {
    fc.assert(fc.property(rungs, (rung) => assert.match(Remedies.say(rung), /^\S.*\S$/)))
  })
})

/** The fields that a remedy speaks of. */
const speaksOf = {
  RollBack: [],
  ScaleLearningRate: ["schedule", "warmup"],
  TightenClip: ["clip"],
  ExtendWarmup: ["schedule", "warmup"],
  SkipBatches: ["feed.skip"],
  QuarantineSample: ["feed.quarantine"],
  HalveBatch: ["batch", "accumulate"],
  Reorder: ["feed.order"],
  SwitchEngine: []
} as const satisfies Record<Remedy.Remedy["_tag"], ReadonlyArray<string>>

const places = fc.record({
  step: fc.nat(99),
  totalSteps: fc.integer({ min: 100, max: 400 }),
  onset: fc.nat(99),
  stepsPerEpoch: fc.integer({ min: 1, max: 50 }),
  suspects: fc.array(fc.nat(63).map((index) => `#${index}`), { maxLength: 3 }),
  engine: fc.constantFrom("tensorflow" as const, "wasm" as const)
})

describe("Any remedy", () => {
  it("leaves a valid recipe that differs in what it speaks of alone", () => {
    fc.assert(fc.property(remedies, recipes, places, (remedy, recipe, place) => {
      const patched = Remedies.apply([remedy], { ...situation, ...place, recipe })
      if (Result.isFailure(patched)) return
      const { success: patch } = patched
      assert.deepStrictEqual(Recipe.decode(Recipe.encode(patch.recipe)), Result.succeed(patch.recipe))
      const changes = RecipeDiff.of(recipe, patch.recipe).map(({ path }) => path)
      const fields: ReadonlyArray<string> = speaksOf[remedy._tag]
      const isSpokenOf = (path: string): boolean => fields.some((field) => `${path}.`.startsWith(`${field}.`))
      assert.deepStrictEqual(changes.filter((path) => !isSpokenOf(path)), [])
      assert.isTrue(changes.length > 0 || patch.engine !== place.engine, "nothing changed")
    }), { numRuns: 500 })
  })

  it("that can be taken can be taken again, but for those that name what to take", () => {
    const again = fc.constantFrom(Remedy.tightenClip(), Remedy.scaleLearningRate(), Remedy.skipBatches(), Remedy.reorder)
    fc.assert(fc.property(again, fc.integer({ min: 2, max: 5 }), (remedy, times) => {
      const seen = new Set([JSON.stringify(recipe)])
      let { recipe: last } = situation
      for (let time = 0; time < times; time++) {
        last = Result.getOrThrow(Remedies.apply([remedy], { ...situation, recipe: last })).recipe
        seen.add(JSON.stringify(last))
      }
      assert.strictEqual(seen.size, times + 1)
    }))
  })
})

const rate = fc.double({ min: 1e-6, max: 100, noNaN: true })
const inSteps = fc.record({ steps: fc.integer({ min: 1, max: 200 }) })
const warmups: fc.Arbitrary<Warmup.Warmup> = fc.option(
  fc.record({ steps: fc.integer({ min: 1, max: 60 }), from: rate, biasFrom: rate })
).map((warmup) => warmup === null ? Warmup.none : Warmup.linear(warmup))

const curveOf = ({ schedule, warmup }: Recipe.Recipe, totalSteps: number): Curve.Curve =>
  Curve.make({
    schedule: Lengths.resolved(schedule, 8) as Lengths.Resolved,
    warmup,
    momentum: 0.9,
    totalSteps,
    warmupSteps: warmup._tag === "None" ? 0 : PlanLength.steps(warmup.length, 8) ?? 0
  })

describe("Any schedule", () => {
  it("is scaled at every step, its warmup included", () => {
    const factor = fc.double({ min: 0.01, max: 1, noNaN: true })
    fc.assert(fc.property(schedules({ rate, length: inSteps }), warmups, factor, (schedule, warmup, factor) => {
      const before = Recipe.with(recipe, { schedule, warmup })
      const after = Remedies.apply([Remedy.scaleLearningRate({ factor })], { ...situation, recipe: before })
      if (Result.isFailure(after)) return assert.strictEqual(factor, 1)
      const [then, now] = [before, after.success.recipe].map((recipe) => curveOf(recipe, 100)) as [Curve.Curve, Curve.Curve]
      for (let step = 0; step < 100; step++) {
        for (const column of ["learningRate", "biasLearningRate"] as const) {
          const expected = then.at(step)[column] * factor
          assert.isAtMost(Math.abs(now.at(step)[column] - expected), 1e-10 * (expected + 1e-6), `step ${step}`)
        }
        assert.strictEqual(now.at(step).momentum, then.at(step).momentum)
      }
    }))
  })

  it("that rises by itself or not at all is nowhere higher up to the end of a longer warmup", () => {
    const falling = fc.oneof(
      rate.map(LearningRate.constant),
      rate.map((peak) => LearningRate.cosine({ peak, final: peak / 100 })),
      fc.record({ peak: rate, warmup: inSteps }).map(LearningRate.inverseSquareRoot),
      fc.record({ peak: rate, warmup: inSteps }).map(({ peak, warmup }) =>
        LearningRate.warmupStableDecay({ peak, final: 0, warmup, decay: { steps: 10 } })
      )
    )
    fc.assert(fc.property(falling, fc.nat(40), (schedule, step) => {
      const before = Recipe.with(recipe, { schedule })
      const at = { ...situation, step, onset: step, recipe: before }
      const after = Remedies.apply([Remedy.extendWarmup({ least: { steps: 30 } })], at)
      if (Result.isFailure(after)) return
      const [then, now] = [before, after.success.recipe].map((recipe) => curveOf(recipe, 100)) as [Curve.Curve, Curve.Curve]
      assert.isBelow(now.at(step).learningRate, then.at(step).learningRate)
      for (let t = 0; t < 100; t++) assert.isAtMost(now.at(t).learningRate, then.at(t).learningRate * (1 + 1e-9))
    }))
  })
})
