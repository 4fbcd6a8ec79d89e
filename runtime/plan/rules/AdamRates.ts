import * as Rates from "./Rates.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Four times Adam's published rate. */
const highest = 0.004

const isAdam = ({ recipe: { optimizer } }: Parameters<Rule["check"]>[0]): boolean => optimizer._tag !== "Sgd"

/** Warns where Adam is given a learning rate that only SGD can take. */
export const adamRateOfSgd: Rule = {
  id: "schedule/adam-rate-of-sgd",
  path: "schedule",
  severity: "warning",
  reason: "Adam moves every weight by about the learning rate at every step, whatever the gradient's size",
  source: "Adam's definition: m / sqrt(v) is near 1 where gradients agree; 0.001 is its published rate",
  remedy: "lower the schedule's peak to about 0.001, or take `Optimizer.sgd`",
  check: (context) => {
    if (context.curve === null || !isAdam(context)) return null
    const peak = Rates.named(context.curve)
    return peak > highest
      ? `${context.recipe.optimizer._tag} at a learning rate of up to ${Words.figure(peak)}`
      : null
  }
}

/** Advises on a warmup that begins with a bias learning rate meant for SGD. */
export const biasRateAbovePeak: Rule = {
  id: "warmup/bias-rate-above-peak",
  path: "warmup.biasFrom",
  severity: "advice",
  reason: "Adam moves every bias by about that much at every step, so that the first ones decide all scores",
  source: "YOLOv8's warmup, whose 0.1 for biases is meant for SGD and a gradient near 0; Adam divides by its size",
  remedy: "set `biasFrom: 0` in `Warmup.linear`",
  check: (context) => {
    const { curve, recipe: { warmup } } = context
    if (curve === null || warmup._tag === "None" || curve.warmupSteps === 0 || !isAdam(context)) return null
    const peak = Rates.named(curve)
    return warmup.biasFrom > peak
      ? `biases begin at a learning rate of ${Words.figure(warmup.biasFrom)}, the schedule's peak is ${
        Words.figure(peak)
      }`
      : null
  }
}
