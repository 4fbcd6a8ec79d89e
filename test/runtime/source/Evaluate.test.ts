import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Experiment from "../../../dsl/Experiment.ts"
import * as Bubblewrap from "../../../runtime/source/Bubblewrap.ts"
import type * as Bundle from "../../../runtime/source/Bundle.ts"
import * as Evaluate from "../../../runtime/source/Evaluate.ts"
import * as Load from "../../../runtime/source/Load.ts"
import { part } from "../../require.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"

const repository = path.resolve(import.meta.dirname, "../../..")

const recipe = `Recipe.make({
  data: Dataset.shapes({ train: 8, val: 8, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.0625, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.1),
  batch: 4,
  length: { steps: 2 }
})`

const imports = `import { Dataset, Expect, Experiment, LearningRate, Model, Optimizer, Recipe } from "ballast"\n`

/** An experiment whose question is what an expression gives. */
const asking = (question: string, before = ""): string =>
  `${before}${imports}export default Experiment.make("asking", {
  question: ${question}, arms: { base: ${recipe} }, seeds: [0], expect: [Expect.finite("base")]
})\n`

/** An experiment whose question is computed by an Effect. */
const computing = (question: string): string =>
  `${imports}import { Config, Effect } from "effect"
export default Experiment.make("computing", Effect.gen(function*() {
  return { question: ${question}, arms: { base: ${recipe} }, seeds: [0], expect: [] }
}))\n`

const evaluate = (files: Readonly<Record<string, string>>, settings: Bundle.Subject["settings"] = {}) =>
  inTemporaryFolder((folder) => {
    checkouts.write(folder, files)
    return Evaluate.evaluate({ root: folder, file: Object.keys(files)[0] ?? "", settings })
  })

const questionOf = (files: Readonly<Record<string, string>>, settings: Bundle.Subject["settings"] = {}) =>
  Effect.map(evaluate(files, settings), ({ definition }) => definition.question)

const refusalOf = (files: Readonly<Record<string, string>>, settings: Bundle.Subject["settings"] = {}) =>
  Effect.flip(evaluate(files, settings))

const messageOf = (files: Readonly<Record<string, string>>) => Effect.map(refusalOf(files), ({ message }) => message)

const limit = 120_000

const experiments = fs.readdirSync(path.join(repository, "experiments")).filter((file) => file.endsWith(".ts"))

describe("the experiments of this repository", () => {
  for (const file of experiments) {
    it.live(`${file} gives what loading it gives`, () =>
      Effect.gen(function*() {
        const name = path.join("experiments", file)
        const evaluated = yield* Evaluate.evaluate({ root: repository, file: name })
        const loaded = yield* Effect.flatMap(Load.load(path.join(repository, name)), Experiment.resolve)
        assert.deepStrictEqual(evaluated.definition, loaded)
        assert.strictEqual(evaluated.name, loaded.name)
        assert.deepStrictEqual(evaluated.files.map((file) => file.path), [name])
      }), limit)
  }
})

describe("evaluate", () => {
  it.live("names what the experiment is made of and the walls around it", () =>
    Effect.gen(function*() {
      const files = {
        "experiments/a.ts": asking("question", `import { question } from "./b.ts"\n`),
        "experiments/b.ts": `export const question = "Why?"\n`
      }
      const { files: made, name, walls } = yield* evaluate(files)
      assert.strictEqual(name, "asking")
      assert.deepStrictEqual(made.map(({ path }) => path), ["experiments/a.ts", "experiments/b.ts"])
      assert.deepStrictEqual(
        walls.filter((wall) => wall !== "bubblewrap"),
        ["quickjs", "permission"]
      )
    }), limit)

  it.live("gives Config what is set, and its defaults where nothing is", () =>
    Effect.gen(function*() {
      const files = { "a.ts": computing(`yield* Config.String("WHY").pipe(Config.withDefault("No reason?"))`) }
      assert.strictEqual(yield* questionOf(files), "No reason?")
      assert.strictEqual(yield* questionOf(files, { WHY: "Because?" }), "Because?")
    }), limit)

  it.live("runs Effects that wait, without waiting", () =>
    Effect.gen(function*() {
      const files = { "a.ts": computing(`yield* Effect.as(Effect.sleep("1 day"), "Later?")`) }
      assert.strictEqual(yield* questionOf(files), "Later?")
    }), limit)

  it.live("has text as bytes, and every character of it", () =>
    Effect.gen(function*() {
      const there = `new TextDecoder().decode(new TextEncoder().encode("é ☃ 𝒳 \\u0000?"))`
      assert.strictEqual(yield* questionOf({ "a.ts": asking(there) }), "é ☃ 𝒳 \u0000?")
    }), limit)

  it.live("says on which line of which file an experiment throws", () =>
    Effect.gen(function*() {
      const files = {
        "a.ts": asking("question()", `import { question } from "./b.ts"\n`),
        "b.ts": `export const question = (): string => {\n  throw new Error("no question")\n}\n`
      }
      assert.strictEqual(yield* messageOf(files), "b.ts:2: no question")
    }), limit)

  it.live("says on which line a definition's Effect throws", () =>
    Effect.gen(function*() {
      const thrown = `yield* Effect.sync((): string => {\n    throw new Error("no question")\n  })`
      assert.strictEqual(yield* messageOf({ "a.ts": computing(thrown) }), "a.ts:5: its definition fails: no question")
    }), limit)

  it.live("lists all that is wrong with a definition, and the first of it in one line", () =>
    Effect.gen(function*() {
      const { cause, issues, message } = yield* refusalOf({
        "a.ts": `${imports}export default Experiment.make("wrong", { question: "", arms: { base: ${recipe} }, seeds: [], expect: [] })`
      })
      assert.strictEqual(cause, "definition")
      assert.deepStrictEqual(issues.map(({ path }) => path), ["question", "seeds"])
      assert.strictEqual(message, "a.ts: question: expected text that is not empty, got \"\", and 1 more")
    }), limit)

  it.live("says so of a file that is not there, and of one that exports no experiment", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        (yield* Effect.flip(Evaluate.evaluate({ root: repository, file: "experiments/none.ts" }))).message,
        "experiments/none.ts: it is not there"
      )
      assert.match(yield* messageOf({ "a.ts": "export const a = 1\n" }), /^a\.ts: exports no experiment: it must end in/)
      assert.match(yield* messageOf({ "a.ts": "export default 1\n" }), /^a\.ts: exports no experiment/)
    }), limit)

  it.live("says where a file is no TypeScript", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* messageOf({ "a.ts": "const a = 1\nconst = 2\n" }), "a.ts:2: Expected identifier but found \"=\"")
    }), limit)

  it.live("ends its processes and removes its folders where it is interrupted", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const before = process.env["TMPDIR"]
        process.env["TMPDIR"] = path.join(folder, "temporary")
        checkouts.write(folder, { "temporary/.keep": "", "a.ts": asking(`(() => { for (;;) {} })()`) })
        const fiber = yield* Effect.forkChild(Evaluate.evaluate({ root: folder, file: "a.ts" }))
        while (checkouts.processesOf(path.join(folder, "temporary")).length === 0) yield* Effect.sleep("10 millis")
        yield* Fiber.interrupt(fiber)
        while (checkouts.processesOf(path.join(folder, "temporary")).length > 0) yield* Effect.sleep("10 millis")
        assert.deepStrictEqual(fs.readdirSync(path.join(folder, "temporary")), [".keep"])
        if (before === undefined) delete process.env["TMPDIR"]
        else process.env["TMPDIR"] = before
      })
    ), limit)
})

const bubblewrap = await Effect.runPromise(Bubblewrap.found)

part("bubblewrap", bubblewrap.command !== null, "bubblewrap", () => {
  it.live("is around the evaluator", () =>
    Effect.map(evaluate({ "a.ts": asking(`"Why?"`) }), ({ walls }) => assert.include(walls, "bubblewrap")), limit)
}, bubblewrap.obstacle ?? undefined)
