/**
 * The check at compile time: a session that does not compute what the eager step computes is not used.
 */
import type { Batch } from "../../data/Batch.ts"
import * as Random from "../../data/Random.ts"
import type { Configuration } from "../../step/Configuration.ts"
import * as Clip from "../../optim/Clip.ts"
import * as Parts from "../../step/Parts.ts"
import type { NamedTensor, Scalars, State, Step } from "../../step/Step.ts"

/** A learning rate at which rounding differences stay small, with every stage of the update at work. */
const tame = { learningRate: 1e-3, biasLearningRate: 2e-3, momentum: 0.9, emaDecay: 0.99, inject: [0, 0] } as const

/**
 * Steps are compared with policies at work, as if they had seen norms that are shorter than this step's: `norm` is that
 * of its first batch, and the mean over its batches may be shorter.
 */
const scalarsOf = ({ accumulate, clip }: Configuration, norm: number): Scalars => {
  const short = norm / (2 * accumulate)
  switch (clip._tag) {
    case "Auto":
      return { ...tame, clipBound: Infinity, clipInputs: [0.25, -Infinity, short, short / 2, Infinity] }
    case "ZScore": {
      const memory = { _tag: "Statistics", mean: short, variance: (short / 10) ** 2 } as const
      return { ...tame, clipBound: Infinity, clipInputs: Clip.inputs(clip, memory) }
    }
    default:
      return { ...tame, clipBound: short, clipInputs: [] }
  }
}

/** The largest relative differences that reordered float32 sums explain on a deep network. */
const tolerance = { scalar: 1e-3, tensor: 1e-2 }
/** Of a tensor that an update hardly moves the two may keep values that are this many roundings of float32 apart. */
const roundings = 8
const resolution = roundings * 2 ** -24 / tolerance.tensor

/** Draws noise images with a few boxes each, small and large, so that every part of the loss has a gradient. */
export const exampleBatch = (configuration: Configuration, index = 0): Batch => {
  const { batch, graph, maxBoxes } = configuration
  const [height, width, channels] = graph.input
  const random = Random.stream(configuration.seed, "parity", index)
  const images = Float32Array.from({ length: batch * height * width * channels }, () => random.uniform())
  const boxes = new Float32Array(batch * maxBoxes * 4)
  const classes = new Int32Array(batch * maxBoxes)
  const present = new Float32Array(batch * maxBoxes)
  for (let image = 0; image < batch; image++) {
    for (let column = 0; column < Math.min(maxBoxes, 1 + (image % 3)); column++) {
      const at = image * maxBoxes + column
      const [w, h] = [width * random.between(0.2, 0.9), height * random.between(0.2, 0.9)]
      const [x, y] = [(width - w) * random.uniform(), (height - h) * random.uniform()]
      boxes.set([x, y, x + w, y + h], at * 4)
      classes[at] = Math.floor(random.uniform() * graph.classes.length)
      present[at] = 1
    }
  }
  return { epoch: 0, index: 0, images, boxes, classes, present, samples: [] }
}

const relative = (left: number, right: number): number =>
  Object.is(left, right) ? 0 : Math.abs(left - right) / Math.max(Math.abs(left), Math.abs(right), 1e-12)

type Tensors = ReadonlyMap<string, Float32Array>

const lengthOf = (tensors: Tensors): number =>
  Math.sqrt([...tensors.values()].reduce((sum, data) => data.reduce((rest, value) => rest + value * value, sum), 0))

const dataOf = (tensors: ReadonlyArray<NamedTensor>): Tensors => new Map(tensors.map(({ data, name }) => [name, data]))

/** The distance of two tensors, in units of how far the first is from where it started. */
const distance = (left: Float32Array, right: Float32Array, start: Float32Array | undefined): number => {
  let [difference, moved, length] = [0, 0, 0]
  for (let index = 0; index < left.length; index++) {
    const [a, b] = [left[index] ?? NaN, right[index] ?? NaN]
    difference += (a - b) ** 2
    moved += (a - (start?.[index] ?? 0)) ** 2
    length += a ** 2
  }
  const ratio = Math.sqrt(difference) / Math.max(Math.sqrt(moved) + resolution * Math.sqrt(length), 1e-6)
  return Number.isFinite(ratio) ? ratio : Infinity
}

const worst = (what: string, left: Tensors, right: Tensors, start: Tensors): string | null => {
  for (const [name, data] of left) {
    const off = distance(data, right.get(name) ?? new Float32Array(), start.get(name))
    if (off > tolerance.tensor) return `${what} of "${name}" differ by ${off.toExponential(1)}`
  }
  return null
}

/** The same state in the middle of a training: momenta and averages that the next update has to work with. */
const underWay = (state: State): State => {
  const parameters = new Map(state.parameters.map(({ data, name }) => [name, data]))
  // Second moments are never negative.
  const optimizer = state.optimizer.map((tensor) => {
    const slot = tensor.name.lastIndexOf("/")
    const data = parameters.get(tensor.name.slice(0, slot)) ?? tensor.data
    return { ...tensor, data: data.map((value) => tensor.name.endsWith("/second") ? 0.1 * value * value + 1e-4 : 0.1 * value + 0.01) }
  })
  const ema = state.ema.map((tensor) => ({ ...tensor, data: tensor.data.map((value) => 0.9 * value + 0.01) }))
  return { ...state, updates: 6, optimizer, ema }
}

/**
 * Takes one step on both from the same state and compares loss, norm, gradients and how the state changed; then puts
 * the state back. Returns null where they agree, otherwise what differs and by how much.
 */
export const difference = (configuration: Configuration, eager: Step, session: Step): string | null => {
  const start = eager.read()
  const before = underWay(start)
  const gains = Parts.of(configuration.loss).map(([, gain]) => gain)
  const batches = Array.from({ length: configuration.accumulate }, (_, index) => exampleBatch(configuration, index))
  const taken = (step: Step, known: Scalars | null) => {
    step.write(before)
    const [first] = batches
    const last = batches.at(-1)
    if (first === undefined || last === undefined) throw new Error("a step has at least one batch")
    const gradients = step.gradients(first, gains)
    const scalars = known ?? scalarsOf(configuration, lengthOf(gradients))
    for (const batch of batches.slice(0, -1)) step.accumulate(batch)
    const outcome = step.run(last, scalars)
    const after = step.read()
    step.write(start)
    return { gradients, scalars, outcome, after }
  }
  const expected = taken(eager, null)
  const actual = taken(session, expected.scalars)
  if (relative(expected.outcome.loss, actual.outcome.loss) > tolerance.scalar) {
    return `the loss is ${actual.outcome.loss} instead of ${expected.outcome.loss}`
  }
  if (relative(expected.outcome.gradNorm, actual.outcome.gradNorm) > tolerance.scalar) {
    return `the gradient norm is ${actual.outcome.gradNorm} instead of ${expected.outcome.gradNorm}`
  }
  const changes = (what: string, part: "parameters" | "optimizer" | "buffers" | "ema"): string | null =>
    worst(what, dataOf(expected.after[part]), dataOf(actual.after[part]), dataOf(before[part]))
  return worst("gradients", expected.gradients, actual.gradients, new Map()) ?? changes("new weights", "parameters") ??
    changes("the optimizer's tensors", "optimizer") ?? changes("statistics", "buffers") ?? changes("averages", "ema")
}
