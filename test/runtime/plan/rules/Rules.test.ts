import { assert, describe, it } from "@effect/vitest"
import { Clip, Dataset, LearningRate, Model, Recipe, Warmup } from "../../../../dsl/index.ts"
import type { DataFacts } from "../../../../runtime/plan/Facts.ts"
import * as Plan from "../../../../runtime/plan/Plan.ts"
import * as Rules from "../../../../runtime/plan/rules/Rules.ts"
import { recipe } from "../../../dsl/recipes.ts"
import { facts } from "../facts.ts"

/** A recipe that no rule finds fault with. */
const calm = Recipe.with(recipe, { clip: Clip.globalNorm(1), warmup: Warmup.linear({ steps: 10 }) })

type Fields = Parameters<typeof Recipe.with>[1]

const findingsOf = (fields: Fields, of: DataFacts | null = facts) =>
  Plan.resolveArm("arm", Recipe.with(calm, fields), of).findings

interface Case {
  readonly rule: string
  readonly severity: "error" | "warning"
  readonly path: string
  readonly fires: ReadonlyArray<readonly [Fields, string, (DataFacts | null)?]>
  readonly holds: ReadonlyArray<readonly [Fields, (DataFacts | null)?]>
}

const images = (train: number): DataFacts => ({ ...facts, images: { ...facts.images, train } })

const cases: ReadonlyArray<Case> = [
  {
    rule: "clip/off-on-cold-start",
    severity: "warning",
    path: "clip",
    fires: [[{ clip: Clip.off, warmup: Warmup.none }, "a cold start without clipping and warmup"]],
    holds: [[{ clip: Clip.off }], [{ warmup: Warmup.none }], [{}]]
  },
  {
    rule: "warmup/longer-than-run",
    severity: "error",
    path: "warmup.length",
    fires: [
      [{ warmup: Warmup.linear({ steps: 101 }) }, "the warmup takes 101 steps, the whole training 100"],
      [
        { warmup: Warmup.linear({ steps: 101 }), data: Dataset.yolo({ name: "far", classes: ["a"] }) },
        "the warmup takes 101 steps, the whole training 100",
        null
      ],
      [{ warmup: Warmup.linear({ epochs: 13 }) }, "the warmup takes 104 steps, the whole training 100"]
    ],
    holds: [[{ warmup: Warmup.linear({ steps: 100 }) }], [{ warmup: Warmup.linear({ epochs: 12 }) }]]
  },
  {
    rule: "data/batch-larger-than-data",
    severity: "error",
    path: "batch",
    fires: [
      [{ batch: 65 }, `a batch takes 65 images, "small" has 64 to train on`],
      [{ batch: 1 }, `a batch takes 1 images, "small" has 0 to train on`, images(0)]
    ],
    holds: [[{ batch: 64 }], [{ batch: 1 }, images(1)]]
  },
  {
    rule: "model/input-not-multiple-of-stride",
    severity: "error",
    path: "model.input",
    fires: [
      [
        { model: Model.yolo({ size: "n", input: 100 }) },
        "100 px is no multiple of the coarsest stride, 32 (the nearest: 96 or 128)"
      ],
      [
        { model: Model.yolo({ size: "n", input: 31 }) },
        "31 px is no multiple of the coarsest stride, 32 (the nearest: 32)"
      ]
    ],
    holds: [[{ model: Model.yolo({ size: "n", input: 32 }) }], [{ model: Model.yolo({ size: "n", input: 96 }) }]]
  },
  {
    rule: "schedule/high-peak-without-warmup",
    severity: "warning",
    path: "schedule",
    fires: [
      [
        { warmup: Warmup.none, schedule: LearningRate.constant(0.05) },
        "the first step takes a learning rate of 0.05 without warmup"
      ],
      [
        { warmup: Warmup.none, schedule: LearningRate.cosine({ peak: 1, final: 0 }) },
        "the first step takes a learning rate of 1 without warmup"
      ]
    ],
    holds: [
      [{ schedule: LearningRate.constant(1) }],
      [{ warmup: Warmup.none, schedule: LearningRate.constant(0.049) }],
      [{ warmup: Warmup.none, schedule: LearningRate.linear({ peak: 0.01, final: 1 }) }]
    ]
  }
]

describe("The rules", () => {
  it("are those of which this file has cases, each with a name and a path of its own", () => {
    assert.sameMembers(Rules.all.map(({ id }) => id), cases.map(({ rule }) => rule))
    assert.strictEqual(new Set(cases.map(({ rule }) => rule)).size, Rules.all.length)
  })

  for (const { fires, holds, path, rule, severity } of cases) {
    it(`${rule} fires where it should`, () => {
      const reason = Rules.all.find(({ id }) => id === rule)?.reason
      for (const [fields, found, of] of fires) {
        assert.deepStrictEqual(findingsOf(fields, of === undefined ? facts : of), [
          { rule, severity, path, message: `${found}: ${reason}` }
        ])
      }
    })

    it(`${rule} keeps quiet where it should`, () => {
      for (const [fields, of] of holds) assert.deepStrictEqual(findingsOf(fields, of), [], JSON.stringify(fields))
    })
  }

  it("are all reported at once", () => {
    const findings = findingsOf({
      clip: Clip.off,
      warmup: Warmup.none,
      schedule: LearningRate.constant(1),
      batch: 65,
      model: Model.yolo({ size: "n", input: 65 })
    })
    assert.strictEqual(findings.length, 4)
  })
})
