import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Clip, Dataset, LearningRate, Model, Optimizer, Recipe } from "../../../../dsl/index.ts"
import { fields, fileOf, sources, written } from "./sources.ts"
import { change, type Options, textOf, tune } from "./tuning.ts"

const calm = `const calm = Recipe.make({ ${fields}, clip: Clip.globalNorm(1) })`
const text = fileOf({ text: calm })

/** The recipe that `calm` is. */
const recipe = Recipe.make({
  data: Dataset.shapes({ train: 8, val: 4, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.0625, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.cosine({ peak: 0.1, final: 0.001 }),
  batch: 4,
  length: { steps: 400 },
  clip: Clip.globalNorm(1)
})

const messageOf = (options: Options) =>
  Effect.map(tune(options), (tuned) => tuned._tag === "Failure" ? tuned.failure.message : assert.fail("it was tuned"))

const tunedOf = (options: Options) =>
  Effect.map(tune(options), (tuned) => tuned._tag === "Success" ? tuned.success : assert.fail(tuned.failure.message))

const limit = 120_000

describe("Tune", () => {
  // All of them are a drill.
  for (const name of ["an import, where nothing else", "a default that is written out"]) {
    it.effect(`proves what it edits in ${name}`, () =>
      Effect.gen(function*() {
        const source = sources.find((one) => one.name.startsWith(name)) ?? assert.fail(name)
        const [text, after] = written(source)
        const { files = {} } = source
        assert.strictEqual(yield* textOf({ text, files, ...(source.change === undefined ? {} : { change: source.change }) }), after)
      }), limit)
  }

  it.effect("refuses what would change another arm, and says what to write by hand, and where", () =>
    Effect.gen(function*() {
      const arms = `const arms = {\n  calm: Recipe.make({ ${fields}, clip: Clip.globalNorm(1) })\n}
Object.assign(arms, { wide: Recipe.with(arms.calm, { batch: 8 }) })`
      const message = yield* messageOf({ text: fileOf({ text: arms, arms: "arms" }), run: { recipe } })
      assert.strictEqual(
        message,
        "experiments/tuned.ts cannot be edited for you: it would change the arm \"wide\", too: clip.maxNorm: 1 -> 5\n"
          + "What to write by hand, for the arm \"calm\" of experiments/tuned.ts:4:\n  clip: Clip.globalNorm(5)"
      )
    }), limit)

  it.effect("refuses what would change more than arms", () =>
    Effect.gen(function*() {
      const own = fileOf({ text: `const own = { calm: Recipe.make({ ${fields}, clip: Clip.globalNorm(1) }) }`, arms: "own" })
        .replace("seeds: [0]", "seeds: [JSON.stringify(own).length]")
      assert.match(yield* messageOf({ text: own.replace("globalNorm(1)", "globalNorm(10)"), run: { recipe: Recipe.with(recipe, { clip: Clip.globalNorm(10) }) } }), /it would change more than an arm\n/)
    }), limit)

  it.effect("refuses what would change nothing of the experiment that the file exports", () =>
    Effect.gen(function*() {
      const decoy = text.replace("export default", "const decoy =").concat(`
export default Experiment.make("tun" + String("ed"), {
  question: "Does it hold?", arms: { calm: Recipe.make({ ${fields}, clip: Clip.globalNorm(1) }) }, seeds: [0], expect: []
})\n`)
      assert.match(yield* messageOf({ text: decoy, run: { recipe } }), /it would come to something else: clip\.maxNorm: 5 -> 1\n/)
    }), limit)

  it.effect("refuses a source that cannot be evaluated, which never gets hold of anything", () =>
    Effect.gen(function*() {
      const message = yield* messageOf({ text: `${text}\nprocess.exit(0)\n`, run: { recipe } })
      assert.match(message, /experiments\/tuned\.ts:17: process is not available while it is evaluated\nWhat to write by hand/)
    }), limit)

  it.effect("knows what has moved on since the run, and refuses where the advice is about that", () =>
    Effect.gen(function*() {
      const other = Recipe.with(recipe, { clip: Clip.globalNorm(2) })
      assert.match(
        yield* messageOf({ text, run: { recipe: other } }),
        /: it has moved on since run r1, and the advice is about what that had: clip\.maxNorm: 2 -> 1\n/
      )
      const wide = yield* tunedOf({ text, run: { recipe: Recipe.with(recipe, { batch: 8 }) } })
      assert.deepStrictEqual(wide.remarks, ["the source has moved on since run r1: batch: 8 -> 4"])
      assert.strictEqual(wide.change?.after.text, text.replace("globalNorm(1)", "globalNorm(5)"))
      const there = yield* tunedOf({ text: text.replace("globalNorm(1)", "globalNorm(5)"), run: { recipe } })
      assert.deepStrictEqual([there.change, there.remarks], [null, []])
      assert.deepStrictEqual(there.advice, [{ rule: "a/rule", message: "why", before: { clip: Clip.globalNorm(1) }, after: change }])
    }), limit)

  it.effect("takes several advices together, and refuses those that want one field otherwise", () =>
    Effect.gen(function*() {
      const schedule = LearningRate.cosine({ peak: 0.05, final: 0.001 })
      const advice = [
        { rule: "a/rule", message: "why", change },
        { rule: "b/rule", message: "why", change: { clip: Clip.globalNorm(5), schedule } },
        { rule: "c/rule", message: "why", change: null }
      ]
      const tuned = yield* tunedOf({ text, run: { recipe, advice } })
      assert.strictEqual(tuned.change?.after.text, text.replace("globalNorm(1)", "globalNorm(5)").replace("peak: 0.1", "peak: 0.05"))
      assert.deepStrictEqual(tuned.remarks, ["c/rule names no change that could be written"])
      const others = [...advice, { rule: "d/rule", message: "why", change: { clip: Clip.off } }]
      assert.match(yield* messageOf({ text, run: { recipe, advice: others } }), /^b\/rule and d\/rule both change clip, each otherwise/)
    }), limit)

  it.effect("refuses a file of another experiment, of other arms, and what is no program", () =>
    Effect.gen(function*() {
      const run = { recipe }
      assert.match(yield* messageOf({ text, run: { ...run, experiment: "other" } }), /is the experiment "tuned", and run r1 was made of "other"$/)
      assert.match(yield* messageOf({ text, arm: "wild", run }), /has no arm "wild", which run r1 was made of; it has "calm"$/)
      assert.match(yield* messageOf({ text: "const (", run }), /^experiments\/tuned\.ts:1 is no program: /)
    }), limit)
})
