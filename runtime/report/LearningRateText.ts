/**
 * Schedules in words.
 */
import type * as LearningRate from "../../dsl/LearningRate.ts"
import type * as Length from "../../dsl/Length.ts"
import * as Figure from "./Figure.ts"

/** Says a length in the unit that the author chose. */
export const length = (length: Length.Length): string =>
  length.steps === undefined ? Figure.plural(length.epochs, "epoch") : Figure.plural(length.steps, "step")

const ends = ({ final, peak }: { readonly peak: number; readonly final: number }): string =>
  `from ${Figure.chosen(peak)} to ${Figure.chosen(final)}`

const single = (schedule: LearningRate.Single): string => {
  switch (schedule._tag) {
    case "Constant":
      return `constant ${Figure.chosen(schedule.value)}`
    case "Linear":
      return `linear ${ends(schedule)}`
    case "Cosine":
      return `cosine ${ends(schedule)}`
    case "Polynomial":
      return `polynomial of power ${Figure.chosen(schedule.power)} ${ends(schedule)}`
    case "Exponential":
      return `exponential ${ends(schedule)}`
    case "Step":
      return `${Figure.chosen(schedule.peak)}, times ${Figure.chosen(schedule.factor)} every ${length(schedule.every)}`
    case "Piecewise":
      return [
        Figure.chosen(schedule.start),
        ...schedule.multiply.map(({ at, by }) => `times ${Figure.chosen(by)} after ${length(at)}`)
      ].join(", ")
    case "OneCycle": {
      const { anneal, divide, finalDivide, peak, rise } = schedule
      const [initial, final] = [peak / divide, peak / divide / finalDivide].map(Figure.chosen)
      return `one cycle, ${anneal}, from ${initial} to ${Figure.chosen(peak)} over ${
        Figure.percent(rise)
      } of the steps, then to ${final}`
    }
    case "WarmupStableDecay": {
      const { decay, final, peak, shape, warmup } = schedule
      return `up to ${Figure.chosen(peak)} over ${length(warmup)}, ${
        shape === "sqrt" ? "square-root" : shape
      } decay to ${Figure.chosen(final)} over the last ${length(decay)}`
    }
    case "InverseSquareRoot":
      return `up to ${Figure.chosen(schedule.peak)} over ${
        length(schedule.warmup)
      }, then falling with the square root of the steps`
  }
}

/** Says how the learning rate goes, without a warmup that is laid over it. */
export const of = (schedule: LearningRate.LearningRate): string =>
  schedule._tag !== "Sequence" ? single(schedule) : schedule.parts.map((part) =>
    `${single(part.schedule)}${part.length === undefined ? "" : `, for ${length(part.length)}`}`
  ).join("; then ")
