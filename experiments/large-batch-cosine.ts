import {
  Accumulate,
  Augment,
  Clip,
  Dataset,
  Expect,
  Experiment,
  LearningRate,
  Model,
  Optimizer,
  Recipe,
  Warmup
} from "ballast"
import { main } from "ballast/runtime"

const constant = Recipe.make({
  data: Dataset.shapes({ train: 1024, val: 64, seed: 7 }),
  model: Model.yolo({ depth: 0.33, width: 0.0625, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.constant(0.2),
  warmup: Warmup.linear({ steps: 20 }),
  augment: Augment.off,
  // 256 images a step, 64 of them in memory at a time.
  batch: 64,
  accumulate: Accumulate.batches(4),
  length: { steps: 60 }
})
const bounded = Recipe.with(constant, {
  schedule: LearningRate.cosine({ peak: 0.2, final: 0.002 }),
  clip: Clip.globalNorm(1)
})

const experiment = Experiment.make("large-batch-cosine", {
  question: "Does a batch of 256 at a high learning rate need clipping and cosine annealing?",
  arms: {
    constant: Recipe.accept("batch/large-without-bound-and-annealing", "this arm shows what happens without")(constant),
    "clip + cosine": bounded
  },
  seeds: [0],
  expect: [
    Expect.finite("clip + cosine"),
    Expect.loss("clip + cosine").below("constant"),
    Expect.map50("clip + cosine").above(0.2)
  ]
})

export default experiment
main(import.meta, experiment)
