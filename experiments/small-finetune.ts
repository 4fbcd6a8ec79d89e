import {
  Augment,
  Clip,
  Dataset,
  EarlyStop,
  Evaluate,
  Expect,
  Experiment,
  LearningRate,
  Model,
  Optimizer,
  Recipe,
  Seeds,
  Warmup
} from "ballast"
import { main } from "ballast/runtime"

const detector = Model.yolo({ depth: 0.33, width: 0.0625, input: 64 })
const trained = Model.from({
  // What experiments/shapes-pretrain.ts leaves; it knows three classes, and only two of them are asked for here.
  file: "experiments/weights/shapes.safetensors",
  sha256: "5b7790972eecb5971aedc81a7f023949182a70d044fe30ef801677cc4eab83cb"
}, detector)

const cold = Recipe.make({
  data: Dataset.shapes({ train: 48, val: 64, seed: 11, classes: ["triangle", "circle"] }),
  model: detector,
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.05, final: 5e-4 }),
  warmup: Warmup.linear({ steps: 30 }),
  clip: Clip.globalNorm(1),
  augment: Augment.standard({ mosaic: 0, scale: 0.2 }),
  batch: 16,
  length: { steps: 300 },
  evaluate: Evaluate.every({ steps: 15 })
})
const held = "this arm is what the others are held against"
const clipped = Recipe.with(cold, {
  model: trained,
  schedule: LearningRate.cosine({ peak: 0.01, final: 1e-4 }),
  warmup: Warmup.linear({ steps: 30, biasFrom: 0 })
})
const accepted = Recipe.accept("early-stop/off-on-small-fine-tuning", held)(
  Recipe.accept("clip/on-small-fine-tuning", held)(clipped)
)
const free = Recipe.with(clipped, { clip: Clip.off, earlyStop: EarlyStop.patience({ evaluations: 3, delta: 0.01 }) })

const experiment = Experiment.make("small-finetune", {
  question: "How far does fine-tuning on 48 images come in fewer steps, unclipped and stopped early?",
  arms: {
    cold,
    clipped: accepted,
    "free, stopped early": free
  },
  seeds: Seeds.count(3),
  expect: [
    Expect.finite("free, stopped early"),
    Expect.map50("clipped").above("cold"),
    Expect.map50("free, stopped early").above("cold"),
    Expect.map50("free, stopped early").above(0.75)
  ]
})

export default experiment
main(import.meta, experiment)
