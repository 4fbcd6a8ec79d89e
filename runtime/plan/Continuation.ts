/**
 * Whether a training can go on where it stands after its recipe was changed, judged field by field. A remedy is not
 * judged: going on with what it changes is what it is for.
 */
import type { Row } from "../optim/Curve.ts"
import * as Moments from "../optim/Moments.ts"
import * as Closing from "./Closing.ts"
import * as Literal from "./notation/Literal.ts"
import type { Arm } from "./Plan.ts"
import * as RecipeDiff from "./RecipeDiff.ts"
import * as Skips from "./Skips.ts"

/** A recipe, resolved. */
export type Resolved = Pick<Arm, "recipe" | "identity" | "schedule" | "curve">

/** One changed value; `restart` says why the training cannot go on with it, null where it can. */
export interface Judgement extends RecipeDiff.Change {
  readonly restart: string | null
}

interface Question {
  readonly before: Resolved
  readonly after: Resolved
  /** How many steps were taken. */
  readonly step: number
}

/** Says the steps that were taken: `the first step was`, `the first 120 steps were`. */
const taken = (step: number): string => step === 1 ? "the first step was" : `the first ${step} steps were`

const names: Readonly<Record<keyof Row, string>> = {
  learningRate: "learning rate",
  biasLearningRate: "learning rate of the biases",
  momentum: "momentum"
}
const columns = Object.keys(names) as ReadonlyArray<keyof Row>

/** Finds the first step that was taken otherwise than the changed schedule has it. */
const otherRates = ({ after, before, step }: Question): string | null => {
  if (step === 0) return null
  if (before.curve === null || after.curve === null) {
    return `whether ${taken(step)} taken at the same learning rates cannot be told without the data`
  }
  for (let t = 0; t < step; t++) {
    const [then, now] = [before.curve.at(t), after.curve.at(t)]
    const other = columns.find((column) => then[column] !== now[column])
    if (other !== undefined) return `${taken(step)} taken at another ${names[other]}, from step ${t} on`
  }
  return null
}

const endsBefore = ({ after: { schedule: { totalSteps } }, step }: Question): string | null =>
  totalSteps !== null && totalSteps < step ? `it would end at step ${totalSteps}, and stands at step ${step}` : null

/** The last steps are shown no mosaic: a step must not have been shown one, or none, that would not be. */
const otherClosing = ({ after, before, step }: Question): string | null => {
  if (step === 0) return null
  const [then, now] = [before, after].map(({ recipe, schedule }) => Closing.from(recipe.augment, schedule))
  if (then === undefined || now === undefined || then === null || now === null) {
    return `whether ${taken(step)} shown the same mosaics cannot be told without the data`
  }
  const first = Math.min(then, now)
  return then === now || first >= step ? null : then < now
    ? `from step ${then} on no mosaic was shown, and there would have been`
    : `mosaics were shown from step ${now} on, and there would have been none`
}

const otherFeed = (path: string, { after, before, step }: Question): string | null => {
  if (step === 0) return null
  if (path.startsWith("feed.skip")) {
    const [then, now] = [before, after].map(({ recipe }) => Skips.reached(recipe.feed.skip, step))
    return Literal.same(then, now) ? null : `${taken(step)} shown other batches`
  }
  // An image that is taken out or put back moves all that come after it, from the first epoch on.
  return path.startsWith("feed.quarantine") ? `${taken(step)} shown other images` : `${taken(step)} shown in another order`
}

/** Data is known by its fingerprint, or else by what the recipe says of it. */
const isSameData = ({ after, before }: Pick<Question, "after" | "before">): boolean =>
  before.identity.data === null || after.identity.data === null
    ? Literal.same(Literal.without(before.recipe.data, "about"), Literal.without(after.recipe.data, "about"))
    : before.identity.data === after.identity.data

const otherModel = (path: string, { after, before }: Question): string =>
  path.startsWith("model.weights") || before.identity.graph === after.identity.graph
    ? "it began with other weights"
    : "the weights have other shapes"

const otherOptimizer = ({ after, before, step }: Question): string | null => {
  const [then, now] = [before, after].map(({ recipe }) => Moments.slots(recipe.optimizer))
  if (!Literal.same(then, now)) return "its state is another optimizer's"
  return step === 0 ? null : `${taken(step)} taken by another optimizer`
}

const otherAverage = ({ after, before, step }: Question): string | null => {
  if (before.recipe.ema._tag === "Off") return "it kept no average of the weights"
  if (after.recipe.ema._tag === "Off") return "it kept an average of the weights"
  return step === 0 ? null : "it kept another average of the weights"
}

/** What only says how a step is taken does not matter before the first. */
const otherSteps = (path: string, question: Question): string | null => {
  const { after, before, step } = question
  if (step === 0) return null
  const [field] = path.split(".")
  switch (field) {
    case "augment":
      return path.startsWith("augment.closing") ? otherClosing(question) : `${taken(step)} shown images changed otherwise`
    case "batch":
      // However many batches a step sums, batch norm sees one of them at a time.
      return `${taken(step)} taken with other batches: batch norm saw ${before.recipe.batch} images at a time, and would see ${after.recipe.batch}`
    case "accumulate":
      return `${taken(step)} taken with other batches`
    case "loss":
      return `${taken(step)} taken down another loss`
    case "clip":
      return `${taken(step)} clipped otherwise`
    default:
      return `${taken(step)} taken with another ${field}`
  }
}

/** Says why a training cannot go on with one changed value; null where it can. */
const reasonFor = (path: string, question: Question): string | null => {
  switch (path.split(".")[0]) {
    case "retry":
    case "host":
    case "monitor":
    case "checkpoint":
    case "evaluate":
    case "earlyStop":
    case "accepted":
      return null
    case "length":
      return endsBefore(question) ?? otherRates(question) ?? otherClosing(question)
    case "schedule":
    case "warmup":
      return otherRates(question)
    case "feed":
      return otherFeed(path, question)
    case "data":
      return isSameData(question) ? null : "it began with other data"
    case "model":
      return otherModel(path, question)
    case "optimizer":
      return otherOptimizer(question)
    case "ema":
      return otherAverage(question)
    default:
      return otherSteps(path, question)
  }
}

/** Tells whether both come to the same numbers on the same data, however they are written. */
export const isSame = (before: Resolved, after: Resolved): boolean =>
  before.identity.training !== null && before.identity.training === after.identity.training
  && isSameData({ before, after })

/** Judges what changes from one recipe to another for a training that has taken `step` steps. */
export const of = (before: Resolved, after: Resolved, step: number): ReadonlyArray<Judgement> => {
  const question = { before, after, step }
  const same = isSame(before, after)
  return RecipeDiff.of(before.recipe, after.recipe).map((change) => ({
    ...change,
    restart: same ? null : reasonFor(change.path, question)
  }))
}
