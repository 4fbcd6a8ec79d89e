import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { Augment, Clip, Dataset, Ema, Loss, Recipe, Warmup } from "../../dsl/index.ts"
import { options, recipe, recipes } from "./recipes.ts"

/** The issues of a recipe that differs from a sound one in some fields. */
const issuesWith = (fields: object): ReadonlyArray<string> => {
  const decoded = Recipe.decode({ ...recipe, ...fields })
  return Result.isFailure(decoded) ? decoded.failure.map(({ message, path }) => `${path}: ${message}`) : []
}

describe("Recipe.make", () => {
  it("gives every field that is left out the default that a plan can show", () => {
    assert.deepStrictEqual(Recipe.make(options), {
      ...options,
      loss: { _tag: "YoloV8", box: 7.5, class: 0.5, dfl: 1.5 },
      warmup: { _tag: "None" },
      clip: { _tag: "Off" },
      ema: { _tag: "Off" },
      augment: {
        _tag: "Standard",
        hue: 0.015,
        saturation: 0.7,
        value: 0.4,
        flip: 0.5,
        translate: 0.1,
        scale: 0.5,
        mosaic: 1,
        closing: { epochs: 10 }
      },
      precision: "float32",
      evaluate: { every: null },
      checkpoint: { every: null },
      retry: { _tag: "Never" },
      accepted: []
    })
  })

  it("takes every field that is given", () => {
    const given = {
      clip: Clip.globalNorm(2),
      ema: Ema.exponential(),
      loss: Loss.yoloV8({ dfl: 1 }),
      augment: Augment.off
    }
    assert.deepInclude(Recipe.make({ ...options, ...given }), given)
  })

  it("leaves numbers to validation, which reports them all at once", () => {
    assert.deepStrictEqual(issuesWith({ batch: 0, clip: Clip.globalNorm(NaN) }), [
      "clip.maxNorm: expected a number above 0, got NaN",
      "batch: expected a whole number above 0, got 0"
    ])
  })
})

describe("Recipe.with", () => {
  it("replaces fields as a whole and leaves the other recipe as it was", () => {
    const warm = Recipe.with(recipe, { warmup: Warmup.linear({ steps: 50, from: 0.001 }) })
    const again = Recipe.with(warm, { warmup: Warmup.linear({ epochs: 3 }), batch: 2 })
    const length = { epochs: 3 }
    assert.deepStrictEqual(again.warmup, { _tag: "Linear", length, from: 0, biasFrom: 0.1, momentumFrom: 0.8 })
    assert.deepStrictEqual([again.batch, warm.batch, recipe.warmup], [2, 8, Warmup.none])
  })
})

describe("Recipe.accept", () => {
  it("adds an answer and keeps the earlier ones, through Recipe.with too", () => {
    const once = Recipe.accept("a/b", "because")(recipe)
    const twice = Recipe.accept("c/d", "so")(Recipe.with(once, { batch: 2 }))
    assert.deepStrictEqual(twice.accepted, [{ rule: "a/b", reason: "because" }, { rule: "c/d", reason: "so" }])
    assert.deepStrictEqual(recipe.accepted, [])
  })

  it("wants a reason", () => {
    assert.deepStrictEqual(issuesWith({ accepted: Recipe.accept("a/b", " ")(recipe).accepted }), [
      `accepted.0.reason: expected text that is not empty, got " "`
    ])
  })
})

describe("A recipe", () => {
  it("survives being written as JSON and read again, whatever it is", () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const json = JSON.stringify(Recipe.encode(recipe))
        const decoded = Recipe.decode(JSON.parse(json))
        assert.deepStrictEqual(Result.getOrThrow(decoded), recipe)
      }),
      { numRuns: 200 }
    )
  })

  it("is refused where its bounds end", () => {
    const cases: ReadonlyArray<readonly [object, ReadonlyArray<string>]> = [
      [{ optimizer: { ...recipe.optimizer, momentum: 1 } }, [
        "optimizer.momentum: expected a number of at least 0 and below 1, got 1"
      ]],
      [{ ema: Ema.exponential({ decay: 1, tau: 0 }) }, [
        "ema.decay: expected a number of at least 0 and below 1, got 1",
        "ema.tau: expected a number above 0, got 0"
      ]],
      [{ augment: Augment.standard({ flip: 1.1, scale: 1, mosaic: 2, closing: { epochs: 0 } }) }, [
        "augment.flip: expected a number from 0 to 1, got 1.1",
        "augment.scale: expected a number of at least 0 and below 1, got 1",
        "augment.mosaic: expected a number from 0 to 1, got 2",
        "augment.closing.epochs: expected a number above 0 and at most 1000000, got 0"
      ]],
      [{ model: { ...recipe.model, depth: 65, width: 0, input: 2 ** 53, regMax: 8 } }, [
        "model.depth: expected a number above 0 and at most 64, got 65",
        "model.width: expected a number above 0 and at most 64, got 0",
        "model.input: expected a whole number above 0, got 9007199254740992",
        "model.regMax: expected 16, got 8"
      ]],
      [{ data: Dataset.yolo({ name: "../x", classes: ["a", "a"], about: "\udc00" }) }, [
        `data.name: expected a name of letters, digits, dots, dashes and underscores, got "../x"`,
        "data.classes: expected at least one class, each once, got a list",
        `data.about: expected text of whole characters, got "\\udc00"`
      ]],
      [{ data: Dataset.shapes({ train: 1_000_001, val: 0, seed: -1, classes: [] }) }, [
        "data.train: expected a whole number from 1 to 1000000, got 1000001",
        "data.val: expected a whole number from 1 to 1000000, got 0",
        "data.seed: expected a whole number of at least 0, got -1",
        "data.classes: expected at least one class, each once, got an empty list"
      ]],
      [{ loss: Loss.yoloV8({ box: -1 }) }, ["loss.box: expected a number of at least 0, got -1"]]
    ]
    for (const [fields, expected] of cases) assert.deepStrictEqual(issuesWith(fields), expected)
  })

  it("holds no infinite number and no NaN, whichever field has it", () => {
    const numbers = (value: unknown, path: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
      typeof value === "number"
        ? [path]
        : typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => numbers(inner, [...path, key]))
        : []
    const replaced = (value: unknown, [key, ...rest]: ReadonlyArray<string>, by: number): unknown =>
      key === undefined
        ? by
        : { ...value as object, [key]: replaced((value as Record<string, unknown>)[key], rest, by) }
    const full = Recipe.with(recipe, {
      warmup: Warmup.linear({ epochs: 1 }),
      clip: Clip.globalNorm(1),
      ema: Ema.exponential(),
      evaluate: { every: { steps: 5 } },
      checkpoint: { every: { epochs: 1 } }
    })
    const paths = numbers(full, [])
    assert.isAbove(paths.length, 25)
    for (const path of paths) {
      for (const value of [NaN, Infinity, -Infinity]) {
        const decoded = Recipe.decode(replaced(full, path, value))
        const issues = Result.isFailure(decoded) ? decoded.failure : []
        assert.deepStrictEqual(issues.map((issue) => issue.path), [path.join(".")], `${value} at ${path.join(".")}`)
        assert.include(issues[0]?.message, `got ${value}`)
      }
    }
  })

  it("takes a zero of either sign", () => {
    for (const zero of [0, -0]) assert.deepStrictEqual(issuesWith({ loss: Loss.yoloV8({ box: zero }) }), [])
    assert.deepStrictEqual(issuesWith({ clip: Clip.globalNorm(-0) }), [
      "clip.maxNorm: expected a number above 0, got 0"
    ])
  })
})
