import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Clip, Dataset, Feed, LearningRate, Model, Optimizer, Recipe, Warmup } from "../../../dsl/index.ts"
import * as OptimClip from "../../../runtime/optim/Clip.ts"
import * as Advice from "../../../runtime/train/Advice.ts"

const bare = Recipe.make({
  data: Dataset.shapes({ train: 256, val: 64, seed: 7 }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.1, final: 0.001 }),
  batch: 8,
  length: { steps: 800 }
})

interface Case {
  readonly recipe?: Recipe.Recipe
  readonly clip?: Clip.Clip
  readonly warmup?: number
  readonly steps?: number
  readonly loss?: (step: number) => number
  readonly norm?: (step: number) => number
}

const falls = (step: number): number => 2 + 6 * Math.exp(-step / 100)
const swings = (step: number): number => falls(step) * (step % 2 === 0 ? 1.3 : 0.7)

/** A training whose bound, where it has one, clips what is above it. */
const evidence = ({ clip = Clip.off, loss = falls, norm = () => 0.5, recipe = bare, steps = 800, warmup = 0 }: Case) => {
  const norms = Array.from({ length: steps }, (_, step) => norm(step))
  return {
    recipe: Recipe.with(recipe, { clip, ...(warmup === 0 ? {} : { warmup: Warmup.linear({ steps: warmup }) }) }),
    warmupSteps: warmup,
    losses: norms.map((_, step) => loss(step)),
    norms,
    clipped: norms.map((norm) => OptimClip.clips(norm, OptimClip.fixedBound(clip)))
  }
}

const said = (some: Case): Readonly<Record<string, string>> =>
  Object.fromEntries(Advice.of(evidence(some)).map(({ message, rule }) => [rule, message]))

/** What is to be changed, by each rule that says something. */
const changed = (some: Case): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Advice.of(evidence(some)).map(({ change, rule }) => [rule, change]))

/** Of every 100 norms 66 below 1, 25 between 1 and 2, 6 between 2 and 3, 3 above 5. */
const wide = (step: number): number => {
  const place = (step * 37) % 100
  return place < 66 ? 0.6 : place < 91 ? 1.5 : place < 97 ? 2.5 : 5.6
}

describe("Advice", () => {
  it("says nothing of a training that has nothing to show", () => {
    assert.deepStrictEqual(said({}), {})
    assert.deepStrictEqual(said({ clip: Clip.globalNorm(1), norm: wide }), {})
    assert.deepStrictEqual(said({ clip: Clip.globalNorm(1), loss: swings, norm: () => 0.9 }), {})
    assert.deepStrictEqual(said({ clip: Clip.off, loss: swings, norm: wide }), {})
  })

  it("says nothing of few steps", () => {
    const some = { clip: Clip.globalNorm(1), loss: swings, norm: wide }
    assert.deepStrictEqual(Object.keys(said(some)), ["clip/too-tight"])
    assert.deepStrictEqual(said({ ...some, steps: 99 }), {})
    // What counts are the steps after the warmup.
    assert.deepStrictEqual(said({ ...some, steps: 199, warmup: 100 }), {})
    assert.deepStrictEqual(said({ steps: 0 }), {})
  })

  it("loosens a bound that clips much while the loss oscillates, by what others would have clipped", () => {
    assert.deepStrictEqual(said({ clip: Clip.globalNorm(1), loss: swings, norm: wide }), {
      "clip/too-tight": "clipped in 34% of 800 steps while the loss oscillated (half of its values are more than 30% off the middle "
        + "of those around); a bound of 2 would have clipped 9% (9% at 2, 3% at 3 and 3% at 5)"
    })
    const after = said({ clip: Clip.zscore({ maxNorm: 1 }), loss: swings, norm: wide, warmup: 200 })["clip/too-tight"] ?? ""
    assert.match(after, /^clipped in 34% of 600 steps after the warmup /)
    // Where none of them comes below 30%, the widest.
    const far = said({ clip: Clip.globalNorm(1), loss: swings, norm: () => 40 })["clip/too-tight"] ?? ""
    assert.match(far, /; a bound of 5 would have clipped 100%/)
  })

  it("knows no clip rate by which to judge a bound that moves, or one of each tensor", () => {
    for (const clip of [Clip.auto(), Clip.zscore({ maxNorm: null }), Clip.perLayer(1), Clip.adaptive()]) {
      const { clipped, ...others } = evidence({ clip, loss: swings, norm: wide })
      assert.deepStrictEqual(Advice.of({ ...others, clipped: clipped.map(() => true) }), [])
    }
  })

  it("says of a bound far above all norms that it does nothing, and which would do something", () => {
    assert.deepStrictEqual(said({ clip: Clip.globalNorm(10) }), {
      "clip/bounds-nothing": "the bound of 10 did nothing: the largest norm of 800 steps was 0.5, and none was a spike; one of 2 "
        + "would have clipped 0%, and would catch a norm of 10 times the median"
    })
    // A bound that the beginning needed is no idle one, and neither is one that is near.
    const start = { clip: Clip.globalNorm(10), norm: (step: number) => step < 5 ? 20 : 0.5, warmup: 20 }
    assert.notProperty(said(start), "clip/bounds-nothing")
    assert.deepStrictEqual(said({ clip: Clip.globalNorm(1.4) }), {})
  })

  it("finds the bound that would have caught the spikes that passed, and how many steps it would have clipped", () => {
    const norm = (step: number): number => step === 300 || step === 500 ? 8 : step % 20 === 3 ? 3 : 0.5
    assert.deepStrictEqual(said({ norm }), {
      "clip/spikes-pass": "2 norms of 800 steps were at least 10 times those around, up to 8, and nothing clips them; a bound of 2 "
        + "would have caught all of them and clipped 5% of the steps, Clip.zscore({ maxNorm: null }) would have clipped 5% and left "
        + "no norm above 3"
    })
    assert.match(said({ norm, clip: Clip.globalNorm(10) })["clip/spikes-pass"] ?? "", /passed under the bound of 10;/)
    assert.match(said({ norm: (step) => step === 300 ? 8 : 0.5 })["clip/spikes-pass"] ?? "", /^1 norm .* caught it and clipped <1%/)
    assert.deepStrictEqual(Object.keys(said({ norm, clip: Clip.globalNorm(100) })), ["clip/spikes-pass"])
    // A bound that clips them has caught them.
    assert.notProperty(said({ norm, clip: Clip.globalNorm(5) }), "clip/spikes-pass")
  })

  it("finds a bound for all spikes, whatever the norms", () => {
    const norms = fc.array(fc.oneof(
      { weight: 30, arbitrary: fc.double({ min: 0.1, max: 2, noNaN: true }) },
      { weight: 1, arbitrary: fc.double({ min: 30, max: 1e6, noNaN: true }) }
    ), { minLength: 200, maxLength: 300 })
    fc.assert(fc.property(norms, (seen) => {
      const [, bound] = /a bound of ([\d.e+]+) /.exec(said({ steps: seen.length, norm: (step) => seen[step] ?? NaN })["clip/spikes-pass"] ?? "") ?? []
      const spikes = seen.filter((norm) => norm >= 30)
      if (spikes.length === 0) assert.isUndefined(bound)
      else assert.isAtMost(Number(bound), Math.min(...spikes) / 2)
    }))
  })

  it("tightens a bound under which the loss creeps, where that would clip something", () => {
    const creeps = (step: number): number => 7 + Math.exp(-step / 100)
    const small = (step: number): number => step % 10 === 0 ? 0.8 : 0.3
    const { "clip/too-loose": message } = said({ clip: Clip.globalNorm(1), loss: creeps, norm: small })
    assert.match(message ?? "", /^the loss crept, from 7\.018 to 7 over the second half of 800 steps, .* one of 0\.5 would have clipped 10%/)
    assert.notProperty(said({ clip: Clip.globalNorm(1), loss: falls, norm: small }), "clip/too-loose")
    assert.notProperty(said({ clip: Clip.globalNorm(1), loss: creeps, norm: () => 0.3 }), "clip/too-loose")
    assert.notProperty(said({ clip: Clip.off, loss: creeps, norm: small }), "clip/too-loose")
  })

  it("lengthens a warmup that ends before the norms settle", () => {
    const norm = (step: number): number => step < 165 ? 30 : 3
    assert.deepStrictEqual(Object.keys(said({ norm, warmup: 300 })), [])
    assert.match(
      said({ norm, warmup: 100 })["warmup/too-short"] ?? "",
      /^the warmup ended after 100 steps, and the norms settled after 165 steps: .* up to 30, .* 3; a warmup of 200 steps would/
    )
    assert.match(said({ norm })["warmup/too-short"] ?? "", /^there was no warmup, and the norms settled after 165 steps/)
    // A schedule that rises by itself has its warmup in it, and norms that never settle tell of none.
    const rising = Recipe.with(bare, { schedule: LearningRate.oneCycle({ peak: 0.1 }) })
    assert.deepStrictEqual(said({ norm, recipe: rising }), {})
    assert.deepStrictEqual(said({ norm: (step) => step < 500 ? 30 : 3 }), {})
    assert.deepStrictEqual(said({ norm: (step) => step < 165 ? 10 : 3 }), {})
  })

  it("carries the change that its message names", () => {
    const spikes = (step: number): number => step === 300 ? 8 : 0.5
    const settles = (step: number): number => step < 165 ? 30 : 3
    assert.deepStrictEqual(changed({ clip: Clip.globalNorm(1), loss: swings, norm: wide }), {
      "clip/too-tight": { clip: Clip.globalNorm(2) }
    })
    assert.deepStrictEqual(changed({ clip: Clip.zscore({ maxNorm: 1, warmup: 7 }), loss: swings, norm: wide })["clip/too-tight"], {
      clip: Clip.zscore({ maxNorm: 2, warmup: 7 })
    })
    assert.deepStrictEqual(changed({ clip: Clip.globalNorm(10) }), { "clip/bounds-nothing": { clip: Clip.globalNorm(2) } })
    assert.deepStrictEqual(changed({ norm: spikes }), { "clip/spikes-pass": { clip: Clip.globalNorm(2) } })
    const creeps = { loss: (step: number) => 7 + Math.exp(-step / 100), norm: (step: number) => step % 10 === 0 ? 0.8 : 0.3 }
    assert.deepStrictEqual(changed({ ...creeps, clip: Clip.globalNorm(1) }), { "clip/too-loose": { clip: Clip.globalNorm(0.5) } })
    assert.deepStrictEqual(changed({ norm: settles, warmup: 100 })["warmup/too-short"], { warmup: Warmup.linear({ steps: 200 }) })
    assert.deepStrictEqual(changed({ norm: settles })["warmup/too-short"], { warmup: Warmup.linear({ steps: 200 }) })
  })

  it("passes over steps that were not finite", () => {
    const whole = evidence({ clip: Clip.globalNorm(1), loss: swings, norm: wide })
    const broken = {
      ...whole,
      losses: [...whole.losses, NaN, 3],
      norms: [...whole.norms, 1, Infinity],
      clipped: [...whole.clipped, false, true]
    }
    assert.deepStrictEqual(Advice.of(broken), Advice.of(whole))
    assert.deepStrictEqual(Advice.of({ ...whole, losses: whole.losses.map(() => NaN) }), [])
  })

  it("says what to write into the source after a run was cured", () => {
    const cured = Recipe.with(bare, {
      clip: Clip.globalNorm(0.5),
      schedule: LearningRate.cosine({ peak: 0.05, final: 0.0005 }),
      feed: Feed.make({ quarantine: ["train/images/0007.jpg"] })
    })
    assert.deepStrictEqual(Advice.ofRemedies(bare, cured), [{
      rule: "retry/remedied",
      message: "it ended on a changed recipe; to begin with what cured it, write feed: Feed.make({ quarantine: "
        + "[\"train/images/0007.jpg\"] }), schedule: LearningRate.cosine({ peak: 0.05, final: 0.0005 }), clip: Clip.globalNorm(0.5)",
      change: { feed: cured.feed, schedule: cured.schedule, clip: cured.clip }
    }])
    assert.deepStrictEqual(Advice.ofRemedies(bare, { ...bare }), [])
  })

  it("says what it says of any figures, or nothing", () => {
    const figure = fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constantFrom(0, NaN, Infinity, 1e-300))
    const clips = fc.constantFrom(Clip.off, Clip.globalNorm(1), Clip.zscore(), Clip.auto(), Clip.globalNorm(1e-3))
    fc.assert(fc.property(fc.array(fc.tuple(figure, figure), { maxLength: 300 }), clips, fc.nat(150), (figures, clip, warmup) => {
      const some = { clip, warmup, steps: figures.length, loss: (step: number) => figures[step]?.[0] ?? NaN }
      for (const message of Object.values(said({ ...some, norm: (step) => figures[step]?.[1] ?? NaN }))) {
        assert.notMatch(message, /NaN|undefined|Infinity/)
      }
    }))
  })
})
