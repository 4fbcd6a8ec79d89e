/**
 * Whole compiled steps: against stored values, and through batches that are not finite.
 */
import type { Batch } from "../../data/Batch.ts"
import * as Moments from "../../optim/Moments.ts"
import type { NamedTensor, Scalars, State, Step } from "../../step/Step.ts"
import type { Case, Subject } from "./Case.ts"
import * as Difference from "./Difference.ts"
import * as Example from "./Example.ts"
import * as Stored from "./Stored.ts"

/** Compiles the example's step, starts it from the example's state and frees it afterwards. */
export const withStep = (subject: Subject, body: (step: Step) => string | null): string | null => {
  const step = subject.compile(Example.configuration)
  try {
    step.write(Example.startState())
    return body(step)
  } finally {
    step.dispose()
  }
}

/**
 * What float32 explains, with a margin of 5 to 20 over what one step was seen to be off on a CPU. The differences grow
 * from step to step.
 */
const tolerances = { loss: 1e-4, norm: 1e-3, firstMomentum: 2e-3, later: 2e-2, prediction: 1e-4 }

/** Half a unit in the last place of float32: what writing a value rounds it by, relative to the value. */
const rounding = 2 ** -24

const product = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
  let sum = 0
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? NaN) * (right[index] ?? NaN)
  return sum
}

const lengthOf = (values: ArrayLike<number>): number => Math.sqrt(product(values, values))

/** Compares a tensor with its stored length and product; `rounded` is the length that rounding explains by itself. */
const summaryDiffers = (
  what: string,
  address: string,
  values: Float64Array,
  [length, probed]: Stored.Summary,
  tolerance: number,
  rounded: number
): string | null => {
  const found = [lengthOf(values), product(values, Example.hashed(`probe ${address}`, values.length))] as const
  const allowed = tolerance * length + rounded
  const off = Math.max(Math.abs(found[0] - length), Math.abs(found[1] - probed))
  // Not off > allowed: a NaN must differ.
  if (off <= allowed) return null
  const figures = ([length, probed]: Stored.Summary) =>
    `length ${Difference.figure(length)}, probed ${Difference.figure(probed)}`
  return `${what} of ${address} has ${figures(found)} instead of ${figures([length, probed])}` +
    ` (off by ${(off / length).toExponential(1)} of its length, allowed ${(allowed / length).toExponential(1)})`
}

const byName = (tensors: ReadonlyArray<NamedTensor>): ReadonlyMap<string, Float32Array> =>
  new Map(tensors.map(({ data, name }) => [name, data]))

const difference = (after: Float32Array, before: Float32Array): Float64Array =>
  new Float64Array(after).map((value, index) => value - (before[index] ?? NaN))

/** Which of the summaries that are stored of a tensor. */
const kinds = { change: 0, average: 1, firstMomentum: 2, lastMomentum: 3 } as const

/** Compares every tensor with what is stored of it; where it started from something, by its change. */
const tensorsDiffer = (
  what: string,
  tensors: ReadonlyArray<NamedTensor>,
  kind: keyof typeof kinds,
  tolerance: number,
  start: ReadonlyMap<string, Float32Array> = new Map()
): string | null => {
  const found = byName(tensors)
  for (const [address, summaries] of Object.entries(Stored.steps.tensors)) {
    const summary = summaries[kinds[kind]]
    if (summary === undefined) continue
    const value = found.get(address)
    if (value === undefined) return `the state has no ${what} of ${address}`
    const before = start.get(address)
    const change = before === undefined ? new Float64Array(value) : difference(value, before)
    const rounded = before === undefined ? 0 : 4 * Stored.steps.steps.length * rounding * lengthOf(value)
    const differs = summaryDiffers(`the ${what}`, address, change, summary, tolerance, rounded)
    if (differs !== null) return differs
  }
  return null
}

const momentumOf = (address: string): string => Moments.addressOf(address, "momentum")

/** Momenta by the addresses of what they are of. */
const momenta = ({ optimizer, parameters }: State): ReadonlyArray<NamedTensor> => {
  const found = new Map(optimizer.map((tensor) => [tensor.name, tensor]))
  return parameters.flatMap(({ name }) => {
    const tensor = found.get(momentumOf(name))
    return tensor === undefined ? [] : [{ ...tensor, name }]
  })
}

const stateDiffers = (state: State): string | null => {
  const start = byName(Example.startState().ema)
  return tensorsDiffer("change", [...state.parameters, ...state.buffers], "change", tolerances.later, start) ??
    tensorsDiffer("average's change", state.ema, "average", tolerances.later, start) ??
    tensorsDiffer("momentum", momenta(state), "lastMomentum", tolerances.later)
}

const scalarsOf = (stored: Stored.Steps["steps"][number]): Scalars => ({
  learningRate: Number(stored.scalars.learningRate),
  biasLearningRate: Number(stored.scalars.biasLearningRate),
  momentum: Number(stored.scalars.momentum),
  clipBound: Number(stored.scalars.clipBound),
  clipInputs: [],
  emaDecay: Number(stored.scalars.emaDecay),
  inject: [0, 0]
})

const stepDiffers = (step: Step, index: number): string | null => {
  const stored = Stored.steps.steps[index] as Stored.Steps["steps"][number]
  const outcome = step.run(Example.batchOf(index), scalarsOf(stored))
  const { loss, norm } = tolerances
  const wrong = !outcome.finite ? "finite" : outcome.clipped !== stored.clipped ? "clipped" : null
  const found = Difference.ofNumbers("the loss", outcome.loss, stored.loss, loss) ??
    Difference.ofNumbers("the box loss", outcome.parts.box ?? NaN, stored.parts.box, loss) ??
    Difference.ofNumbers("the class loss", outcome.parts.class ?? NaN, stored.parts.class, loss) ??
    Difference.ofNumbers("the dfl loss", outcome.parts.dfl ?? NaN, stored.parts.dfl, loss) ??
    Difference.ofNumbers("the gradient's norm", outcome.gradNorm, stored.gradNorm, norm) ??
    (wrong === null ? null : `the outcome's ${wrong} is ${outcome[wrong]}`) ??
    (index === 0 ? tensorsDiffer("momentum", momenta(step.read()), "firstMomentum", tolerances.firstMomentum) : null)
  return found === null ? null : `step ${index + 1}: ${found}`
}

const threeSteps = (step: Step): string | null => {
  for (let index = 0; index < Stored.steps.steps.length; index++) {
    const differs = stepDiffers(step, index)
    if (differs !== null) return differs
  }
  const differs = stateDiffers(step.read())
  return differs === null ? null : `after ${Stored.steps.steps.length} steps ${differs}`
}

const predictionDiffers = (step: Step): string | null => {
  const start = Example.startState()
  const nothing = (tensors: ReadonlyArray<NamedTensor>): ReadonlyArray<NamedTensor> =>
    tensors.map((tensor) => ({ ...tensor, data: new Float32Array(tensor.data.length) }))
  step.write({ ...start, parameters: nothing(start.parameters), buffers: nothing(start.buffers) })
  const prediction = step.predict(Example.images(Stored.steps.steps.length))
  for (const [what, columns] of [["boxes", 4], ["scores", Example.configuration.graph.classes.length]] as const) {
    const values = Stored.steps.prediction[what]
    const shape = [2, values.length / 2 / columns, columns]
    const actual = { shape, values: prediction[what].subarray(0, values.length) }
    const differs = Difference.ofTensors(what, actual, { shape, values }, tolerances.prediction)
    if (differs !== null) return differs
  }
  return null
}

/** Compares bits: a NaN that moved, or a zero that changed its sign, is a difference. */
const bitsDiffer = (actual: State, expected: State): string | null => {
  for (const part of ["parameters", "optimizer", "buffers", "ema"] as const) {
    const found = byName(actual[part])
    for (const { data, name } of expected[part]) {
      const value = found.get(name) ?? new Float32Array()
      const at = new Uint32Array(data.buffer, data.byteOffset, data.length)
      const bits = new Uint32Array(value.buffer, value.byteOffset, value.length)
      const changed = at.findIndex((word, index) => bits[index] !== word)
      if (changed >= 0) return `the ${part}' ${name} changed at ${changed}: ${data[changed]} became ${value[changed]}`
    }
  }
  return null
}

/** Takes a bad step in the midst of training, where momenta are not zero: it must change nothing. */
const staysAsItIs = (step: Step, spoil: (batch: Batch) => void, clipBound: number): string | null => {
  const start = Example.startState()
  const state = { ...start, optimizer: start.parameters.map((tensor) => ({ ...tensor, name: momentumOf(tensor.name) })) }
  const batch = Example.batchOf(0)
  spoil(batch)
  step.write(state)
  const rates = { learningRate: 0.01, biasLearningRate: 0.02, momentum: 0.9, emaDecay: 0.9 }
  const outcome = step.run(batch, { ...rates, clipBound, clipInputs: [], inject: [0, 0] })
  const wrong = outcome.finite ? "finite" : outcome.clipped ? "clipped" : null
  return wrong === null
    ? bitsDiffer(step.read(), state)
    : `the outcome's ${wrong} is true (loss ${outcome.loss}, norm ${outcome.gradNorm})`
}

interface Spoilt {
  readonly what: string
  readonly clipBound: number
  readonly spoil: (batch: Batch) => void
}

const spoilt: ReadonlyArray<Spoilt> = [
  { what: "NaN in one pixel", clipBound: 2, spoil: ({ images }) => images.fill(NaN, 1234, 1235) },
  { what: "an infinite pixel", clipBound: Infinity, spoil: ({ images }) => images.fill(Infinity, 1234, 1235) },
  { what: "NaN in one box", clipBound: Infinity, spoil: ({ boxes }) => boxes.fill(NaN, 1, 2) },
  { what: "an infinite box", clipBound: 2, spoil: ({ boxes }) => boxes.fill(Infinity, 2, 3) }
]

/** Checks steps as an engine compiles them. */
export const stepCases: ReadonlyArray<Case> = [
  {
    case: "three steps of SGD with Nesterov momentum, decay, clipping and average",
    run: (subject) => withStep(subject, threeSteps)
  },
  {
    case: "a prediction by the averaged weights and statistics",
    run: (subject) => withStep(subject, predictionDiffers)
  },
  ...spoilt.map(({ clipBound, spoil, what }): Case => ({
    case: `a batch with ${what} leaves the state as it is, bit by bit`,
    run: (subject) => withStep(subject, (step) => staysAsItIs(step, spoil, clipBound))
  }))
]
