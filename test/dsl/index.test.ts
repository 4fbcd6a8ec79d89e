import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import {
  Checkpoint,
  Clip,
  Dataset,
  EarlyStop,
  Evaluate,
  Expect,
  Experiment,
  Feed,
  Host,
  LearningRate,
  Model,
  Monitor,
  Optimizer,
  Recipe,
  Remedy,
  Retry,
  Warmup
} from "../../dsl/index.ts"
import { comparison, options, recipe } from "./recipes.ts"

const { batch, data, length, model, optimizer, schedule } = options
const sequence = LearningRate.sequence([{ schedule, length: { steps: 3 } }, { schedule }])

/** Every statement that is to be refused stands in one line, with the expectation in the line before. */
const refused = {
  "an arm that is not there": () => {
    // @ts-expect-error: there is no arm "c"
    Experiment.make("x", { ...comparison, expect: [Expect.finite("c")] })
    // @ts-expect-error: there is no arm "c"
    Experiment.make("x", { ...comparison, expect: [Expect.diverges("a"), Expect.diverges("c")] })
    // @ts-expect-error: there is no arm "c"
    Experiment.make("x", { ...comparison, expect: [Expect.loss("c").below(1)] })
    // @ts-expect-error: there is no arm "c"
    Experiment.make("x", { ...comparison, expect: [Expect.loss("a").below("c")] })
    // @ts-expect-error: there is no arm "b"
    Experiment.make("x", { ...comparison, expect: [Expect.map50("b + c").above("b")] })
    // @ts-expect-error: there is no arm "c", in a computed definition either
    Experiment.make("x", Effect.succeed({ ...comparison, expect: [Expect.loss("a").below("c")] }))
    // @ts-expect-error: there is no arm "c"
    Experiment.make("x", { ...comparison, expect: [Expect.accuracy("c").above(0.9)] })
    // @ts-expect-error: there is no arm "c"
    Experiment.make("x", { ...comparison, expect: [Expect.accuracy("a").above("c")] })
  },
  "a number without its unit": () => {
    // @ts-expect-error: 100 steps or epochs?
    Recipe.make({ ...options, length: 100 })
    // @ts-expect-error: 100 steps or epochs?
    Warmup.linear(100)
    // @ts-expect-error: 100 steps or epochs?
    Checkpoint.every(100)
    // @ts-expect-error: 100 steps or epochs?
    Evaluate.every(100)
    // @ts-expect-error: 100 steps or epochs?
    Monitor.every(100)
    // @ts-expect-error: the newest 2 of what?
    Checkpoint.every({ keep: 2 })
    // @ts-expect-error: 4 batches
    Recipe.make({ ...options, accumulate: 4 })
    // @ts-expect-error: 8 of which unit?
    Host.make({ memory: 8 })
    // @ts-expect-error: a share
    Recipe.make({ ...options, dropout: 0.1 })
  },
  "two units at once, or none": () => {
    // @ts-expect-error: steps or epochs
    Recipe.make({ ...options, length: { steps: 100, epochs: 1 } })
    // @ts-expect-error: steps or epochs
    Recipe.make({ ...options, length: {} })
    // @ts-expect-error: steps or epochs
    Warmup.linear({ steps: 100, epochs: 1 })
    // @ts-expect-error: steps or epochs
    Warmup.linear({ from: 0 })
  },
  "clipping by value": () => {
    // @ts-expect-error: it is not there
    const name: keyof typeof Clip = "value"
    // @ts-expect-error: nor is it a policy
    const tag: (typeof Clip.Clip.Type)["_tag"] = "Value"
    assert.notProperty(Clip, name)
    const policies = Clip.Clip.members.map(({ fields }) => fields._tag.ast.literal)
    assert.deepStrictEqual(policies, ["Off", "GlobalNorm", "PerLayer", "Adaptive", "Auto", "ZScore"])
    assert.notInclude(policies, tag)
  },
  "a recipe without a field that has no default": () => {
    // @ts-expect-error: no data
    Recipe.make({ model, optimizer, schedule, batch, length })
    // @ts-expect-error: no model
    Recipe.make({ data, optimizer, schedule, batch, length })
    // @ts-expect-error: no optimizer
    Recipe.make({ data, model, schedule, batch, length })
    // @ts-expect-error: no schedule
    Recipe.make({ data, model, optimizer, batch, length })
    // @ts-expect-error: no batch
    Recipe.make({ data, model, optimizer, schedule, length })
    // @ts-expect-error: no length
    Recipe.make({ data, model, optimizer, schedule, batch })
    // @ts-expect-error: no momentum
    Optimizer.sgd({ nesterov: true })
    // @ts-expect-error: no patience
    EarlyStop.patience({ metric: "map" })
    // @ts-expect-error: no channels
    Model.classifier({ input: 64 })
    // @ts-expect-error: no final value
    LearningRate.cosine({ peak: 0.1 })
    // @ts-expect-error: no seeds
    Experiment.make("x", { question: "?", arms: { a: recipe }, expect: [] })
  },
  "a field that is not there": () => {
    // @ts-expect-error: the field is clip
    Recipe.make({ ...options, cilp: Clip.off })
    // @ts-expect-error: the field is warmup
    Recipe.with(recipe, { warmUp: Warmup.none })
    // @ts-expect-error: findings are answered by Recipe.accept
    Recipe.make({ ...options, accepted: [] })
    // @ts-expect-error: findings are answered by Recipe.accept
    Recipe.with(recipe, { accepted: [] })
    // @ts-expect-error: the field is beta1
    Optimizer.adam({ beta: 0.9 })
    // @ts-expect-error: the field is triggers
    Experiment.make("x", { ...comparison, expect: [], trigger: [] })
    // @ts-expect-error: a learning rate has a peak
    LearningRate.cosine({ peek: 0.1, final: 0 })
  },
  "a field without a value": () => {
    // @ts-expect-error: a default is taken by leaving the field out
    Recipe.with(recipe, { clip: undefined })
  },
  "a size together with multiples of one's own, or neither": () => {
    // @ts-expect-error: a size has a depth
    Model.yolo({ size: "n", depth: 1, input: 64 })
    // @ts-expect-error: a size has a depth and a width
    Model.yolo({ size: "n", depth: 1, width: 1, input: 64 })
    // @ts-expect-error: a depth needs a width
    Model.yolo({ depth: 1, input: 64 })
    // @ts-expect-error: there is no such size
    Model.yolo({ size: "xl", input: 64 })
  },
  "a start from a run and from a file at once, or from neither": () => {
    // @ts-expect-error: a run or a file
    Model.from({ run: "r", file: "f" }, model)
    // @ts-expect-error: a run or a file
    Model.from({}, model)
    // @ts-expect-error: a run has no checksum
    Model.from({ run: "r", sha256: "0" }, model)
  },
  "a name that stands for nothing": () => {
    // @ts-expect-error: a metric of the validation split
    EarlyStop.patience({ evaluations: 1, metric: "loss" })
    // @ts-expect-error: any, cpu or gpu
    Host.make({ device: "tpu" })
    // @ts-expect-error: a trigger is made by Trigger
    Experiment.make("x", { ...comparison, expect: [], triggers: ["nightly"] })
  },
  "a class that cannot be drawn": () => {
    // @ts-expect-error: circles, squares and triangles can
    Dataset.shapes({ train: 1, val: 1, seed: 0, classes: ["hexagon"] })
  },
  "a sequence that says too little or too much": () => {
    // @ts-expect-error: a sequence has two parts or more
    LearningRate.sequence([{ schedule }])
    // @ts-expect-error: the first part lasts how long?
    LearningRate.sequence([{ schedule }, { schedule }])
    // @ts-expect-error: a part lasts 3 steps or epochs?
    LearningRate.sequence([{ schedule, length: 3 }, { schedule }])
    // @ts-expect-error: a part is no sequence
    LearningRate.sequence([{ schedule: sequence, length: { steps: 3 } }, { schedule }])
    // @ts-expect-error: no change
    LearningRate.piecewise({ start: 0.1, multiply: [] })
  },
  "a ladder without a rung": () => {
    // @ts-expect-error: a ladder has a rung
    Retry.ladder()
    // @ts-expect-error: one climbs a rung
    Retry.climb()
    // @ts-expect-error: a rung has a remedy
    Retry.ladder([])
    // @ts-expect-error: a rung has a remedy
    Retry.climb(Remedy.reorder, [])
  },
  "a retry that leaves a fault undecided": () => {
    const { NonFinite: _, ...others } = Retry.never.on
    // @ts-expect-error: and where the loss is NaN?
    Retry.on(others)
    // @ts-expect-error: and every other fault?
    Retry.on({ NonFinite: Retry.stop })
    // @ts-expect-error: there is no such fault
    Retry.on({ ...Retry.never.on, Weather: Retry.stop })
  },
  "the same again where the recipe is at fault, and a change where the machine is": () => {
    // @ts-expect-error: it would turn NaN again
    Retry.on({ ...Retry.never.on, NonFinite: Retry.again() })
    // @ts-expect-error: no recipe kills a machine
    Retry.on({ ...Retry.never.on, WorkerLost: Retry.diagnose() })
    // @ts-expect-error: no recipe kills a machine
    Retry.on({ ...Retry.never.on, Preempted: Retry.climb(Remedy.reorder) })
  },
  "a remedy that is none": () => {
    // @ts-expect-error: a remedy is made by Remedy
    Retry.ladder("reorder")
    // @ts-expect-error: the field is factor
    Remedy.scaleLearningRate({ by: 0.5 })
    // @ts-expect-error: 1000 steps or epochs?
    Remedy.extendWarmup({ least: 1000 })
    // @ts-expect-error: there is no such engine
    Remedy.switchEngine("cuda")
  },
  "a feed that says too little": () => {
    // @ts-expect-error: how many steps?
    Feed.make({ skip: [{ from: 5 }] })
    // @ts-expect-error: images by their names
    Feed.make({ quarantine: [7] })
  },
  "a clip policy that is made by hand from a name": () => {
    // @ts-expect-error: there is no such policy
    Recipe.make({ ...options, clip: { _tag: "Value", value: 1 } })
  }
}

const root = path.resolve(import.meta.dirname, "../..")
const mark = "// @ts-expect-error"

/** Compiles texts beside copies of the modules that they import, and returns the lines with an error, by text. */
const compile = (texts: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<number>> => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-types-"))
  try {
    const here = path.join(directory, "test/dsl")
    fs.mkdirSync(here, { recursive: true })
    for (const name of ["package.json", "node_modules", "dsl"]) {
      fs.symlinkSync(path.join(root, name), path.join(directory, name))
    }
    for (const name of ["recipes.ts", "schedules.ts"]) {
      fs.copyFileSync(path.join(import.meta.dirname, name), path.join(here, name))
    }
    texts.forEach((text, index) => fs.writeFileSync(path.join(here, `text${index}.ts`), text))
    fs.writeFileSync(
      path.join(directory, "tsconfig.json"),
      JSON.stringify({ extends: path.join(root, "tsconfig.json"), include: ["test"] })
    )
    const { stdout } = spawnSync(path.join(root, "node_modules/.bin/tsc"), ["-p", directory, "--pretty", "false"], {
      cwd: directory,
      encoding: "utf8"
    })
    const errors = [...stdout.matchAll(/^(.+)\((\d+),\d+\): error/gm)]
    return texts.map((_, index) =>
      errors.filter(([, file]) => file === `test/dsl/text${index}.ts`).map(([, , line]) => Number(line))
    )
  } finally {
    fs.rmSync(directory, { recursive: true })
  }
}

describe("The compiler refuses", () => {
  for (const [what, statements] of Object.entries(refused)) it(what, statements)

  it("each of these by an error of its own", () => {
    const text = fs.readFileSync(import.meta.filename, "utf8")
    const isMark = (line: string): boolean => line.trim().startsWith(mark)
    const lines = text.split("\n")
    const expected = lines.flatMap((line, index) => isMark(line) ? [index + 2] : [])
    const bare = lines.map((line) => isMark(line) ? "" : line).join("\n")
    assert.isAbove(expected.length, 30)
    assert.deepStrictEqual(compile([text, bare]), [[], expected])
  })
})
