/**
 * Which part of the loss pulls where: the gradient of each part by itself, by section of the net.
 */
import type * as Loss from "../../dsl/Loss.ts"
import type { Batch } from "../data/Batch.ts"
import { sectionOf } from "../graph/Sections.ts"
import * as Parts from "../step/Parts.ts"
import type { Step } from "../step/Step.ts"
import type { Histogram, MonitorEvent, SectionNorms } from "./Event.ts"

type Gradients = ReadonlyMap<string, Float32Array>

/** Measures a gradient: its Euclidean length over everything, and over each section. */
export const normsOf = (gradients: Gradients): SectionNorms => {
  const squares = new Map<string, number>()
  for (const [address, values] of gradients) {
    const section = sectionOf(address)
    let sum = squares.get(section) ?? 0
    for (const value of values) sum += value * value
    squares.set(section, sum)
  }
  const total = [...squares.values()].reduce((sum, square) => sum + square, 0)
  return {
    total: Math.sqrt(total),
    sections: Object.fromEntries([...squares].map(([section, square]) => [section, Math.sqrt(square)]))
  }
}

/** Smaller magnitudes are counted with those of 2^-40, larger ones with those of 2^23. */
export const [lowest, highest] = [-40, 23] as const

/** Counts magnitudes by powers of two, without the empty ends. What is 0 or not finite is left out. */
export const histogramOf = (values: Iterable<Float32Array>): Histogram => {
  const counts = Array.from({ length: highest - lowest + 1 }, () => 0)
  for (const part of values) {
    for (const value of part) {
      const magnitude = Math.abs(value)
      if (magnitude === 0 || !Number.isFinite(magnitude)) continue
      const bin = Math.min(highest, Math.max(lowest, Math.floor(Math.log2(magnitude)))) - lowest
      counts[bin] = (counts[bin] ?? 0) + 1
    }
  }
  const first = counts.findIndex((count) => count > 0)
  return first < 0
    ? { lowest: 0, counts: [] }
    : { lowest: lowest + first, counts: counts.slice(first, counts.findLastIndex((count) => count > 0) + 1) }
}

const histogramsOf = (gradients: Gradients): Readonly<Record<string, Histogram>> => {
  const sections = Map.groupBy(gradients, ([address]) => sectionOf(address))
  return Object.fromEntries(
    [...sections].map(([section, tensors]) => [section, histogramOf(tensors.map(([, values]) => values))])
  )
}

const add = (sum: Map<string, Float32Array>, gradients: Gradients): void => {
  for (const [address, values] of gradients) {
    const before = sum.get(address)
    sum.set(address, before === undefined ? values : before.map((value, index) => value + (values[index] ?? NaN)))
  }
}

/** Differentiates each part of the loss of a batch, from the step's present state, which stays as it is. */
export const look = (
  step: Step,
  batch: Batch,
  loss: Loss.Loss,
  histograms: boolean
): Pick<MonitorEvent, "parts" | "whole" | "histograms" | "seconds"> => {
  const began = performance.now()
  // A gradient is linear in its loss: the parts' add up to the whole one.
  const whole = new Map<string, Float32Array>()
  const parts: { [Name in Parts.Part]?: SectionNorms } = {}
  for (const [part] of Parts.of(loss)) {
    const gradients = step.gradients(batch, Parts.alone(loss, part))
    parts[part] = normsOf(gradients)
    add(whole, gradients)
  }
  return {
    parts,
    whole: normsOf(whole),
    histograms: histograms ? histogramsOf(whole) : null,
    seconds: (performance.now() - began) / 1000
  }
}
