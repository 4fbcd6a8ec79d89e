/**
 * One example for each constructor of the DSL. `npm run docs` shows them in docs/dsl.md as they stand here: the names
 * that they share first, then each with its constructor.
 */
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
  Experiment,
  Feed,
  Host,
  LearningRate,
  type Length,
  Loss,
  Model,
  Monitor,
  Optimizer,
  Policy,
  Recipe,
  Remedy,
  Retry,
  Seeds,
  Trigger,
  Warmup
} from "ballast"

const recipe = Recipe.make({
  data: Dataset.shapes({ train: 256, val: 64, seed: 7 }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.01, final: 1e-4 }),
  batch: 8,
  length: { epochs: 20 }
})

export const examples = {
  "Experiment.make": Experiment.make("warmup", {
    question: "Does a warmup of one epoch lower the loss?",
    arms: { none: recipe, linear: Recipe.with(recipe, { warmup: Warmup.linear({ epochs: 1 }) }) },
    seeds: Seeds.count(3),
    expect: [Expect.finite("linear"), Expect.loss("linear").below("none")],
    triggers: [Trigger.cron("0 3 * * *")]
  }),
  "Recipe.make": Recipe.make({
    data: Dataset.yolo({ name: "blood-cells" }),
    model: Model.yolo({ size: "n", input: 320 }),
    optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
    schedule: LearningRate.cosine({ peak: 0.01, final: 1e-4 }),
    warmup: Warmup.linear({ epochs: 3 }),
    clip: Clip.globalNorm(10),
    batch: 16,
    length: { epochs: 100 }
  }),
  "Recipe.with": Recipe.with(recipe, { clip: Clip.globalNorm(1) }),
  "Recipe.accept": Recipe.accept("clip/off-on-cold-start", "this arm shows what happens without")(recipe),
  "Seeds.count": Seeds.count(3),
  "Trigger.cron": Trigger.cron("0 3 * * mon-fri", { timeZone: "Europe/Berlin" }),
  "Trigger.pullRequest": [Trigger.pullRequest],
  "Dataset.shapes": Dataset.shapes({ train: 256, val: 64, seed: 7, classes: ["circle", "square"] }),
  "Dataset.yolo": Dataset.yolo({ name: "blood-cells", classes: ["platelets", "red", "white"], strict: true }),
  "Dataset.coco": Dataset.coco({
    name: "parcels",
    val: { images: "photographs/held-out", annotations: "annotations/held-out.json" }
  }),
  "Feed.whole": Recipe.with(recipe, { feed: Feed.whole }),
  "Feed.make": Recipe.with(recipe, {
    feed: Feed.make({ quarantine: ["#17", "#204"], skip: [{ from: 120, steps: 8 }], order: 1 })
  }),
  "Model.yolo": Model.yolo({ size: "n", input: 640 }),
  "Model.classifier": Model.classifier({ channels: [16, 32, 64], input: 64 }),
  "Model.from": Model.from({ run: "mwvgmcghcr-3" }, Model.yolo({ size: "n", input: 320 })),
  "Loss.yoloV8": Loss.yoloV8({ box: 5 }),
  "Loss.binaryCrossEntropy": Loss.binaryCrossEntropy({ smoothing: 0.1 }),
  "Optimizer.sgd": Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  "Optimizer.adam": Optimizer.adam({ beta2: 0.99 }),
  "Optimizer.adamw": Optimizer.adamw({ weightDecay: 0.05 }),
  "LearningRate.constant": LearningRate.constant(0.01),
  "LearningRate.linear": LearningRate.linear({ peak: 0.01, final: 1e-4 }),
  "LearningRate.cosine": LearningRate.cosine({ peak: 0.01, final: 1e-4 }),
  "LearningRate.polynomial": LearningRate.polynomial({ peak: 0.01, final: 1e-4, power: 2 }),
  "LearningRate.exponential": LearningRate.exponential({ peak: 0.01, final: 1e-5 }),
  "LearningRate.step": LearningRate.step({ peak: 0.01, factor: 0.1, every: { epochs: 30 } }),
  "LearningRate.piecewise": LearningRate.piecewise({
    start: 0.01,
    multiply: [{ at: { epochs: 12 }, by: 0.1 }, { at: { epochs: 16 }, by: 0.1 }]
  }),
  "LearningRate.oneCycle": LearningRate.oneCycle({ peak: 0.05, rise: 0.4 }),
  "LearningRate.warmupStableDecay": LearningRate.warmupStableDecay({
    peak: 0.01,
    final: 1e-4,
    warmup: { steps: 1000 },
    decay: { epochs: 10 },
    shape: "sqrt"
  }),
  "LearningRate.inverseSquareRoot": LearningRate.inverseSquareRoot({ peak: 0.001, warmup: { steps: 4000 } }),
  "LearningRate.sequence": LearningRate.sequence([
    { schedule: LearningRate.linear({ peak: 0.004, final: 0.01 }), length: { steps: 3000 } },
    { schedule: LearningRate.cosine({ peak: 0.01, final: 1e-4 }) }
  ]),
  "Warmup.none": Recipe.with(recipe, { warmup: Warmup.none }),
  "Warmup.linear": Warmup.linear({ epochs: 3, biasFrom: 0 }),
  "Clip.off": Recipe.with(recipe, { clip: Clip.off }),
  "Clip.globalNorm": Recipe.with(recipe, { clip: Clip.globalNorm(10) }),
  "Clip.perLayer": Clip.perLayer(0.1),
  "Clip.adaptive": Clip.adaptive({ ratio: 0.02 }),
  "Clip.auto": Clip.auto({ percentile: 50 }),
  "Clip.zscore": Clip.zscore({ maxNorm: null }),
  "Ema.off": Recipe.with(recipe, { ema: Ema.off }),
  "Ema.exponential": Ema.exponential({ decay: 0.999, tau: 200 }),
  "Dropout.off": Recipe.with(recipe, { dropout: Dropout.off }),
  "Dropout.share": Recipe.with(recipe, {
    model: Model.classifier({ channels: [16, 32, 64], input: 64 }),
    loss: Loss.binaryCrossEntropy(),
    dropout: Dropout.share(0.2)
  }),
  "Augment.off": Recipe.with(recipe, { augment: Augment.off }),
  "Augment.standard": Augment.standard({ flip: 0, scale: 0.2, mosaic: 0.5, closing: { epochs: 15 } }),
  Length: { epochs: 0.5 } satisfies Length.Length,
  "Accumulate.none": Recipe.with(recipe, { accumulate: Accumulate.none }),
  "Accumulate.batches": Recipe.with(recipe, { batch: 16, accumulate: Accumulate.batches(4) }),
  "Evaluate.atEnd": Recipe.with(recipe, { evaluate: Evaluate.atEnd }),
  "Evaluate.every": Evaluate.every({ epochs: 10 }),
  "EarlyStop.off": Recipe.with(recipe, { earlyStop: EarlyStop.off }),
  "EarlyStop.patience": Recipe.with(recipe, {
    evaluate: Evaluate.every({ epochs: 1 }),
    earlyStop: EarlyStop.patience({ evaluations: 5, metric: "map50", delta: 0.002 })
  }),
  "Checkpoint.atEnd": Recipe.with(recipe, { checkpoint: Checkpoint.atEnd }),
  "Checkpoint.every": Checkpoint.every({ steps: 500, keep: 3 }),
  "Monitor.off": Recipe.with(recipe, { monitor: Monitor.off }),
  "Monitor.every": Monitor.every({ steps: 20, histograms: true }),
  "Retry.never": Recipe.with(recipe, { retry: Retry.never }),
  "Retry.diagnosed": Recipe.with(recipe, { retry: Retry.diagnosed({ attempts: 6, trials: { steps: 200 } }) }),
  "Retry.ladder": Recipe.with(recipe, {
    retry: Retry.ladder(
      Remedy.tightenClip(),
      [Remedy.rollBack({ steps: 100 }), Remedy.skipBatches({ steps: 200 })],
      [Remedy.scaleLearningRate(), Remedy.extendWarmup({ least: { epochs: 1 } })]
    )
  }),
  "Retry.on": Recipe.with(recipe, {
    retry: Retry.on({
      ...Retry.diagnosed().on,
      OutOfMemory: Retry.climb(Remedy.halveBatch, Remedy.halveBatch),
      EngineFault: Retry.stop,
      Timeout: Retry.again({ times: 1 })
    })
  }),
  "Retry.stop": Retry.on({ ...Retry.diagnosed().on, DataFault: Retry.stop }),
  "Retry.diagnose": Retry.on({ ...Retry.never.on, NonFinite: Retry.diagnose({ attempts: 2 }) }),
  "Retry.climb": Retry.on({ ...Retry.never.on, Diverged: Retry.climb(Remedy.tightenClip(), Remedy.scaleLearningRate()) }),
  "Retry.again": Retry.diagnosed({ again: Retry.again({ times: 10, most: "1 hour" }) }),
  "Remedy.rollBack": Remedy.rollBack({ steps: 100 }),
  "Remedy.scaleLearningRate": Remedy.scaleLearningRate({ factor: 0.1 }),
  "Remedy.tightenClip": Remedy.tightenClip({ factor: 0.25, start: 10 }),
  "Remedy.extendWarmup": Remedy.extendWarmup({ factor: 3, least: { epochs: 3 } }),
  "Remedy.skipBatches": [Remedy.rollBack({ steps: 100 }), Remedy.skipBatches({ steps: 200 })],
  "Remedy.quarantineSample": Retry.ladder(Remedy.quarantineSample, Remedy.skipBatches()),
  "Remedy.halveBatch": Retry.climb(Remedy.halveBatch, Remedy.halveBatch),
  "Remedy.reorder": [Remedy.rollBack({ steps: 50 }), Remedy.reorder],
  "Remedy.switchEngine": Remedy.switchEngine("wasm"),
  "Host.any": Recipe.with(recipe, { host: Host.any }),
  "Host.gpu": Host.gpu({ memory: "40 GiB", labels: { gpu: "h200" }, limits: { "photo-archive": 2 } }),
  "Host.make": Host.make({ memory: "8 GiB", device: "gpu", time: "12 hours", silence: "5 minutes" }),
  "Expect.diverges": Expect.diverges("bare"),
  "Expect.finite": Expect.finite("clip"),
  "Expect.loss": Expect.loss("clip").below("bare"),
  "Expect.map50": Expect.map50("clip").above(0.6),
  "Expect.map": Expect.map("clip").above(0.3),
  "Expect.accuracy": Expect.accuracy("dropout").above("none"),
  "Policy.open": Policy.open,
  "Policy.make": Policy.make({
    most: { steps: 100_000, gpuHours: 24, memory: "80 GiB", attempts: 5 },
    require: { clipOnColdStart: true, seedsAtNight: 3 },
    approve: ["steps", "clip", "expectations", "triggers"]
  })
}
