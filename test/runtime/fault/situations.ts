import * as fc from "fast-check"
import type { Fault } from "../../../dsl/Fault.ts"
import * as Feed from "../../../dsl/Feed.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import type { Change, Trial } from "../../../runtime/fault/Diagnosis.ts"
import type { Situation } from "../../../runtime/fault/Remedies.ts"
import { recipe as bare } from "../../dsl/recipes.ts"

/** A recipe over 100 steps, of which an epoch has 8. */
export const recipe = Recipe.with(bare, {
  schedule: LearningRate.cosine({ peak: 0.2, final: 0.002 }),
  feed: Feed.whole
})

/** The tag of any fault. */
export const faultTags = fc.constantFrom<Fault["_tag"]>(
  "NonFinite",
  "Diverged",
  "OutOfMemory",
  "DataFault",
  "EngineFault",
  "WorkerLost",
  "Preempted",
  "Timeout"
)

/** A training that stands at step 30 of 100 after a NaN that was looked into. */
export const situation: Situation = {
  recipe,
  engine: "tensorflow",
  engines: ["tensorflow", "wasm"],
  fault: "NonFinite",
  step: 30,
  onset: 30,
  totalSteps: 100,
  stepsPerEpoch: 8,
  images: { images: { train: 64, val: 16 }, trainFiles: null },
  suspects: [],
  diagnosis: { verdict: "explosion", trials: [] }
}

/** A trial that was run, or null for one that was not. */
export const trial = (change: Change, cured: boolean | null): Trial => ({
  change,
  cured,
  steps: cured === null ? 0 : 10,
  reason: cured === null ? "the budget of steps was spent" : null
})
