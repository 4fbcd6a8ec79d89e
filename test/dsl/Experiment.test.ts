import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import { Clip, Expect, Experiment, Loss, type Recipe, Seeds, Trigger } from "../../dsl/index.ts"
import { comparison, recipe } from "./recipes.ts"

const sound = { ...comparison, expect: [Expect.loss("a").below("b + c")] }

/** An experiment around a definition that the compiler would refuse. */
const unchecked = (definition: unknown, name = "x"): Experiment.Experiment =>
  Experiment.make(name, definition as typeof sound)

const linesOf = (experiment: Experiment.Experiment) =>
  Effect.map(Effect.flip(Experiment.resolve(experiment)), ({ message }) => message.split("\n"))

const withRecipe = (fields: object) => unchecked({ ...sound, arms: { ...sound.arms, a: { ...recipe, ...fields } } })

describe("Experiment.resolve", () => {
  it.effect("gives a sound definition back, under its name", () =>
    Effect.gen(function*() {
      const resolved = yield* Experiment.resolve(Experiment.make("cold-start", sound))
      assert.deepStrictEqual(resolved, { name: "cold-start", ...sound })
    }))

  it.effect("keeps nothing of the value that it checked", () =>
    Effect.gen(function*() {
      const mine = { ...sound, seeds: [1, 2] }
      const resolved = yield* Experiment.resolve(Experiment.make("x", mine))
      mine.seeds.push(-1)
      assert.deepStrictEqual(resolved.seeds, [1, 2])
    }))

  it.effect("reports everything that is wrong at once, each with its path", () =>
    Effect.gen(function*() {
      const lines = yield* linesOf(unchecked({
        question: " ",
        arms: {
          clip: {
            ...recipe,
            clip: Clip.globalNorm(-1),
            batchh: 3,
            length: { steps: 0 },
            evaluate: { every: 5 },
            checkpoint: { every: { epochs: -1 } },
            schedule: { _tag: "Cosine", peak: NaN },
            loss: Loss.yoloV8({ box: Infinity }),
            precision: "float16",
            warmup: { _tag: "Slow" },
            data: { ...recipe.data, classes: ["circle", "hexagon"] },
            accepted: [{ rule: "a" }]
          },
          "clip + warmup": { ...recipe, batch: "8" }
        },
        seeds: [0, -1, 1.5],
        expect: [Expect.finite("clipp"), Expect.loss("clip").below(NaN), 7],
        seed: 1
      }, "no name"))
      assert.sameMembers(lines, [
        `name: expected a name of letters, digits, dots, dashes and underscores, got "no name"`,
        `question: expected text that is not empty, got " "`,
        `arms.clip.clip.maxNorm: expected a number above 0, got -1`,
        `arms.clip.batchh: unknown field "batchh"; did you mean "batch"?`,
        `arms.clip.length.steps: expected a whole number from 1 to 1000000000, got 0`,
        `arms.clip.evaluate.every: expected { steps } or { epochs } or null, got 5`,
        `arms.clip.checkpoint.every.epochs: expected a number above 0 and at most 1000000, got -1`,
        `arms.clip.checkpoint.keep: is missing, expected a whole number above 0 or null`,
        `arms.clip.schedule.peak: expected a number of at least 0, got NaN`,
        `arms.clip.schedule.final: is missing, expected a number of at least 0`,
        `arms.clip.loss.box: expected a number of at least 0, got Infinity`,
        `arms.clip.precision: expected "float32", got "float16"`,
        `arms.clip.warmup: expected None or Linear, got Slow`,
        `arms.clip.data.classes.1: expected "circle", "square" or "triangle", got "hexagon"`,
        `arms.clip.accepted.0.reason: is missing, expected text that is not empty`,
        `arms."clip + warmup".batch: expected a whole number above 0, got "8"`,
        `seeds.1: expected a whole number of at least 0, got -1`,
        `seeds.2: expected a whole number of at least 0, got 1.5`,
        `expect.1.than: expected text or a finite number, got NaN`,
        `expect.2: expected Diverges, Finite or Compare, got 7`,
        `seed: unknown field "seed"; did you mean "seeds"?`,
        `expect.0: there is no arm "clipp"; did you mean "clip"?`
      ])
    }))

  it.effect("names the arms that there are where none is near", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* linesOf(unchecked({ ...sound, expect: [Expect.loss("a").above("warm")] })),
        [`expect.0: there is no arm "warm"; there are "a", "b + c"`]
      )
    }))

  it.effect("wants an arm, a seed, and every seed once", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* linesOf(unchecked({ question: "?", arms: {}, seeds: [], expect: [] })), [
        "arms: expected at least one arm, got {}",
        "seeds: expected at least one seed, got an empty list"
      ])
      assert.deepStrictEqual(yield* linesOf(unchecked({ ...sound, seeds: [1, 2, 1] })), [
        "seeds: expected every seed once, got a list"
      ])
      for (const name of ["", " ", "two\nlines", "\ud800"]) {
        assert.deepStrictEqual(yield* linesOf(unchecked({ ...sound, arms: { [name]: recipe }, expect: [] })), [
          `arms: expected a name for every arm, in one line, got { ${name} }`
        ].flatMap((line) => line.split("\n")))
      }
    }))

  it.effect("takes what starts it without a person, and says what is wrong with that", () =>
    Effect.gen(function*() {
      const triggers = [Trigger.cron("0 3 * * 1-5", { timeZone: "Europe/Berlin" }), Trigger.pullRequest]
      const resolved = yield* Experiment.resolve(Experiment.make("x", { ...sound, seeds: Seeds.count(3), triggers }))
      assert.deepStrictEqual(resolved, { name: "x", ...sound, seeds: [0, 1, 2], triggers })
      assert.deepStrictEqual((yield* Experiment.resolve(Experiment.make("x", { ...sound, triggers: [] }))).triggers, [])
      const wrong = [Trigger.cron("daily", { timeZone: "Mars" }), { ...Trigger.pullRequest, on: "push" }, "nightly", ...triggers]
      assert.deepStrictEqual(yield* linesOf(unchecked({ ...sound, triggers: wrong })), [
        `triggers.0.cron: expected a cron expression, such as "0 3 * * *", got "daily"`,
        `triggers.0.timeZone: expected a time zone, such as "UTC" or "Europe/Berlin", got "Mars"`,
        `triggers.1.on: unknown field "on"`,
        `triggers.2: expected AtTimes or OnPullRequest, got "nightly"`
      ])
      assert.deepStrictEqual(yield* linesOf(unchecked({ ...sound, triggers: Trigger.pullRequest })), [
        "triggers: expected a list, got OnPullRequest"
      ])
      assert.deepStrictEqual(yield* linesOf(unchecked({ ...sound, trigger: [] })), [
        `trigger: unknown field "trigger"; did you mean "triggers"?`
      ])
      assert.deepStrictEqual(yield* linesOf(unchecked({ ...sound, seeds: Seeds.count(0) })), [
        "seeds: expected at least one seed, got an empty list"
      ])
    }))

  it.effect("takes any other name for an arm", () =>
    Effect.gen(function*() {
      const arms = JSON.parse(`{"__proto__": 0, "constructor": 0, "1": 0, "größer": 0}`, (key, value) =>
        key === "" ? value as unknown : recipe) as Record<string, Recipe.Recipe>
      const resolved = yield* Experiment.resolve(unchecked({ ...sound, arms, expect: [Expect.finite("__proto__")] }))
      assert.sameMembers(Object.keys(resolved.arms), ["__proto__", "constructor", "1", "größer"])
      assert.deepStrictEqual(
        yield* linesOf(unchecked({ ...sound, expect: [Expect.finite("constructor")] })),
        [`expect.0: there is no arm "constructor"; there are "a", "b + c"`]
      )
    }))
})

describe("A computed definition", () => {
  const seeds = Effect.gen(function*() {
    const count = yield* Config.Int("SEEDS")
    return { ...sound, seeds: Array.from({ length: count }, (_, index) => index) }
  })

  const given = <A, E>(effect: Effect.Effect<A, E>, settings: unknown): Effect.Effect<A, E> =>
    Effect.provideService(effect, ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(settings))

  it.effect("reads settings, when it is resolved", () =>
    Effect.gen(function*() {
      const experiment = Experiment.make("x", seeds)
      const resolved = yield* given(Experiment.resolve(experiment), { SEEDS: "3" })
      assert.deepStrictEqual(resolved.seeds, [0, 1, 2])
    }))

  it.effect("says which setting is missing, which is wrong, and never what a setting holds", () =>
    Effect.gen(function*() {
      const experiment = Experiment.make("x", seeds)
      assert.deepStrictEqual(yield* given(linesOf(experiment), {}), [
        "it needs the setting SEEDS: set the environment variable SEEDS"
      ])
      const [wrong = ""] = yield* given(linesOf(experiment), { SEEDS: "hush" })
      assert.match(wrong, /^the setting SEEDS is missing or wrong: expected .*number/)
      assert.notInclude(wrong, "hush")
    }))

  it.effect("is checked like any other", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* given(linesOf(Experiment.make("x", seeds)), { SEEDS: "0" }), [
        "seeds: expected at least one seed, got an empty list"
      ])
    }))

  it.effect("fails in words, whatever it fails with", () =>
    Effect.gen(function*() {
      const failing = (effect: Effect.Effect<never, unknown>) => linesOf(Experiment.make("x", effect))
      const failures: ReadonlyArray<readonly [Effect.Effect<never, unknown>, string]> = [
        [Effect.fail(new Error("the weather")), "the weather"],
        [Effect.fail("the weather"), `"the weather"`],
        [Effect.fail({ password: "hush" }), "{ password }"],
        [Effect.die(new TypeError("x is not a function")), "x is not a function"],
        [
          Effect.gen(function*() {
            yield* Effect.void
            throw new RangeError("too far")
          }),
          "too far"
        ]
      ]
      for (const [effect, reason] of failures) {
        assert.deepStrictEqual(yield* failing(effect), [`its definition fails: ${reason}`])
      }
    }))

  it.effect("can be interrupted", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(Experiment.resolve(Experiment.make("x", Effect.interrupt)))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
    }))
})

describe("A hostile value", () => {
  const trap = (): never => {
    throw new Error("a trap")
  }
  const revoked = (): unknown => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
  const trapped = new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap })
  const throwing = (key: string, value: object) =>
    Object.defineProperty({ ...value }, key, { enumerable: true, get: trap })
  const spoilt = { ...sound, arms: { a: throwing("clip", recipe) }, expect: [] }

  it.effect("that throws when it is read is refused where it throws", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<readonly [Experiment.Experiment, RegExp]> = [
        [unchecked(throwing("expect", sound)), /^expect: cannot be read: a trap$/],
        [unchecked({ ...sound, arms: throwing("a", sound.arms) }), /^arms\.a: cannot be read: a trap$/],
        [unchecked(spoilt), /^arms\.a\.clip: cannot be read: a trap$/],
        [withRecipe({ clip: throwing("_tag", {}) }), /^arms\.a\.clip\._tag: cannot be read: a trap$/],
        [withRecipe({ clip: trapped }), /^arms\.a\.clip: cannot be read: a trap$/],
        [withRecipe({ model: revoked() }), /^arms\.a\.model: cannot be read: .*revoked/],
        [unchecked(trapped), /^its definition fails: a trap$/],
        [unchecked(revoked()), /^its definition fails: .*revoked/],
        [Experiment.make("x", Effect.succeed(trapped as typeof sound)), /^cannot be read: a trap$/],
        [Experiment.make("x", Effect.fail(trapped)), /^its definition fails: an error that cannot be read$/],
        [Experiment.make("x", Effect.die(revoked())), /^its definition fails: an error that cannot be read$/]
      ]
      for (const [experiment, expected] of cases) {
        const lines = yield* linesOf(experiment)
        assert.match(lines.join("\n"), expected)
      }
    }))

  it.effect("that holds itself is refused", () =>
    Effect.gen(function*() {
      const cyclic: Record<string, unknown> = { ...sound }
      cyclic["self"] = cyclic
      cyclic["arms"] = { a: { ...recipe, model: cyclic }, "b + c": recipe }
      const lines = yield* linesOf(unchecked(cyclic))
      assert.include(lines, `self: unknown field "self"; there are question, arms, seeds, expect, triggers`)
      assert.include(lines, "arms.a.model: expected Yolo or Classifier, got { question, arms, seeds, expect, self }")
    }))

  it.effect("that is no definition at all is refused", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* linesOf(unchecked(null)), ["expected an object, got null"])
      assert.deepStrictEqual(yield* linesOf(unchecked(() => sound)), ["expected an object, got a function"])
      assert.deepStrictEqual(yield* linesOf(unchecked({ ...sound, arms: new Map(), seeds: [1n] })), [
        "arms: expected at least one arm, got Map",
        "seeds.0: expected a whole number of at least 0, got 1n"
      ])
      assert.deepStrictEqual(yield* linesOf({ ...unchecked(sound), name: 5 as unknown as string }), [
        "name: expected a name of letters, digits, dots, dashes and underscores, got 5"
      ])
    }))

  it("is never anything but resolved or invalid, whatever it is", async () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true
    })
    const mutated = fc.tuple(fc.constantFrom(...Object.keys(recipe)), anything).map(([key, value]) => ({
      ...sound,
      arms: { ...sound.arms, a: { ...recipe, [key]: value } }
    }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, mutated), async (definition) => {
        const exit = await Effect.runPromiseExit(Experiment.resolve(unchecked(definition)))
        if (Exit.isSuccess(exit)) return
        const failure = Cause.squash(exit.cause)
        assert.instanceOf(failure, Experiment.InvalidExperiment)
        assert.notEqual(failure.message, "")
        assert.notMatch(failure.message, /\n\s+at /)
      }),
      { numRuns: 300 }
    )
  })
})

describe("Experiment.isExperiment", () => {
  it("knows an experiment from anything else, hostile values included", () => {
    const experiment = Experiment.make("x", sound)
    const hostile = new Proxy({}, {
      get: () => {
        throw new Error("a trap")
      }
    })
    assert.isTrue(Experiment.isExperiment(experiment))
    const altered = [{ ...experiment, format: "other" }, { ...experiment, definition: sound }]
    for (const other of [null, undefined, 5, "x", {}, sound, ...altered, hostile]) {
      assert.isFalse(Experiment.isExperiment(other))
    }
  })
})
