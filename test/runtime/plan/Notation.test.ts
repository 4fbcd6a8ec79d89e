import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as vm from "node:vm"
import { examples } from "../../../docs/Examples.ts"
import * as Dsl from "../../../dsl/index.ts"
import { Checkpoint, Clip, Dataset, Feed, LearningRate, Model, Recipe, Remedy, Retry, Warmup } from "../../../dsl/index.ts"
import * as Notation from "../../../runtime/plan/Notation.ts"
import { recipe, recipes } from "../../dsl/recipes.ts"
import { retries } from "../../dsl/retries.ts"

/** Computes what a text of the DSL comes to. */
const evaluated = (text: string): unknown =>
  (vm.runInThisContext(`(${Object.keys(Dsl).join(", ")}) => (${text})`) as (...modules: ReadonlyArray<unknown>) => unknown)(
    ...Object.values(Dsl)
  )

const comesBack = (path: string, value: unknown): void => {
  const text = Notation.of(path, value)
  assert.notInclude(text, "\n")
  assert.deepStrictEqual(evaluated(text), value, text)
}

/** The field that a module's values stand in. */
const fields: Readonly<Record<string, string>> = {
  Accumulate: "accumulate",
  Augment: "augment",
  Checkpoint: "checkpoint",
  Clip: "clip",
  Dataset: "data",
  Dropout: "dropout",
  EarlyStop: "earlyStop",
  Ema: "ema",
  Evaluate: "evaluate",
  Expect: "expect.0",
  Feed: "feed",
  Host: "host",
  LearningRate: "schedule",
  Length: "length",
  Loss: "loss",
  Model: "model",
  Monitor: "monitor",
  Optimizer: "optimizer",
  Recipe: "",
  Remedy: "retry.on.NonFinite.rungs.0.0",
  Retry: "retry",
  Seeds: "seeds",
  Trigger: "triggers.0",
  Warmup: "warmup"
}

/** What stands in no recipe. */
const beside: ReadonlySet<string> = new Set(["Experiment", "Fault", "Policy"])

describe("Notation.of", () => {
  it.effect("writes every example of the DSL's constructors so that it comes to the same value", () =>
    Effect.gen(function*() {
      for (const [name, value] of Object.entries(examples)) {
        const [module = ""] = name.split(".")
        if (Dsl.Experiment.isExperiment(value)) {
          const { arms, expect, triggers } = yield* Dsl.Experiment.resolve(value)
          Object.values(arms).forEach((arm) => comesBack("", arm))
          comesBack("expect", expect)
          comesBack("triggers", triggers ?? [])
          continue
        }
        if (beside.has(module)) continue
        assert.property(fields, module, `${name} has no field`)
        comesBack(typeof value === "object" && "schedule" in value ? "" : fields[module] ?? "", value)
      }
    }))

  it("knows every constructor of the DSL", () => {
    const known = new Set([...Object.keys(fields), ...beside])
    assert.deepStrictEqual(Object.keys(Dsl).filter((module) => !known.has(module)), [])
  })

  it("writes constants by their names", () => {
    const constants = Object.entries({
      accumulate: "Accumulate.none",
      augment: "Augment.off",
      checkpoint: "Checkpoint.atEnd",
      clip: "Clip.off",
      dropout: "Dropout.off",
      earlyStop: "EarlyStop.off",
      ema: "Ema.off",
      evaluate: "Evaluate.atEnd",
      feed: "Feed.whole",
      host: "Host.any",
      monitor: "Monitor.off",
      retry: "Retry.never",
      "retry.on.Timeout": "Retry.stop",
      warmup: "Warmup.none"
    })
    for (const [path, text] of constants) assert.strictEqual(Notation.of(path, evaluated(text)), text)
  })

  const written: ReadonlyArray<readonly [path: string, value: unknown, text: string]> = [
    ["clip", Clip.globalNorm(1), "Clip.globalNorm(1)"],
    ["clip", Clip.zscore({ maxNorm: null }), "Clip.zscore({ maxNorm: null })"],
    ["clip.maxNorm", 0.5, "0.5"],
    ["schedule", LearningRate.cosine({ peak: 0.2, final: 0.001 }), "LearningRate.cosine({ peak: 0.2, final: 0.001 })"],
    ["schedule", LearningRate.oneCycle({ peak: 0.1 }), "LearningRate.oneCycle({ peak: 0.1 })"],
    ["schedule.peak", 1e-7, "1e-7"],
    [
      "schedule.parts",
      [{ schedule: LearningRate.constant(1), length: { epochs: 2 } }, { schedule: LearningRate.constant(2) }],
      "[{ schedule: LearningRate.constant(1), length: { epochs: 2 } }, { schedule: LearningRate.constant(2) }]"
    ],
    ["warmup", Warmup.linear({ steps: 50, biasFrom: 0 }), "Warmup.linear({ steps: 50, biasFrom: 0 })"],
    ["checkpoint", Checkpoint.every({ steps: 500, keep: 3 }), "Checkpoint.every({ steps: 500, keep: 3 })"],
    ["checkpoint.every", { steps: 500 }, "{ steps: 500 }"],
    ["model", Model.from({ run: "a-1" }, Model.yolo({ size: "n", input: 64 })),
      `Model.from({ run: "a-1" }, Model.yolo({ size: "n", input: 64 }))`],
    ["model.weights", { _tag: "File", file: "a b", sha256: null }, `{ file: "a b" }`],
    ["data.about", "two\u2028lines\u0085or three\n", `"two\\u2028lines\\u0085or three\\n"`],
    ["data", Dataset.yolo({ name: "blood-cells" }), `Dataset.yolo({ name: "blood-cells" })`],
    ["feed.skip", Feed.make({ skip: [{ from: 120, steps: 1 }] }).skip, "[{ from: 120, steps: 1 }]"],
    ["retry", Retry.diagnosed({ attempts: 2 }), "Retry.diagnosed({ attempts: 2 })"],
    [
      "retry",
      Retry.ladder(Remedy.tightenClip(), [Remedy.rollBack({ steps: 100 }), Remedy.quarantineSample]),
      "Retry.ladder(Remedy.tightenClip(), [Remedy.rollBack({ steps: 100 }), Remedy.quarantineSample])"
    ],
    ["retry.on.NonFinite", Retry.climb(Remedy.switchEngine("wasm")), `Retry.climb(Remedy.switchEngine("wasm"))`],
    ["retry.trials.steps", 40, "40"],
    ["expect.0", Dsl.Expect.map50("a").above(0.4), `Expect.map50("a").above(0.4)`],
    ["triggers.0", Dsl.Trigger.cron("0 3 * * *"), `Trigger.cron("0 3 * * *")`],
    [
      "triggers.0",
      Dsl.Trigger.cron("0 3 * * *", { timeZone: "Europe/Berlin", overlap: "wait", catchUp: "all" }),
      `Trigger.cron("0 3 * * *", { timeZone: "Europe/Berlin", overlap: "wait", catchUp: "all" })`
    ]
  ]

  for (const [path, value, text] of written) {
    it(`writes ${text}`, () => assert.strictEqual(Notation.of(path, value), text))
  }

  it("writes of a recipe only what is not so anyway, and what was accepted", () => {
    const text = Notation.of("", Recipe.accept("a/b", `said "so"`)(Recipe.with(recipe, { clip: Clip.perLayer(1) })))
    assert.match(text, /^Recipe\.accept\("a\/b", "said \\"so\\""\)\(Recipe\.make\(\{ data: Dataset/)
    assert.include(text, "clip: Clip.perLayer(1)")
    for (const absent of ["loss", "warmup", "retry", "augment", "precision"]) assert.notInclude(text, absent)
  })

  it("refuses a value that has no place where it is said to stand", () => {
    assert.throws(() => Notation.of("batch", Clip.off), "no constructor makes a Off at batch")
  })
})

describe("Any recipe", () => {
  it("comes back from its text", () => {
    fc.assert(fc.property(recipes, (recipe) => comesBack("", recipe)))
  })

  it("comes back with whatever is tried after a fault", () => {
    fc.assert(fc.property(retries, (retry) => {
      comesBack("retry", retry)
      Object.entries(retry.on).forEach(([tag, decision]) => comesBack(`retry.on.${tag}`, decision))
    }))
  })
})
