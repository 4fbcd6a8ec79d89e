/**
 * The stored values: test/reference/engine.py computes them with PyTorch in float64.
 */
import * as fs from "node:fs"
import * as path from "node:path"

/** Numbers that JSON does not hold are written as texts. */
export type Figure = number | "NaN" | "Infinity" | "-Infinity"

interface Tensor {
  readonly name: string
  readonly dtype?: "float32" | "int32" | "bool"
  readonly shape: ReadonlyArray<number>
  readonly values: ReadonlyArray<Figure>
}

/** An operation with its inputs and outputs; `gradient` is that of the first output, weighted by its `upstream`. */
export interface Operation {
  readonly case: string
  readonly operation: string
  readonly attributes: Readonly<Record<string, unknown>>
  /** Relative for values above 1, absolute below. */
  readonly tolerance: number
  readonly inputs: ReadonlyArray<Tensor & { readonly gradient?: ReadonlyArray<Figure> }>
  readonly outputs: ReadonlyArray<Tensor & { readonly upstream?: ReadonlyArray<Figure> }>
}

/** What is stored of a tensor: its length, and its product with a hashed one. */
export type Summary = readonly [length: number, product: number]

/** Training steps of one small network from a start state that both sides compute; see `Example`. */
export interface Steps {
  readonly network: { readonly depth: number; readonly width: number; readonly input: number }
  readonly batch: number
  readonly maxBoxes: number
  readonly weightDecay: number
  readonly steps: ReadonlyArray<{
    readonly boxes: ReadonlyArray<number>
    readonly classes: ReadonlyArray<number>
    readonly present: ReadonlyArray<number>
    readonly scalars: Readonly<
      Record<"learningRate" | "biasLearningRate" | "momentum" | "clipBound" | "emaDecay", Figure>
    >
    readonly loss: number
    readonly parts: { readonly box: number; readonly class: number; readonly dfl: number }
    readonly gradNorm: number
    readonly clipped: boolean
  }>
  /**
   * Parameters and running statistics by address: the change by all steps, the same of the average, and of parameters
   * the momentum after the first step and after the last.
   */
  readonly tensors: Readonly<
    Record<string, readonly [change: Summary, average: Summary, firstMomentum?: Summary, lastMomentum?: Summary]>
  >
  /** Of the first two images of the batch that follows. */
  readonly prediction: { readonly boxes: ReadonlyArray<number>; readonly scores: ReadonlyArray<number> }
}

const read = (name: string): unknown => JSON.parse(fs.readFileSync(path.join(import.meta.dirname, name), "utf8"))

export const operations = read("operations.json") as ReadonlyArray<Operation>

export const steps = read("step.json") as Steps

/** Reads stored figures as numbers. */
export const numbers = (figures: ReadonlyArray<Figure>): ReadonlyArray<number> => figures.map(Number)
