import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Accumulate from "./Accumulate.ts"
import * as Augment from "./Augment.ts"
import * as Checkpoint from "./Checkpoint.ts"
import * as Clip from "./Clip.ts"
import * as Dataset from "./Dataset.ts"
import * as Dropout from "./Dropout.ts"
import * as EarlyStop from "./EarlyStop.ts"
import * as Ema from "./Ema.ts"
import * as Evaluate from "./Evaluate.ts"
import * as Feed from "./Feed.ts"
import * as Host from "./Host.ts"
import * as Issue from "./Issue.ts"
import * as LearningRate from "./LearningRate.ts"
import * as Length from "./Length.ts"
import * as Loss from "./Loss.ts"
import * as Model from "./Model.ts"
import * as Monitor from "./Monitor.ts"
import * as Optimizer from "./Optimizer.ts"
import * as Quantity from "./Quantity.ts"
import * as Retry from "./Retry.ts"
import * as Text from "./Text.ts"
import * as Warmup from "./Warmup.ts"

/** A finding that the author answers in the source, with the reason. */
const Accepted = Schema.Struct({ rule: Text.filled, reason: Text.filled })

/** All that decides a training, as plain data. `batch` counts the images of one forward pass. */
export const Recipe = Schema.Struct({
  data: Dataset.Dataset,
  feed: Feed.Feed,
  model: Model.Model,
  loss: Loss.Loss,
  optimizer: Optimizer.Optimizer,
  schedule: LearningRate.LearningRate,
  warmup: Warmup.Warmup,
  clip: Clip.Clip,
  ema: Ema.Ema,
  dropout: Dropout.Dropout,
  augment: Augment.Augment,
  precision: Schema.Literal("float32"),
  batch: Quantity.count,
  accumulate: Accumulate.Accumulate,
  length: Length.Length,
  evaluate: Evaluate.Evaluate,
  earlyStop: EarlyStop.EarlyStop,
  checkpoint: Checkpoint.Checkpoint,
  monitor: Monitor.Monitor,
  retry: Retry.Retry,
  host: Host.Host,
  accepted: Schema.Array(Accepted)
})
export type Recipe = typeof Recipe.Type

/** What an author must say; everything else has a default. */
type Required = "data" | "model" | "optimizer" | "schedule" | "batch" | "length"
export type Options = Pick<Recipe, Required> & Partial<Omit<Recipe, Required | "accepted">>

/** Options come unchecked from JavaScript, so that even the model may be missing here. */
const lossOf = (model: Options["model"] | undefined): Loss.Loss =>
  model?._tag === "Classifier" ? Loss.binaryCrossEntropy() : Loss.yoloV8()

/** Describes a training. Numbers are checked when the experiment is validated, all at once, not here. */
export const make = (options: Options): Recipe => ({
  feed: Feed.whole,
  loss: lossOf(options.model),
  warmup: Warmup.none,
  clip: Clip.off,
  ema: Ema.off,
  dropout: Dropout.off,
  augment: Augment.standard(),
  precision: "float32",
  accumulate: Accumulate.none,
  evaluate: Evaluate.atEnd,
  earlyStop: EarlyStop.off,
  checkpoint: Checkpoint.atEnd,
  monitor: Monitor.off,
  retry: Retry.never,
  host: Host.any,
  ...options,
  accepted: []
})

/** Copies a recipe with some fields replaced as a whole: what an arm changes then stands in one line. */
export const withFields = (recipe: Recipe, fields: Partial<Omit<Recipe, "accepted">>): Recipe => ({ ...recipe, ...fields })
export { withFields as with }

/** Answers a finding of the plan: it is listed as advice from then on, with the reason. An error cannot be answered. */
export const accept = (rule: string, reason: string) => (recipe: Recipe): Recipe => ({
  ...recipe,
  accepted: [...recipe.accepted, { rule, reason }]
})

/** Decodes a recipe's JSON and reports every issue at once, each with its path. */
export const decode = (json: unknown): Result.Result<Recipe, ReadonlyArray<Issue.Issue>> => Issue.decode(Recipe, json)

/** A recipe as JSON holds it. */
export type Encoded = typeof Recipe.Encoded

/** Encodes a recipe that was decoded or resolved as plain JSON. One that validation refuses is a defect and throws. */
export const encode: (recipe: Recipe) => Encoded = Schema.encodeSync(Recipe)
