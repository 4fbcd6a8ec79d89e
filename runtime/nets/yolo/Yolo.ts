import type * as Model from "../../../dsl/Model.ts"
import * as Builder from "../../graph/Builder.ts"
import type { TrainingGraph } from "../../graph/TrainingGraph.ts"

/** The strides of the three detection levels, in pixels. */
export const strides: ReadonlyArray<number> = [8, 16, 32]

/** Channel counts and block repeats of YOLOv8 before the depth and width multiples. */
const baseChannels = [64, 128, 256, 512, 1024] as const
const baseRepeats = [3, 6, 6, 3] as const
const neckRepeats = 3

const divisor = 8
const scaledChannels = (channels: number, model: Model.Yolo): number =>
  Math.ceil((Math.min(channels, model.maxChannels) * model.width) / divisor) * divisor

/** Rounds half to even, as the multiples were tuned with. */
const roundHalfToEven = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

const scaledRepeats = (repeats: number, model: Model.Yolo): number =>
  Math.max(1, roundHalfToEven(repeats * model.depth))

/** Composes the blocks of the family out of graph nodes; an id such as `backbone.4.cv1.conv` says block, part and node. */
const blocks = (graph: Builder.Builder) => {
  const conv = (id: string, input: string, channels: number, kernel: number, stride: number): string =>
    graph.silu(
      `${id}.act`,
      graph.batchNorm(`${id}.norm`, graph.convolution(`${id}.conv`, input, channels, kernel, stride))
    )

  /** Cross-stage partial block with two convolutions: half of the channels pass through a chain of bottlenecks. */
  const c2f = (id: string, input: string, channels: number, repeats: number, shortcut: boolean): string => {
    const hidden = Math.floor(channels / 2)
    const entry = conv(`${id}.cv1`, input, 2 * hidden, 1, 1)
    const parts = [entry]
    let last = graph.slice(`${id}.half`, entry, hidden, hidden)
    for (let repeat = 0; repeat < repeats; repeat++) {
      const inner = conv(`${id}.m.${repeat}.cv2`, conv(`${id}.m.${repeat}.cv1`, last, hidden, 3, 1), hidden, 3, 1)
      last = shortcut ? graph.add(`${id}.m.${repeat}.add`, last, inner) : inner
      parts.push(last)
    }
    return conv(`${id}.cv2`, graph.concat(`${id}.concat`, parts), channels, 1, 1)
  }

  /** Spatial pyramid pooling, fast: three chained pools see 5, 9 and 13 cells. */
  const sppf = (id: string, input: string, channels: number): string => {
    const entry = conv(`${id}.cv1`, input, Math.floor((graph.shapeOf(input)[2] ?? 0) / 2), 1, 1)
    const first = graph.maxPool(`${id}.pool.0`, entry, 5)
    const second = graph.maxPool(`${id}.pool.1`, first, 5)
    const third = graph.maxPool(`${id}.pool.2`, second, 5)
    return conv(`${id}.cv2`, graph.concat(`${id}.concat`, [entry, first, second, third]), channels, 1, 1)
  }

  const branch = (id: string, input: string, hidden: number, channels: number, bias: number): string => {
    const features = conv(`${id}.1`, conv(`${id}.0`, input, hidden, 3, 1), hidden, 3, 1)
    return graph.bias(`${id}.2.bias`, graph.convolution(`${id}.2.conv`, features, channels, 1, 1), bias)
  }

  return { conv, c2f, sppf, branch }
}

/** Starts every box side at a distance of a few cells. */
const boxBias = 1
/** Starts every class at the probability that about 5 objects on a 640 px image have. */
const classBias = (classes: number, stride: number): number => Math.log(5 / classes / (640 / stride) ** 2)

/**
 * Lays out YOLOv8 for a list of classes: backbone, path-aggregation neck, decoupled anchor-free head.
 * Block numbers are those of the published architecture. The input must be a multiple of 32.
 */
export const build = (model: Model.Yolo, classes: ReadonlyArray<string>): TrainingGraph => {
  const graph = Builder.make()
  const { branch, c2f, conv, sppf } = blocks(graph)
  const [stem, c2, c3, c4, c5] = baseChannels.map((channels) => scaledChannels(channels, model)) as [
    number,
    number,
    number,
    number,
    number
  ]
  const [r2, r3, r4, r5] = baseRepeats.map((repeats) => scaledRepeats(repeats, model)) as [
    number,
    number,
    number,
    number
  ]
  const rn = scaledRepeats(neckRepeats, model)

  const image = graph.image("image", model.input)
  const b1 = conv("backbone.1", conv("backbone.0", image, stem, 3, 2), c2, 3, 2)
  const b3 = conv("backbone.3", c2f("backbone.2", b1, c2, r2, true), c3, 3, 2)
  const b4 = c2f("backbone.4", b3, c3, r3, true)
  const b6 = c2f("backbone.6", conv("backbone.5", b4, c4, 3, 2), c4, r4, true)
  const b8 = c2f("backbone.8", conv("backbone.7", b6, c5, 3, 2), c5, r5, true)
  const b9 = sppf("backbone.9", b8, c5)

  const n11 = graph.concat("neck.11", [graph.upsample("neck.10", b9), b6])
  const n12 = c2f("neck.12", n11, c4, rn, false)
  const n14 = graph.concat("neck.14", [graph.upsample("neck.13", n12), b4])
  const n15 = c2f("neck.15", n14, c3, rn, false)
  const n17 = graph.concat("neck.17", [conv("neck.16", n15, c3, 3, 2), n12])
  const n18 = c2f("neck.18", n17, c4, rn, false)
  const n20 = graph.concat("neck.20", [conv("neck.19", n18, c4, 3, 2), b9])
  const n21 = c2f("neck.21", n20, c5, rn, false)

  const boxHidden = Math.max(16, Math.floor(c3 / 4), model.regMax * 4)
  const classHidden = Math.max(c3, Math.min(classes.length, 100))
  const levels = [n15, n18, n21]
  const boxes = levels.map((level, index) =>
    branch(`head.box.${index}`, level, boxHidden, 4 * model.regMax, boxBias)
  )
  const scores = levels.map((level, index) =>
    branch(`head.class.${index}`, level, classHidden, classes.length, classBias(classes.length, strides[index] ?? 0))
  )
  return {
    input: [model.input, model.input, 3],
    classes,
    strides,
    regMax: model.regMax,
    outputs: { distances: graph.levels("head.distances", boxes), logits: graph.levels("head.logits", scores) },
    nodes: graph.nodes
  }
}
