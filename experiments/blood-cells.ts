import {
  Augment,
  Clip,
  Dataset,
  Ema,
  Evaluate,
  Expect,
  Experiment,
  LearningRate,
  Model,
  Optimizer,
  Recipe,
  Retry,
  Warmup
} from "ballast"
import { main } from "ballast/runtime"

const recipe = Recipe.make({
  data: Dataset.yolo({
    name: "blood-cells",
    about: "BCCD: microscope photographs of blood with boxes around platelets, red and white cells"
  }),
  model: Model.yolo({ size: "n", input: 160 }),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.02, final: 2e-4 }),
  warmup: Warmup.linear({ epochs: 3 }),
  clip: Clip.globalNorm(10),
  ema: Ema.exponential({ decay: 0.999, tau: 200 }),
  augment: Augment.standard({ mosaic: 0 }),
  batch: 8,
  length: { epochs: 60 },
  evaluate: Evaluate.every({ epochs: 10 }),
  retry: Retry.diagnosed()
})

const experiment = Experiment.make("blood-cells", {
  question: "How well does a nano detector find blood cells at 160 px after 60 epochs on 205 photographs?",
  arms: { nano: recipe },
  seeds: [0],
  expect: [Expect.finite("nano"), Expect.map50("nano").above(0.6)]
})

export default experiment
main(import.meta, experiment)
