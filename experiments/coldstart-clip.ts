import { Augment, Clip, Dataset, Expect, Experiment, LearningRate, Model, Optimizer, Recipe, Trigger, Warmup } from "ballast"
import { main } from "ballast/runtime"

const bare = Recipe.make({
  data: Dataset.shapes({ train: 256, val: 64, seed: 7 }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.4, final: 0.001 }),
  clip: Clip.off,
  augment: Augment.off,
  batch: 16,
  length: { steps: 400 }
})
const clip = Recipe.with(bare, { clip: Clip.globalNorm(1) })

const experiment = Experiment.make("coldstart-clip", {
  question: "Do clipping and warmup let a cold detector train at a learning rate that otherwise explodes?",
  arms: { bare, clip, "clip + warmup": Recipe.with(clip, { warmup: Warmup.linear({ steps: 200 }) }) },
  seeds: [0],
  expect: [
    Expect.diverges("bare"),
    Expect.finite("clip + warmup"),
    Expect.loss("clip + warmup").below("clip"),
    Expect.map50("clip + warmup").above(0.4)
  ],
  triggers: [Trigger.cron("0 2 * * *")]
})

export default experiment
main(import.meta, experiment)
