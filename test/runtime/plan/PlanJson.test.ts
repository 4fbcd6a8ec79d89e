import { assert, describe, it } from "@effect/vitest"
import { Clip, LearningRate, Model, Recipe, Warmup } from "../../../dsl/index.ts"
import * as Curve from "../../../runtime/optim/Curve.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import * as PlanJson from "../../../runtime/plan/PlanJson.ts"
import { recipe } from "../../dsl/recipes.ts"
import { facts } from "./facts.ts"

const calm = Recipe.with(recipe, { clip: Clip.globalNorm(1), warmup: Warmup.linear({ steps: 10 }) })
const arm = Plan.resolveArm("calm", calm, facts)
const wrong = Plan.resolveArm("wrong", Recipe.with(calm, { model: Model.yolo({ size: "n", input: 65 }) }), facts)
const unknown = Plan.resolveArm("unknown", Recipe.with(calm, { length: { epochs: 1 } }), null)

describe("PlanJson.number", () => {
  it("names what JSON lacks and leaves other numbers", () => {
    assert.deepStrictEqual([NaN, Infinity, -Infinity, 0, -1.5, 1e308].map(PlanJson.number), [
      "NaN",
      "Infinity",
      "-Infinity",
      0,
      -1.5,
      1e308
    ])
  })
})

describe("PlanJson.plan", () => {
  const document = PlanJson.plan({ experiment: "x", arms: [arm, wrong] })

  it("survives JSON", () => {
    assert.deepStrictEqual(JSON.parse(JSON.stringify(document)), document)
    assert.deepStrictEqual([document.format, document.experiment], ["ballast.plan/1", "x"])
  })

  it("lists nodes whose parameters and FLOPs add up to the graph's", () => {
    const graph = document.arms[0]?.graph
    const sum = (values: ReadonlyArray<PlanJson.JsonNumber> = []) =>
      values.reduce<number>((all, value) => all + Number(value), 0)
    assert.strictEqual(sum(graph?.nodes.map(({ parameters }) => parameters)), graph?.parameters)
    assert.strictEqual(sum(graph?.nodes.map(({ flops }) => flops)), graph?.flops)
    assert.deepStrictEqual(graph?.nodes.find(({ id }) => id === "backbone.0.conv"), {
      id: "backbone.0.conv",
      op: "Convolution",
      attributes: { kernel: 3, stride: 2 },
      inputs: ["image"],
      shape: [32, 32, 16],
      parameters: 432,
      flops: 2 * 432 * 32 * 32
    })
  })

  it("keeps an arm that cannot run, without a graph and with the reason", () => {
    const refused = document.arms[1]
    assert.deepStrictEqual([refused?.arm, refused?.graph], ["wrong", null])
    assert.deepStrictEqual(refused?.findings.map(({ rule, severity }) => [rule, severity]), [
      ["model/input-not-multiple-of-stride", "error"]
    ])
    assert.isNull(refused?.identity.training)
    assert.deepStrictEqual(refused?.schedule, { totalSteps: 100, warmupSteps: 10, stepsPerEpoch: 8 })
  })

  it("writes a cost beyond all numbers as one", () => {
    const memory = { weights: 1, optimizer: 1, activations: NaN, total: NaN }
    const cost = { parameters: 1, flops: Infinity, flopsPerStep: Infinity, memory }
    const { arms } = PlanJson.plan({ experiment: "x", arms: [{ ...arm, cost }] })
    assert.deepStrictEqual([arms[0]?.graph?.flops, arms[0]?.graph?.memory.total], ["Infinity", "NaN"])
  })
})

describe("PlanJson.schedule", () => {
  it("writes every row, first to last", () => {
    const { arms, format } = PlanJson.schedule({ experiment: "x", arms: [arm] })
    const steps = arms[0]?.steps ?? []
    assert.strictEqual(format, "ballast.schedule/1")
    assert.deepStrictEqual(steps.map(({ step }) => step), Array.from({ length: 100 }, (_, step) => step))
    assert.deepStrictEqual(steps[0], { step: 0, learningRate: 0, biasLearningRate: 0.1, momentum: 0.8 })
    const row = arm.curve?.at(60)
    assert.deepStrictEqual([steps[60]?.learningRate, steps[60]?.momentum], [row?.learningRate, 0.937])
  })

  it("has no rows for an arm whose steps are not known, and has those of one that cannot run", () => {
    const { arms } = PlanJson.schedule({ experiment: "x", arms: [unknown, wrong] })
    assert.deepStrictEqual(arms.map(({ steps }) => steps.length), [0, 100])
  })

  it("names numbers that JSON lacks", () => {
    const schedule = LearningRate.constant(NaN)
    const curve = Curve.make({ schedule, warmup: Warmup.none, momentum: 0.9, totalSteps: 1, warmupSteps: 0 })
    const { arms } = PlanJson.schedule({ experiment: "x", arms: [{ ...arm, curve }] })
    assert.deepStrictEqual(arms[0]?.steps, [{ step: 0, learningRate: "NaN", biasLearningRate: "NaN", momentum: 0.9 }])
  })
})
