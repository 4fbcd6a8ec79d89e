import { assert, describe, it } from "@effect/vitest"
import {
  Accumulate,
  Augment,
  Checkpoint,
  Clip,
  Dataset,
  Dropout,
  EarlyStop,
  Ema,
  Evaluate,
  Expect,
  Feed,
  Host,
  LearningRate,
  Loss,
  Model,
  Monitor,
  Optimizer,
  Recipe,
  Warmup
} from "../../../../dsl/index.ts"
import type { DataFacts, StartFacts, StartMissing } from "../../../../runtime/plan/Facts.ts"
import * as Plan from "../../../../runtime/plan/Plan.ts"
import * as Rules from "../../../../runtime/plan/rules/Rules.ts"
import { recipe } from "../../../dsl/recipes.ts"
import { facts } from "../facts.ts"

/** A recipe that no rule finds fault with. */
const calm = Recipe.with(recipe, { clip: Clip.globalNorm(1), warmup: Warmup.linear({ steps: 10 }) })

type Fields = Parameters<typeof Recipe.with>[1]

interface Given {
  readonly fields: Fields
  readonly facts?: DataFacts | null
  readonly start?: StartFacts | StartMissing
}

const findingsOf = ({ fields, facts: of = facts, start }: Given) =>
  Plan.resolveArm("arm", Recipe.with(calm, fields), of, start ?? null).findings

/** What a recipe's rule finds, as `[given, what is found, and where]`, and what it lets pass. */
interface Case {
  readonly severity: "error" | "warning" | "advice"
  readonly path: string
  readonly fires: ReadonlyArray<readonly [given: Given, found: string, path?: string]>
  readonly holds: ReadonlyArray<Given>
}

const images = (train: number, val = 16): DataFacts => ({ ...facts, images: { train, val } })
const photographs = { ...images(2), trainFiles: ["train/a.jpg", "train/b.jpg"] }
const classifier = Model.classifier({ channels: [8, 16], input: 32 })
/** A classifier's fields with its own loss. */
const classifying = { model: classifier, loss: Loss.binaryCrossEntropy() }
const adam = { optimizer: Optimizer.adam(), schedule: LearningRate.cosine({ peak: 0.001, final: 1e-5 }) }
const plainWarmup = (options: { readonly biasFrom?: number; readonly momentumFrom?: number }) =>
  Warmup.linear({ steps: 10, biasFrom: 0, ...options })
const trained = Model.from({ file: "n.safetensors" }, calm.model)
/** A start from trained weights as practice has it. */
const fineTuning = {
  model: trained,
  clip: Clip.off,
  earlyStop: EarlyStop.patience({ evaluations: 3 }),
  evaluate: Evaluate.every({ steps: 10 })
}
const constant = (value: number): Fields => ({ schedule: LearningRate.constant(value) })
const stable = ({ decay, warmup }: { readonly warmup: number; readonly decay: number }) =>
  LearningRate.warmupStableDecay({ peak: 0.01, final: 0, warmup: { steps: warmup }, decay: { steps: decay } })
const rooted = (warmup: number) => LearningRate.inverseSquareRoot({ peak: 0.01, warmup: { steps: warmup } })
const falling = (steps: number) => LearningRate.step({ peak: 0.01, factor: 0.1, every: { steps } })
const cosine = (peak: number): Fields => ({ schedule: LearningRate.cosine({ peak, final: peak / 100 }) })

const shapesOf = (model: Model.Model, classes: DataFacts["classes"]): StartFacts => {
  const { graph } = Plan.resolveArm("arm", Recipe.with(calm, { model }), { ...facts, classes })
  const tensors = (graph?.nodes ?? []).flatMap(({ id, parameters }) =>
    parameters.map(({ name, shape }) => [`${id}.${name}`, shape] as const)
  )
  return { name: "n.safetensors", sha256: "0".repeat(64), shapes: new Map(tensors) }
}

const fitting = shapesOf(calm.model, facts.classes)
const another = shapesOf(Model.yolo({ size: "s", input: 64 }), facts.classes)

const cases: Readonly<Record<string, Case>> = {
  "clip/off-on-cold-start": {
    severity: "warning",
    path: "clip",
    fires: [
      [{ fields: { clip: Clip.off, warmup: Warmup.none } }, "a cold start without clipping and warmup"],
      [
        { fields: { clip: Clip.off, warmup: Warmup.none, schedule: LearningRate.oneCycle({ peak: 0.01, divide: 5 }) } },
        "a cold start without clipping and warmup"
      ],
      [
        { fields: { ...fineTuning, warmup: Warmup.none }, start: another },
        "nearly a cold start, by another model's weights, without clipping and warmup"
      ]
    ],
    holds: [
      { fields: { clip: Clip.off } },
      { fields: { warmup: Warmup.none } },
      { fields: {} },
      { fields: { ...fineTuning, warmup: Warmup.none } },
      { fields: { ...fineTuning, warmup: Warmup.none }, start: fitting },
      { fields: { ...fineTuning, warmup: Warmup.none }, start: { missing: "it is not there" } },
      { fields: fineTuning, start: another },
      { fields: { clip: Clip.off, warmup: Warmup.none, schedule: LearningRate.oneCycle({ peak: 0.01 }) } }
    ]
  },
  "warmup/longer-than-run": {
    severity: "error",
    path: "warmup.length",
    fires: [
      [{ fields: { warmup: Warmup.linear({ steps: 101 }) } }, "the warmup takes 101 steps, the whole training 100"],
      [
        {
          fields: { warmup: Warmup.linear({ steps: 101 }), data: Dataset.yolo({ name: "far", classes: ["a"] }) },
          facts: null
        },
        "the warmup takes 101 steps, the whole training 100"
      ],
      [{ fields: { warmup: Warmup.linear({ epochs: 13 }) } }, "the warmup takes 104 steps, the whole training 100"]
    ],
    holds: [
      { fields: { warmup: Warmup.linear({ steps: 100 }) } },
      { fields: { warmup: Warmup.linear({ epochs: 12 }) } }
    ]
  },
  "data/batch-larger-than-data": {
    severity: "error",
    path: "batch",
    fires: [
      [{ fields: { batch: 65 } }, `a batch takes 65 images, "small" has 64 to train on`],
      [{ fields: { batch: 1 }, facts: images(0) }, `a batch takes 1 images, "small" has 0 to train on`],
      [
        { fields: { batch: 8, accumulate: Accumulate.batches(9) } },
        `a step takes 9 batches of 8, 72 images, "small" has 64 to train on`
      ]
    ],
    holds: [
      { fields: { batch: 64 } },
      { fields: { batch: 8, accumulate: Accumulate.batches(8) } },
      { fields: { batch: 1 }, facts: { ...images(1), background: 0 } }
    ]
  },
  "model/input-not-multiple-of-stride": {
    severity: "error",
    path: "model.input",
    fires: [
      [
        { fields: { model: Model.yolo({ size: "n", input: 100 }) } },
        "100 px is no multiple of the coarsest stride, 32 (the nearest: 96 or 128)"
      ],
      [
        { fields: { model: Model.yolo({ size: "n", input: 31 }) } },
        "31 px is no multiple of the coarsest stride, 32 (the nearest: 32)"
      ]
    ],
    holds: [
      { fields: { model: Model.yolo({ size: "n", input: 32 }) } },
      { fields: { model: Model.yolo({ size: "n", input: 96 }) } },
      { fields: { ...classifying, model: Model.classifier({ channels: [8], input: 31 }) } }
    ]
  },
  "schedule/high-peak-without-warmup": {
    severity: "warning",
    path: "schedule",
    fires: [
      [
        { fields: { warmup: Warmup.none, ...constant(0.05) } },
        "the first step takes a learning rate of 0.05 without warmup"
      ],
      [{ fields: { warmup: Warmup.none, ...cosine(1) } }, "the first step takes a learning rate of 1 without warmup"]
    ],
    holds: [
      { fields: constant(1) },
      { fields: { warmup: Warmup.none, ...constant(0.049) } },
      { fields: { warmup: Warmup.none, schedule: LearningRate.oneCycle({ peak: 1 }) } }
    ]
  },
  "schedule/parts-do-not-meet": {
    severity: "warning",
    path: "schedule",
    fires: [
      [
        {
          fields: {
            schedule: LearningRate.sequence([
              { schedule: LearningRate.constant(0.001), length: { steps: 50 } },
              { schedule: LearningRate.cosine({ peak: 0.01, final: 0.001 }) }
            ])
          }
        },
        "the learning rate jumps from 0.001 to 0.01 at step 50"
      ],
      [
        {
          fields: {
            schedule: LearningRate.sequence([
              { schedule: LearningRate.constant(0.01), length: { epochs: 4 } },
              { schedule: LearningRate.constant(0.0009), length: { epochs: 4 } },
              { schedule: LearningRate.constant(0.002) }
            ])
          }
        },
        "the learning rate jumps from 0.01 to 0.0009 at step 32 and from 0.0009 to 0.002 at step 64"
      ]
    ],
    holds: [
      {
        fields: {
          schedule: LearningRate.sequence([
            { schedule: LearningRate.linear({ peak: 0.001, final: 0.01 }), length: { steps: 20 } },
            { schedule: LearningRate.cosine({ peak: 0.01, final: 0.0001 }) }
          ])
        }
      },
      {
        fields: {
          schedule: LearningRate.sequence([
            { schedule: LearningRate.constant(0.01), length: { steps: 50 } },
            { schedule: LearningRate.constant(0.001) }
          ])
        }
      },
      { fields: { schedule: LearningRate.step({ peak: 0.01, factor: 0.01, every: { steps: 50 } }) } }
    ]
  },
  "schedule/rises-to-the-end": {
    severity: "warning",
    path: "schedule",
    fires: [
      [
        { fields: { warmup: Warmup.none, schedule: LearningRate.linear({ peak: 0.001, final: 0.01 }) } },
        "the learning rate rises from 0.001 to 0.00991 at the last step"
      ],
      [
        { fields: { warmup: Warmup.none, schedule: LearningRate.linear({ peak: 0.01, final: 0.0125 }) } },
        "the learning rate rises from 0.01 to 0.01247 at the last step"
      ],
      [
        { fields: { schedule: LearningRate.cosine({ peak: 0.0001, final: 0.01 }) } },
        "the learning rate rises from 0.0003423 to 0.009998 at the last step"
      ]
    ],
    holds: [
      { fields: constant(0.01) },
      { fields: { schedule: LearningRate.oneCycle({ peak: 0.01 }) } },
      { fields: { warmup: Warmup.linear({ steps: 100 }) } },
      // What is wrong with these is that they are cut off.
      { fields: { warmup: Warmup.none, schedule: stable({ warmup: 100, decay: 20 }) } },
      { fields: { warmup: Warmup.none, schedule: rooted(200) } },
      {
        fields: {
          warmup: Warmup.none,
          schedule: LearningRate.sequence([
            { schedule: LearningRate.linear({ peak: 0.001, final: 0.01 }), length: { steps: 100 } },
            { schedule: LearningRate.cosine({ peak: 0.01, final: 0.0001 }) }
          ])
        }
      }
    ]
  },
  "schedule/never-reached": {
    severity: "warning",
    path: "schedule.every",
    fires: [
      [{ fields: { schedule: falling(100) } }, "the rate first changes at step 100, and the schedule has 100 steps"],
      [
        {
          fields: {
            schedule: LearningRate.piecewise({
              start: 0.01,
              multiply: [{ at: { epochs: 5 }, by: 0.1 }, { at: { epochs: 15 }, by: 0.1 }]
            })
          }
        },
        "a change comes at step 120, and the schedule has 100 steps",
        "schedule.multiply.1.at"
      ],
      [
        { fields: { schedule: stable({ warmup: 60, decay: 41 }) } },
        "the warmup takes 60 steps, the decay 41, and the schedule has 100 steps",
        "schedule.decay"
      ],
      [
        { fields: { schedule: rooted(100) } },
        "the peak comes at step 100, and the schedule has 100 steps",
        "schedule.warmup"
      ],
      [
        {
          fields: {
            schedule: LearningRate.sequence([
              { schedule: LearningRate.constant(0.01), length: { steps: 100 } },
              { schedule: LearningRate.constant(0.001) }
            ])
          }
        },
        "this part begins at step 100, and the run has 100 steps",
        "schedule.parts.1"
      ],
      [
        {
          fields: {
            schedule: LearningRate.sequence([
              { schedule: falling(40), length: { steps: 40 } },
              { schedule: LearningRate.constant(0.01) }
            ])
          }
        },
        "the rate first changes at step 40, and the schedule has 40 steps",
        "schedule.parts.0.schedule.every"
      ]
    ],
    holds: [
      { fields: { schedule: falling(99) } },
      {
        fields: {
          schedule: LearningRate.piecewise({ start: 0.01, multiply: [{ at: { steps: 99 }, by: 0.1 }] })
        }
      },
      { fields: { schedule: stable({ warmup: 60, decay: 40 }) } },
      { fields: { schedule: rooted(99) } },
      {
        fields: {
          schedule: LearningRate.sequence([
            { schedule: falling(39), length: { steps: 40 } },
            { schedule: falling(59) }
          ])
        }
      },
      { fields: {} }
    ]
  },
  "schedule/rate-beyond-practice": {
    severity: "warning",
    path: "schedule",
    fires: [
      [{ fields: constant(1.5) }, "SGD at a learning rate of up to 1.5"],
      [
        { fields: { ...cosine(1000), warmup: Warmup.linear({ steps: 50 }) } },
        "SGD at a learning rate of up to 1000"
      ]
    ],
    holds: [{ fields: constant(1) }, { fields: { ...adam, ...constant(2) } }]
  },
  "schedule/zero-throughout": {
    severity: "warning",
    path: "schedule",
    fires: [
      [{ fields: constant(0) }, "the schedule's learning rate is 0 over 100 steps, the whole run"],
      [
        { fields: { schedule: LearningRate.oneCycle({ peak: 0 }) } },
        "the schedule's learning rate is 0 over 100 steps, the whole run"
      ]
    ],
    holds: [
      { fields: constant(1e-9) },
      { fields: { schedule: LearningRate.linear({ peak: 0, final: 0.01 }) } }
    ]
  },
  "warmup/longer-than-half": {
    severity: "advice",
    path: "warmup.length",
    fires: [
      [{ fields: { warmup: Warmup.linear({ steps: 51 }) } }, "the warmup takes 51 steps of 100"],
      [{ fields: { warmup: Warmup.linear({ steps: 100 }) } }, "the warmup takes 100 steps of 100"]
    ],
    holds: [
      { fields: { warmup: Warmup.linear({ steps: 50 }) } },
      { fields: { warmup: Warmup.linear({ steps: 101 }) } },
      { fields: { warmup: Warmup.none } }
    ]
  },
  "warmup/over-own-rise": {
    severity: "advice",
    path: "warmup",
    fires: [
      [
        { fields: { schedule: LearningRate.oneCycle({ peak: 0.01 }) } },
        "a warmup of 10 steps over OneCycle, which rises by itself"
      ],
      [
        { fields: { schedule: stable({ warmup: 10, decay: 20 }) } },
        "a warmup of 10 steps over WarmupStableDecay, which rises by itself"
      ],
      [{ fields: { schedule: rooted(10) } }, "a warmup of 10 steps over InverseSquareRoot, which rises by itself"],
      [
        {
          fields: {
            schedule: LearningRate.sequence([
              { schedule: rooted(10), length: { steps: 50 } },
              { schedule: LearningRate.constant(0.005) }
            ])
          }
        },
        "a warmup of 10 steps over a sequence, which rises by itself"
      ]
    ],
    holds: [
      { fields: { warmup: Warmup.none, schedule: rooted(10) } },
      { fields: { schedule: LearningRate.oneCycle({ peak: 0.01, divide: 1 }) } },
      { fields: {} }
    ]
  },
  "augment/mosaic-never-shown": {
    severity: "advice",
    path: "augment.closing",
    fires: [
      [
        { fields: { length: { epochs: 10 } } },
        "no mosaic is shown over the last 80 steps, the whole training takes 80 steps"
      ],
      [
        { fields: { augment: Augment.standard({ mosaic: 0.1, closing: { steps: 500 } }) } },
        "no mosaic is shown over the last 500 steps, the whole training takes 100 steps"
      ]
    ],
    holds: [
      { fields: { length: { steps: 81 } } },
      { fields: { length: { epochs: 10 }, augment: Augment.standard({ mosaic: 0 }) } },
      { fields: { length: { epochs: 10 }, augment: Augment.off } },
      { fields: { length: { steps: 10 }, data: Dataset.yolo({ name: "far", classes: ["a"] }) }, facts: null }
    ]
  },
  "loss/without-gain": {
    severity: "error",
    path: "loss",
    fires: [[{ fields: { loss: Loss.yoloV8({ box: 0, class: 0, dfl: 0 }) } }, "all gains are 0"]],
    holds: [{ fields: { loss: Loss.yoloV8({ box: 0, class: 0 }) } }, { fields: classifying }]
  },
  "dropout/of-nearly-all": {
    severity: "warning",
    path: "dropout.share",
    fires: [[{ fields: { ...classifying, dropout: Dropout.share(0.81) } }, "dropout of 0.81"]],
    holds: [
      { fields: { ...classifying, dropout: Dropout.share(0.8) } },
      { fields: { dropout: Dropout.share(0.9) } }
    ]
  },
  "clip/ratio-bounds-nothing": {
    severity: "warning",
    path: "clip.ratio",
    fires: [[
      { fields: { clip: Clip.adaptive({ ratio: 1 }) } },
      "a unit's gradient is bounded by 1 times its weights"
    ]],
    holds: [{ fields: { clip: Clip.adaptive({ ratio: 0.99 }) } }, { fields: { clip: Clip.globalNorm(1) } }]
  },
  "early-stop/shorter-than-warmup": {
    severity: "advice",
    path: "earlyStop.evaluations",
    fires: [[
      {
        fields: {
          earlyStop: EarlyStop.patience({ evaluations: 3 }),
          evaluate: Evaluate.every({ steps: 10 }),
          warmup: Warmup.linear({ steps: 31 })
        }
      },
      "early stopping waits for 3 evaluations, one every 10 steps, and the warmup takes 31 steps"
    ]],
    holds: [
      {
        fields: {
          earlyStop: EarlyStop.patience({ evaluations: 3 }),
          evaluate: Evaluate.every({ steps: 10 }),
          warmup: Warmup.linear({ steps: 30 })
        }
      },
      { fields: { earlyStop: EarlyStop.patience({ evaluations: 1 }) } },
      { fields: { evaluate: Evaluate.every({ steps: 1 }) } }
    ]
  },
  "schedule/adam-rate-of-sgd": {
    severity: "warning",
    path: "schedule",
    fires: [
      [
        { fields: { ...adam, ...constant(0.02), warmup: plainWarmup({}) } },
        "Adam at a learning rate of up to 0.02"
      ],
      [
        { fields: { optimizer: Optimizer.adamw(), ...constant(0.1), warmup: Warmup.none } },
        "AdamW at a learning rate of up to 0.1"
      ],
      // A warmup hides the peak of what it is laid over.
      [
        { fields: { optimizer: Optimizer.adamw(), ...cosine(0.01), warmup: Warmup.linear({ steps: 50 }) } },
        "AdamW at a learning rate of up to 0.01"
      ],
      [
        { fields: { ...adam, schedule: LearningRate.oneCycle({ peak: 0.005 }), warmup: Warmup.none } },
        "Adam at a learning rate of up to 0.005"
      ]
    ],
    holds: [
      { fields: { ...adam, ...constant(0.004), warmup: plainWarmup({}) } },
      // The warmup's own rates are another rule's.
      { fields: { ...adam, warmup: Warmup.linear({ steps: 10, from: 0.1 }) } },
      { fields: constant(0.02) }
    ]
  },
  "warmup/bias-rate-above-peak": {
    severity: "advice",
    path: "warmup.biasFrom",
    fires: [
      [
        { fields: { ...adam, ...constant(0.001) } },
        "biases begin at a learning rate of 0.1, the schedule's peak is 0.001"
      ],
      [
        { fields: { ...adam, warmup: Warmup.linear({ steps: 50 }) } },
        "biases begin at a learning rate of 0.1, the schedule's peak is 0.001"
      ]
    ],
    holds: [
      { fields: { ...adam, warmup: plainWarmup({ biasFrom: 0.0005 }) } },
      { fields: { ...adam, warmup: Warmup.none } },
      { fields: constant(0.001) }
    ]
  },
  "warmup/momentum-above-optimizer": {
    severity: "advice",
    path: "warmup.momentumFrom",
    fires: [[
      { fields: { optimizer: Optimizer.sgd({ momentum: 0.5 }) } },
      "the warmup's momentum begins at 0.8, the optimizer's is 0.5"
    ]],
    holds: [
      { fields: { optimizer: Optimizer.sgd({ momentum: 0.5 }), warmup: plainWarmup({ momentumFrom: 0.5 }) } },
      { fields: { optimizer: Optimizer.sgd({ momentum: 0 }) } },
      { fields: { ...adam, warmup: plainWarmup({ momentumFrom: 0.95 }) } }
    ]
  },
  "batch/large-without-bound-and-annealing": {
    severity: "warning",
    path: "batch",
    fires: [
      [
        { fields: { batch: 256, clip: Clip.globalNorm(10), ...constant(0.01) }, facts: images(1024) },
        "a step takes 256 images without a bound of 1 on the global norm and annealing"
      ],
      [
        { fields: { batch: 64, accumulate: Accumulate.batches(4), clip: Clip.off }, facts: images(1024) },
        "a step takes 256 images without a bound of 1 on the global norm"
      ],
      [
        { fields: { batch: 300, ...constant(0.01) }, facts: images(1024) },
        "a step takes 300 images without annealing"
      ],
      [
        { fields: { batch: 300, schedule: LearningRate.cosine({ peak: 0.01, final: 0.0025 }) }, facts: images(1024) },
        "a step takes 300 images without annealing"
      ]
    ],
    holds: [
      { fields: { batch: 256 }, facts: images(1024) },
      { fields: { batch: 256, schedule: LearningRate.cosine({ peak: 0.01, final: 0.0005 }) }, facts: images(1024) },
      { fields: { batch: 255, clip: Clip.globalNorm(10), ...constant(0.01) }, facts: images(1024) },
      { fields: { batch: 256, clip: Clip.adaptive() }, facts: images(1024) }
    ]
  },
  "clip/on-small-fine-tuning": {
    severity: "advice",
    path: "clip",
    fires: [[
      { fields: { ...fineTuning, clip: Clip.globalNorm(1) }, facts: images(999), start: fitting },
      "trained weights on 999 images, with clipping"
    ]],
    holds: [
      { fields: fineTuning, start: fitting },
      { fields: { ...fineTuning, clip: Clip.globalNorm(1) }, facts: images(1000), start: fitting },
      { fields: { ...fineTuning, clip: Clip.globalNorm(1) }, start: another },
      { fields: { ...fineTuning, clip: Clip.globalNorm(1) }, start: { missing: "it is not there" } },
      { fields: { ...fineTuning, clip: Clip.globalNorm(1) } },
      { fields: { ...fineTuning, model: calm.model, clip: Clip.globalNorm(1) } }
    ]
  },
  "early-stop/off-on-small-fine-tuning": {
    severity: "advice",
    path: "earlyStop",
    fires: [[
      { fields: { ...fineTuning, earlyStop: EarlyStop.off }, start: fitting },
      "trained weights on 64 images, over the whole length of 100 steps"
    ]],
    holds: [
      { fields: fineTuning, start: fitting },
      { fields: { ...fineTuning, earlyStop: EarlyStop.off }, facts: images(1000), start: fitting },
      { fields: { ...fineTuning, earlyStop: EarlyStop.off }, start: another },
      { fields: { ...fineTuning, earlyStop: EarlyStop.off }, start: { missing: "it is not there" } },
      { fields: { ...fineTuning, earlyStop: EarlyStop.off, length: { steps: 9 }, warmup: Warmup.none }, start: fitting }
    ]
  },
  "clip/bound-beyond-practice": {
    severity: "warning",
    path: "clip.maxNorm",
    fires: [
      [{ fields: { clip: Clip.globalNorm(0.009) } }, "the global norm is bounded by 0.009"],
      [{ fields: { clip: Clip.globalNorm(1000) } }, "the global norm is bounded by 1000"],
      [{ fields: { clip: Clip.zscore({ maxNorm: 101 }) } }, "the global norm is bounded by 101"]
    ],
    holds: [
      { fields: { clip: Clip.globalNorm(0.01) } },
      { fields: { clip: Clip.globalNorm(100) } },
      { fields: { clip: Clip.zscore({ maxNorm: null }) } },
      { fields: { clip: Clip.perLayer(1000) } }
    ]
  },
  "clip/history-too-short": {
    severity: "warning",
    path: "clip.history",
    fires: [[{ fields: { clip: Clip.auto({ history: 99 }) } }, "percentile 10 of the last 99 norms"]],
    holds: [{ fields: { clip: Clip.auto({ history: 100 }) } }, { fields: { clip: Clip.auto() } }]
  },
  "clip/warmup-longer-than-run": {
    severity: "warning",
    path: "clip.warmup",
    fires: [[
      { fields: { clip: Clip.zscore({ warmup: 100 }) } },
      "the clip policy watches 100 norms first, the whole training takes 100 steps"
    ]],
    holds: [{ fields: { clip: Clip.zscore({ warmup: 99 }) } }]
  },
  "optimizer/nesterov-without-momentum": {
    severity: "warning",
    path: "optimizer.nesterov",
    fires: [[
      { fields: { optimizer: Optimizer.sgd({ momentum: 0, nesterov: true }) } },
      "SGD with Nesterov and a momentum of 0"
    ]],
    holds: [
      { fields: { optimizer: Optimizer.sgd({ momentum: 0 }) } },
      { fields: { optimizer: Optimizer.sgd({ momentum: 0.9, nesterov: true }) } }
    ]
  },
  "optimizer/strong-weight-decay": {
    severity: "warning",
    path: "optimizer.weightDecay",
    fires: [
      [
        { fields: { optimizer: Optimizer.sgd({ momentum: 0.9, weightDecay: 0.01 }) } },
        "SGD with a weight decay of 0.01"
      ],
      [
        { fields: { ...adam, optimizer: Optimizer.adam({ weightDecay: 0.05 }), warmup: Warmup.none } },
        "Adam with a weight decay of 0.05"
      ]
    ],
    holds: [
      { fields: { optimizer: Optimizer.sgd({ momentum: 0.9, weightDecay: 0.009 }) } },
      { fields: { ...adam, optimizer: Optimizer.adamw({ weightDecay: 0.05 }), warmup: Warmup.none } }
    ]
  },
  "regularisation/stacked": {
    severity: "warning",
    path: "dropout.share",
    fires: [
      [
        {
          fields: {
            ...classifying,
            ...adam,
            ...constant(1e-5),
            warmup: Warmup.none,
            optimizer: Optimizer.adamw({ weightDecay: 0.1 }),
            dropout: Dropout.share(0.3)
          }
        },
        "dropout of 0.3, a learning rate of 0.00001 and weight decay of 0.1"
      ],
      [
        {
          fields: {
            ...constant(1e-5),
            warmup: Warmup.none,
            ...adam,
            schedule: LearningRate.constant(1e-5),
            optimizer: Optimizer.adamw({ weightDecay: 0.1 }),
            clip: Clip.globalNorm(0.5)
          }
        },
        "a learning rate of 0.00001, weight decay of 0.1 and a norm of at most 0.5",
        "schedule"
      ]
    ],
    holds: [
      { fields: { ...classifying, dropout: Dropout.share(0.5), clip: Clip.globalNorm(0.1) } },
      {
        fields: {
          ...classifying,
          dropout: Dropout.share(0.2),
          clip: Clip.globalNorm(0.1),
          optimizer: Optimizer.sgd({ momentum: 0.9, weightDecay: 0.01 })
        }
      },
      { fields: { ...constant(1e-4), clip: Clip.globalNorm(0.1) } }
    ]
  },
  "loss/of-another-model": {
    severity: "error",
    path: "loss",
    fires: [
      [{ fields: { loss: Loss.binaryCrossEntropy() } }, "the loss BinaryCrossEntropy for a detector"],
      [{ fields: { model: classifier } }, "the loss YoloV8 for a classifier"]
    ],
    holds: [{ fields: classifying }, { fields: { loss: Loss.yoloV8({ box: 1 }) } }]
  },
  "dropout/without-place": {
    severity: "warning",
    path: "dropout",
    fires: [[{ fields: { dropout: Dropout.share(0.1) } }, "dropout of 0.1 in a detector"]],
    holds: [{ fields: { ...classifying, dropout: Dropout.share(0.1) } }, { fields: { dropout: Dropout.share(0) } }]
  },
  "accumulate/tiny-batches": {
    severity: "warning",
    path: "batch",
    fires: [[{ fields: { batch: 2, accumulate: Accumulate.batches(8) } }, "a step takes 8 batches of 2 images"]],
    holds: [{ fields: { batch: 4, accumulate: Accumulate.batches(8) } }, { fields: { batch: 2 } }]
  },
  "length/below-one-epoch": {
    severity: "advice",
    path: "length",
    fires: [[
      { fields: { length: { steps: 7 }, warmup: Warmup.none } },
      "the run takes 7 steps, an epoch 8"
    ]],
    holds: [{ fields: { length: { steps: 8 }, warmup: Warmup.none } }]
  },
  "early-stop/never-reached": {
    severity: "warning",
    path: "evaluate.every",
    fires: [
      [
        { fields: { earlyStop: EarlyStop.patience({ evaluations: 3 }) } },
        "early stopping waits for 3 evaluations without a better one, and the run is evaluated at its end alone"
      ],
      [
        { fields: { earlyStop: EarlyStop.patience({ evaluations: 4 }), evaluate: Evaluate.every({ steps: 30 }) } },
        "early stopping waits for 4 evaluations without a better one, and the run has 4 evaluations in all"
      ]
    ],
    holds: [{ fields: { earlyStop: EarlyStop.patience({ evaluations: 4 }), evaluate: Evaluate.every({ steps: 24 }) } }]
  },
  "early-stop/metric-of-another-model": {
    severity: "error",
    path: "earlyStop.metric",
    fires: [
      [
        {
          fields: {
            evaluate: Evaluate.every({ steps: 10 }),
            earlyStop: EarlyStop.patience({ evaluations: 3, metric: "accuracy" })
          }
        },
        "early stopping watches accuracy, which a detector does not have"
      ],
      [
        {
          fields: {
            ...classifying,
            evaluate: Evaluate.every({ steps: 10 }),
            earlyStop: EarlyStop.patience({ evaluations: 3, metric: "map50" })
          }
        },
        "early stopping watches map50, which a classifier does not have"
      ]
    ],
    holds: [
      { fields: { ...classifying, ...fineTuning, model: classifier } },
      {
        fields: {
          evaluate: Evaluate.every({ steps: 10 }),
          earlyStop: EarlyStop.patience({ evaluations: 3, metric: "map50" })
        }
      }
    ]
  },
  "cadence/longer-than-run": {
    severity: "warning",
    path: "evaluate.every",
    fires: [
      [{ fields: { evaluate: Evaluate.every({ steps: 101 }) } }, "the run is evaluated every 101 steps and takes 100"],
      [
        { fields: { checkpoint: Checkpoint.every({ epochs: 13 }) } },
        "the run is written to disk every 104 steps and takes 100",
        "checkpoint.every"
      ],
      [
        { fields: { monitor: Monitor.every({ steps: 200 }) } },
        "the run is monitored every 200 steps and takes 100",
        "monitor.length"
      ]
    ],
    holds: [
      {
        fields: {
          evaluate: Evaluate.every({ steps: 100 }),
          checkpoint: Checkpoint.every({ epochs: 12 }),
          monitor: Monitor.every({ steps: 1 })
        }
      }
    ]
  },
  "ema/of-long-ago": {
    severity: "warning",
    path: "ema.decay",
    fires: [
      // With a decay of 0.999 from the start on, the share of the first weights after 100 updates is 0.9.
      [
        { fields: { ema: Ema.exponential({ decay: 0.999, tau: 0.01 }) } },
        "at the end the averaged weights are 95 updates old, of 100"
      ],
      [
        {
          fields: { ema: Ema.exponential({ decay: 0.999999, tau: 1 }), length: { steps: 2_000_000 } },
          facts: images(64)
        },
        "at the end the averaged weights are 864664 updates old, of 2000000"
      ]
    ],
    holds: [
      { fields: { ema: Ema.exponential({ decay: 0.999, tau: 20 }), length: { steps: 3000 } } },
      { fields: { ema: Ema.exponential({ decay: 0.9999, tau: 2000 }), length: { steps: 3000 } } },
      { fields: { ema: Ema.exponential({ decay: 0.9, tau: 1 }) } }
    ]
  },
  "ema/hardly-averages": {
    severity: "advice",
    path: "ema.tau",
    fires: [[
      { fields: { ema: Ema.exponential() } },
      "the decay takes about 2000 updates to rise, the run has 100, and at its end it is 0.04877 of 0.9999"
    ]],
    holds: [{ fields: { ema: Ema.exponential({ tau: 100 }) } }]
  },
  "data/few-validation-images": {
    severity: "warning",
    path: "data",
    fires: [
      [{ fields: {}, facts: images(64, 0) }, `"small" has no image to validate`],
      [{ fields: {}, facts: images(64, 9) }, `"small" has 9 images to validate`]
    ],
    holds: [{ fields: {}, facts: images(64, 10) }]
  },
  "data/leaked-images": {
    severity: "warning",
    path: "data",
    fires: [
      [{ fields: {}, facts: { ...facts, leaked: 1 } }, `1 of the 16 validation images of "small" is to train on, too`],
      [{ fields: {}, facts: { ...facts, leaked: 3 } }, `3 of the 16 validation images of "small" are to train on, too`]
    ],
    holds: [{ fields: {}, facts: { ...facts, leaked: 0 } }]
  },
  "data/left-out": {
    severity: "warning",
    path: "data",
    fires: [
      [{ fields: {}, facts: { ...facts, leftOut: ["a.jpg"] } }, `1 of the 81 images of "small" is left out: "a.jpg"`],
      [
        { fields: {}, facts: { ...facts, leftOut: Array.from({ length: 20 }, (_, index) => `${index}.jpg`) } },
        `20 of the 100 images of "small" are left out: "0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg", "7.jpg" `
        + "and 12 more"
      ]
    ],
    holds: [{ fields: {}, facts: { ...facts, leftOut: [] } }]
  },
  "data/mostly-background": {
    severity: "warning",
    path: "data",
    fires: [[
      { fields: {}, facts: { ...facts, background: 33 } },
      `33 of the 64 training images of "small" have no box`
    ]],
    holds: [{ fields: {}, facts: { ...facts, background: 32 } }]
  },
  "data/class-without-box": {
    severity: "warning",
    path: "data",
    fires: [
      [{ fields: {}, facts: { ...facts, boxesByClass: [40, 0, 38] } }, `no training image of "small" shows "square"`],
      [
        {
          fields: {},
          facts: { ...facts, classes: ["a", "b", "c", "d", "e", "f"], boxesByClass: [0, 0, 0, 0, 0, 0] }
        },
        `no training image of "small" shows "a", "b", "c", "d" and 2 more`
      ]
    ],
    holds: [{ fields: {}, facts: { ...facts, boxesByClass: [1, 1, 1] } }]
  },
  "data/boxes-below-finest-stride": {
    severity: "warning",
    path: "model.input",
    fires: [[
      { fields: {}, facts: { ...facts, medianSide: 0.1 } },
      `at 64 px half of the boxes of "small" are smaller than about 6.4 px`
    ]],
    holds: [
      { fields: {}, facts: { ...facts, medianSide: 0.125 } },
      { fields: {}, facts: { ...facts, medianSide: null } },
      { fields: classifying, facts: { ...facts, medianSide: 0.1 } }
    ]
  },
  "feed/nothing-left": {
    severity: "error",
    path: "feed.quarantine",
    fires: [
      [
        { fields: { feed: Feed.make({ quarantine: photographs.trainFiles }), batch: 1 }, facts: photographs },
        `2 training images of "small" are in quarantine, all there are`
      ],
      [
        { fields: { feed: Feed.make({ quarantine: ["#1", "#0"] }), batch: 1 }, facts: images(2) },
        `2 training images of "small" are in quarantine, all there are`
      ],
      [
        { fields: { feed: Feed.make({ quarantine: ["#0"] }), batch: 1 }, facts: images(1) },
        `1 training image of "small" is in quarantine, all there are`
      ]
    ],
    holds: [
      { fields: { feed: Feed.make({ quarantine: ["train/a.jpg", "b.jpg", "train/a.jpg"] }), batch: 1 }, facts: photographs },
      { fields: { feed: Feed.make({ quarantine: ["#1", "#2", "#1"] }), batch: 1 }, facts: images(2) },
      { fields: {}, facts: images(0) }
    ]
  },
  "feed/unknown-image": {
    severity: "warning",
    path: "feed.quarantine.N",
    fires: [
      [
        { fields: { feed: Feed.make({ quarantine: ["train/a.jpg", "./b.jpg"] }) }, facts: photographs },
        `"small" has no training image "./b.jpg" (there is "train/b.jpg")`,
        "feed.quarantine.1"
      ],
      [
        { fields: { feed: Feed.make({ quarantine: ["#1"] }) }, facts: photographs },
        `"small" has no training image "#1"`,
        "feed.quarantine.0"
      ],
      ...["#64", "#-1", "#007", "7", "constructor"].map((name) =>
        [
          { fields: { feed: Feed.make({ quarantine: [name] }) }, facts: images(64) },
          `"small" has no training image "${name}"`,
          "feed.quarantine.0"
        ] as const
      )
    ],
    holds: [
      { fields: { feed: Feed.make({ quarantine: ["train/b.jpg"] }) }, facts: photographs },
      { fields: { feed: Feed.make({ quarantine: ["#0", "#63"] }) }, facts: images(64) },
      { fields: { feed: Feed.make({ quarantine: ["c.jpg"] }), data: Dataset.yolo({ name: "d", classes: ["a"] }) }, facts: null }
    ]
  },
  "feed/skip-never-reached": {
    severity: "warning",
    path: "feed.skip.N",
    fires: [
      [
        { fields: { feed: Feed.make({ skip: [{ from: 100, steps: 1 }] }) } },
        "the skip begins at step 100, and the 100 steps of the run end before",
        "feed.skip.0"
      ],
      [
        { fields: { feed: Feed.make({ skip: [{ from: 105, steps: 1 }, { from: 7, steps: 5 }] }) } },
        "the skip begins at step 105, and the 100 steps of the run end before",
        "feed.skip.0"
      ]
    ],
    holds: [
      { fields: { feed: Feed.make({ skip: [{ from: 99, steps: 1 }] }) } },
      { fields: { feed: Feed.make({ skip: [{ from: 104, steps: 1 }, { from: 7, steps: 5 }] }) } }
    ]
  },
  "host/too-little-memory": {
    severity: "warning",
    path: "host.memory",
    fires: [[
      { fields: { host: Host.make({ memory: "30 MiB" }) } },
      "a step takes about 39.48 MiB, the host is said to have 30 MiB"
    ]],
    holds: [{ fields: { host: Host.make({ memory: "48 MiB" }) } }, { fields: { host: Host.make({ device: "cpu" }) } }]
  },
  "model/start-partly-random": {
    severity: "advice",
    path: "model.weights",
    fires: [[
      { fields: fineTuning, start: shapesOf(calm.model, ["a"]) },
      ">99% of the weights come from n.safetensors; head.class.0.2.conv.weight is 1x1x64x1 there, 1x1x64x3 here, "
      + "and 5 more"
    ]],
    holds: [{ fields: fineTuning, start: fitting }, { fields: fineTuning }]
  },
  "model/start-of-another-model": {
    severity: "warning",
    path: "model.weights",
    fires: [
      [
        { fields: fineTuning, start: another },
        "4% of the weights come from n.safetensors; backbone.0.conv.weight is 3x3x3x32 there, 3x3x3x16 here, "
        + "and 158 more"
      ],
      [
        { fields: fineTuning, start: { name: "run-1", sha256: "0".repeat(64), shapes: new Map() } },
        "0% of the weights come from run-1; backbone.0.conv.weight is not there, and 182 more"
      ]
    ],
    holds: [{ fields: fineTuning, start: fitting }]
  }
}

/** Arms that expectations speak of. */
const arms = {
  a: calm,
  b: Recipe.with(calm, { batch: 4 }),
  gains: Recipe.with(calm, { loss: Loss.yoloV8({ box: 1 }) }),
  tells: Recipe.with(calm, classifying)
}

interface ExperimentCase {
  readonly severity: "warning" | "advice"
  readonly fires: ReadonlyArray<
    readonly [expect: ReadonlyArray<Expect.Expect>, found: string, path: string, facts?: DataFacts]
  >
  readonly holds: ReadonlyArray<ReadonlyArray<Expect.Expect>>
}

const { accuracy, diverges, finite, loss, map, map50 } = Expect

const experimentCases: Readonly<Record<string, ExperimentCase>> = {
  "expect/contradiction": {
    severity: "warning",
    fires: [
      [[diverges("a"), finite("a")], `"a" stays finite, and before that "a" diverges`, "expect.1"],
      [
        [loss("a").below(2), map50("a").above(0.5), loss("a").above(2)],
        `loss of "a" above 2, and before that loss of "a" below 2`,
        "expect.2"
      ],
      [
        [map("a").above("b"), map("a").below("b")],
        `map of "a" below "b", and before that map of "a" above "b"`,
        "expect.1"
      ]
    ],
    holds: [
      [diverges("a"), finite("b")],
      [loss("a").below(2), loss("a").above(1)],
      [finite("a"), finite("a")],
      [loss("a").below(1), map50("a").above(2)]
    ]
  },
  "expect/with-itself": {
    severity: "warning",
    fires: [[[finite("a"), loss("a").below("a")], `"a" is compared with itself`, "expect.1"]],
    holds: [[loss("a").below("b")], [loss("a").below(1)]]
  },
  "expect/decided-beforehand": {
    severity: "warning",
    fires: [
      [[map50("a").above(60)], `map50 of "a" above 60, which can never hold: map50 lies between 0 and 1`, "expect.0"],
      [[map("a").above(1)], `map of "a" above 1, which can never hold: map lies between 0 and 1`, "expect.0"],
      [
        [finite("a"), accuracy("tells").below(0)],
        `accuracy of "tells" below 0, which can never hold: accuracy lies between 0 and 1`,
        "expect.1"
      ],
      [[map("a").below(1.5)], `map of "a" below 1.5, which can never fail: map lies between 0 and 1`, "expect.0"],
      [[map("a").above(-1)], `map of "a" above -1, which can never fail: map lies between 0 and 1`, "expect.0"],
      [[loss("a").below(0)], `loss of "a" below 0, which can never hold: a loss is never below 0`, "expect.0"],
      [[loss("a").above(-2)], `loss of "a" above -2, which can never fail: a loss is never below 0`, "expect.0"]
    ],
    holds: [
      [map("a").above(0), map50("a").below(1), accuracy("tells").above(0.99), loss("a").below(0.01)],
      [loss("a").above(1000), loss("a").above(0), map("a").below("b"), finite("a")]
    ]
  },
  "expect/with-diverging": {
    severity: "warning",
    fires: [
      [[diverges("b"), loss("a").below("b")], `loss of "a" below "b", and "b" is expected to diverge`, "expect.1"],
      [[map50("a").above(0.1), diverges("a")], `map50 of "a" above 0.1, and "a" is expected to diverge`, "expect.0"]
    ],
    holds: [[diverges("b"), loss("a").below("gains"), loss("a").below(3)], [finite("b"), loss("a").below("b")]]
  },
  "expect/metric-that-arm-lacks": {
    severity: "warning",
    fires: [
      [[map50("tells").above(0.5)], `map50 of "tells" above 0.5, and "tells" is a classifier`, "expect.0"],
      [[map("a").above("tells")], `map of "a" above "tells", and "tells" is a classifier`, "expect.0"],
      [
        [finite("a"), map("a").above(0.5)],
        `map of "a" above 0.5, and "a" has no image to validate`,
        "expect.1",
        images(64, 0)
      ]
    ],
    holds: [[map50("a").above(0.5)], [loss("tells").below(1)]]
  },
  "expect/unlike-losses": {
    severity: "warning",
    fires: [
      [[loss("a").below("gains")], `loss of "a" below "gains", and their losses are not defined alike`, "expect.0"],
      [[loss("tells").below("a")], `loss of "tells" below "a", and their losses are not defined alike`, "expect.0"]
    ],
    holds: [[loss("a").below("b")], [map("a").above("gains")], [loss("gains").below(1)]]
  },
  "expect/one-seed": {
    severity: "advice",
    fires: [
      [[loss("a").below("b")], `one seed decides loss of "a" below "b"`, "seeds"],
      [
        [loss("a").below("b"), map("b").above("gains")],
        `one seed decides loss of "a" below "b" and map of "b" above "gains"`,
        "seeds"
      ]
    ],
    holds: [[loss("a").below(1)], [diverges("b"), loss("a").below("b")], [finite("a")]]
  }
}

const planOf = (expect: ReadonlyArray<Expect.Expect>, seeds: ReadonlyArray<number>, of: DataFacts = facts) =>
  Plan.resolve({ name: "x", question: "?", arms, seeds, expect }, () => of)

/** What the experiment's rules find, by arm. */
const wholeOf = (expect: ReadonlyArray<Expect.Expect>, seeds: ReadonlyArray<number>, of: DataFacts = facts) =>
  planOf(expect, seeds, of).arms.flatMap(({ arm, findings }) =>
    findings.filter(({ rule }) => rule in experimentCases).map((finding) => ({ arm, ...finding }))
  )

describe("The rules", () => {
  it("are those of which this file has cases that trip them and cases that do not", () => {
    const known = Object.entries({ ...cases, ...experimentCases })
    assert.sameMembers(Rules.all.map(({ id }) => id), known.map(([rule]) => rule))
    for (const [rule, { fires, holds }] of known) {
      assert.isAbove(fires.length, 0, rule)
      assert.isAbove(holds.length, 0, rule)
    }
    assert.isAtLeast(Rules.all.length, 24)
  })

  it("say why, where they come from and what to do, in words", () => {
    for (const { id, reason, remedy, source } of Rules.all) {
      for (const text of [reason, remedy, source]) {
        assert.isAbove(text.length, 10, id)
        assert.notMatch(text, /\.$/, id)
      }
      assert.notInclude(reason, "`", id)
      assert.strictEqual(remedy.split("`").length % 2, 1, `${id}: a backtick is missing`)
    }
  })

  for (const [rule, { fires, holds, path, severity }] of Object.entries(cases)) {
    it(`${rule} fires where it should`, () => {
      const known = Rules.all.find(({ id }) => id === rule)
      assert.strictEqual(known?.path, path)
      for (const [given, found, at = path] of fires) {
        assert.include([path, ...known?.others ?? []], at.replaceAll(/\d+/g, "N"))
        assert.deepStrictEqual(findingsOf(given).filter((finding) => finding.rule === rule), [
          { rule, severity, path: at, message: `${found}: ${known?.reason}` }
        ])
      }
    })

    it(`${rule} keeps quiet where it should`, () => {
      for (const given of holds) {
        assert.notInclude(findingsOf(given).map((finding) => finding.rule), rule, JSON.stringify(given.fields))
      }
    })
  }

  for (const [rule, { fires, holds, severity }] of Object.entries(experimentCases)) {
    it(`${rule} fires where it should, once, with the arm that it is said of`, () => {
      const known = Rules.all.find(({ id }) => id === rule)
      for (const [expect, found, path, of] of fires) {
        const spoken = expect[path === "seeds" ? 0 : Number(path.split(".")[1])]?.arm ?? ""
        assert.deepStrictEqual(wholeOf(expect, [0], of).filter((finding) => finding.rule === rule), [
          { arm: spoken, rule, severity, path, message: `${found}: ${known?.reason}` }
        ])
        assert.strictEqual(known?.path, path.replace(/\d+/, "N"))
      }
    })

    it(`${rule} keeps quiet where it should`, () => {
      for (const expect of holds) {
        assert.notInclude(wholeOf(expect, [0]).map((finding) => finding.rule), rule, JSON.stringify(expect))
      }
    })
  }

  it("find nothing where several seeds compare arms", () => {
    assert.deepStrictEqual(wholeOf([loss("a").below("b")], [0, 1]), [])
  })

  it("find nothing wrong with a calm recipe", () => {
    assert.deepStrictEqual(findingsOf({ fields: {} }), [])
  })

  it("let the author of the arm accept what is found of the experiment", () => {
    const accepted = Recipe.accept("expect/with-itself", "a test of the tool")(calm)
    const plan = Plan.resolve(
      { name: "x", question: "?", arms: { a: accepted }, seeds: [0], expect: [loss("a").below("a")] },
      () => facts
    )
    assert.deepStrictEqual(plan.arms[0]?.findings.map(({ accepted, severity }) => [severity, accepted]), [
      ["advice", "a test of the tool"]
    ])
  })

  it("name an early stop for fine-tuning that no rule finds fault with", () => {
    for (const steps of [10, 11, 19, 21, 100, 1001]) {
      const fields = {
        ...fineTuning,
        length: { steps },
        augment: Augment.off,
        warmup: Warmup.linear({ steps: Math.floor(steps / 2) }),
        evaluate: Evaluate.every({ steps: Math.ceil(steps / 10) }),
        earlyStop: EarlyStop.patience({ evaluations: 5 })
      }
      assert.deepStrictEqual(findingsOf({ fields, start: fitting }), [], String(steps))
    }
  })

  it("are all reported at once", () => {
    const findings = findingsOf({
      fields: {
        clip: Clip.off,
        warmup: Warmup.none,
        schedule: LearningRate.constant(1),
        batch: 65,
        model: Model.yolo({ size: "n", input: 65 })
      }
    })
    assert.strictEqual(findings.length, 4)
  })
})
