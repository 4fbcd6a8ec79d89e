import { Augment, Clip, Dataset, Ema, Expect, Experiment, LearningRate, Model, Optimizer, Recipe, Warmup } from "ballast"
import { main } from "ballast/runtime"

/** The average at this run's end is experiments/weights/shapes.safetensors. */
const base = Recipe.make({
  data: Dataset.shapes({ train: 2048, val: 64, seed: 7 }),
  model: Model.yolo({ depth: 0.33, width: 0.0625, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.05, final: 5e-4 }),
  warmup: Warmup.linear({ steps: 100 }),
  clip: Clip.globalNorm(10),
  ema: Ema.exponential({ decay: 0.998, tau: 200 }),
  augment: Augment.standard({ mosaic: 0, scale: 0.2 }),
  batch: 16,
  length: { steps: 2000 }
})

const experiment = Experiment.make("shapes-pretrain", {
  question: "How well does a small detector come to find generated shapes?",
  arms: { base },
  seeds: [0],
  expect: [Expect.map50("base").above(0.6)]
})

export default experiment
main(import.meta, experiment)
