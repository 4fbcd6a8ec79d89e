import type * as Optimizer from "../../../dsl/Optimizer.ts"
import * as OptimClip from "../../optim/Clip.ts"
import * as Rates from "./Rates.ts"
import type { Context, Fault, Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const many = 3
const highDropout = 0.3
const tightBound = 0.5
/** Decoupled decay is multiplied by the learning rate alone, so that it takes more of it. */
const strongDecay = (optimizer: Optimizer.Optimizer): number => optimizer._tag === "AdamW" ? 0.1 : 0.01
const tinyRate = (optimizer: Optimizer.Optimizer): number => optimizer._tag === "Sgd" ? 1e-4 : 1e-5

const strong = ({ curve, recipe: { clip, dropout, model, optimizer } }: Context): ReadonlyArray<Fault> => {
  const bound = OptimClip.fixedBound(clip)
  const peak = curve === null ? Infinity : Rates.peak(curve)
  const { weightDecay } = optimizer
  return [
    ...(dropout._tag === "Share" && model._tag === "Classifier" && dropout.share >= highDropout
      ? [{ path: "dropout.share", found: `dropout of ${Words.figure(dropout.share)}` }]
      : []),
    ...(peak <= tinyRate(optimizer) ? [{ path: "schedule", found: `a learning rate of ${Words.figure(peak)}` }] : []),
    ...(weightDecay >= strongDecay(optimizer)
      ? [{ path: "optimizer.weightDecay", found: `weight decay of ${Words.figure(weightDecay)}` }]
      : []),
    ...(bound <= tightBound ? [{ path: "clip.maxNorm", found: `a norm of at most ${Words.figure(bound)}` }] : [])
  ]
}

/** Warns where everything at once holds the weights back. */
export const stackedRegularisers: Rule = {
  id: "regularisation/stacked",
  path: "dropout.share",
  others: ["schedule"],
  severity: "warning",
  reason: "each of them holds the weights back, and together the model cannot move",
  source: "practice with YOLO: strong regularisers are not stacked",
  remedy: "keep the one that answers a problem which you saw, and take usual values for the others",
  check: (context) => {
    const found = strong(context)
    const [first] = found
    return first === undefined || found.length < many
      ? null
      : [{ path: first.path, found: Words.listed(found.map(({ found }) => found)) }]
  }
}
