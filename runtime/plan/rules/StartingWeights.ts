import * as TrainingGraph from "../../graph/TrainingGraph.ts"
import type { LaidOut, Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

interface Misfit {
  readonly address: string
  readonly elements: number
  readonly why: string
}

const sizeText = (shape: ReadonlyArray<number>): string => shape.join("x")

const misfitsOf = ({ graph, start }: LaidOut): ReadonlyArray<Misfit> =>
  start === null ? [] : TrainingGraph.parameters(graph).flatMap(({ address, tensor: { shape } }) => {
    const stored = start.shapes.get(address)
    if (stored !== undefined && sizeText(stored) === sizeText(shape)) return []
    const why = stored === undefined ? "is not there" : `is ${sizeText(stored)} there, ${sizeText(shape)} here`
    return [{ address, elements: TrainingGraph.sizeOf(shape), why }]
  })

/** A start that fits less of the model than this is hardly one. */
const least = 0.5

const shareOf = (context: LaidOut): number =>
  1 - misfitsOf(context).reduce((sum, { elements }) => sum + elements, 0) / Math.max(1, context.cost.parameters)

/** Tells whether weights were found that are this model's; unknown where nobody looked at them. */
export const isFineTuning = (context: LaidOut): boolean => context.start !== null && shareOf(context) >= least

/** Tells whether weights were found that are another model's. */
export const isHardlyStarted = (context: LaidOut): boolean => context.start !== null && shareOf(context) < least

const told = (context: LaidOut): string => {
  const misfits = misfitsOf(context)
  const [first] = misfits
  const more = misfits.length > 1 ? `, and ${misfits.length - 1} more` : ""
  return `${Words.percent(shareOf(context))} of the weights come from ${context.start?.name ?? ""}; ${
    first?.address ?? ""
  } ${first?.why ?? ""}${more}`
}

/** Advises what of the model does not start from the trained weights, as the last layer does for other classes. */
export const startPartlyRandom: Rule<LaidOut> = {
  id: "model/start-partly-random",
  path: "model.weights",
  severity: "advice",
  reason: "what does not fit starts at random",
  source: "the definition of a start: tensors are found by address and shape",
  remedy: "nothing, where the data has other classes; else give the model the size and classes that the weights have",
  check: (context) => misfitsOf(context).length > 0 && shareOf(context) >= least ? told(context) : null
}

/** Warns of trained weights that are another model's. */
export const startHardlyFits: Rule<LaidOut> = {
  id: "model/start-of-another-model",
  path: "model.weights",
  severity: "warning",
  reason: "this is nearly a cold start, and not the fine-tuning that it looks like",
  source: "the definition of a start: tensors are found by address and shape",
  remedy: "give the model the size that the weights were trained with, or leave `Model.from` out",
  check: (context) => isHardlyStarted(context) ? told(context) : null
}
