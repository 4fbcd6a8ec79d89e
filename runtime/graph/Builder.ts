import type { Buffer, Node, Op, Parameter } from "./TrainingGraph.ts"

/** Collects nodes while a network family is laid out; every method adds one node and returns its id. */
export interface Builder {
  readonly nodes: ReadonlyArray<Node>
  readonly shapeOf: (id: string) => ReadonlyArray<number>
  readonly image: (id: string, size: number) => string
  readonly convolution: (id: string, input: string, channels: number, kernel: number, stride: number) => string
  readonly bias: (id: string, input: string, value: number) => string
  readonly batchNorm: (id: string, input: string) => string
  readonly silu: (id: string, input: string) => string
  readonly add: (id: string, left: string, right: string) => string
  readonly slice: (id: string, input: string, begin: number, size: number) => string
  readonly concat: (id: string, inputs: ReadonlyArray<string>) => string
  readonly maxPool: (id: string, input: string, size: number) => string
  readonly upsample: (id: string, input: string) => string
  readonly levels: (id: string, inputs: ReadonlyArray<string>) => string
  readonly mean: (id: string, input: string) => string
  readonly dropout: (id: string, input: string, share: number) => string
}

const batchNormEpsilon = 1e-3
/** The share of the new value in a running statistic. */
const batchNormMomentum = 0.03

interface Cell {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/**
 * Starts an empty graph. An id that is used twice, an unknown input or inputs that do not fit together are defects of
 * the network family and throw.
 */
export const make = (): Builder => {
  const nodes: Array<Node> = []
  const shapes = new Map<string, ReadonlyArray<number>>()

  const shapeOf = (id: string): ReadonlyArray<number> => {
    const shape = shapes.get(id)
    if (shape === undefined) throw new Error(`the graph has no node "${id}"`)
    return shape
  }

  const cellOf = (id: string): Cell => {
    const [height = 0, width = 0, channels = 0] = shapeOf(id)
    return { height, width, channels }
  }

  const fit = (id: string, inputs: ReadonlyArray<string>, extentsOf: (cell: Cell) => ReadonlyArray<number>): void => {
    const extents = inputs.map((input) => extentsOf(cellOf(input)).join(" x "))
    if (new Set(extents).size !== 1) throw new Error(`the inputs of "${id}" do not fit: ${extents.join(", ")}`)
  }

  const push = (
    id: string,
    op: Op,
    inputs: ReadonlyArray<string>,
    shape: ReadonlyArray<number>,
    more: { parameters?: ReadonlyArray<Parameter>; buffers?: ReadonlyArray<Buffer>; flops?: number } = {}
  ): string => {
    if (shapes.has(id)) throw new Error(`the graph has two nodes "${id}"`)
    for (const input of inputs) shapeOf(input)
    shapes.set(id, shape)
    nodes.push({
      id,
      op,
      inputs,
      shape,
      parameters: more.parameters ?? [],
      buffers: more.buffers ?? [],
      flops: more.flops ?? 0
    })
    return id
  }

  return {
    nodes,
    shapeOf,
    image: (id, size) => push(id, { _tag: "Image" }, [], [size, size, 3]),
    convolution: (id, input, channels, kernel, stride) => {
      const cell = cellOf(input)
      const fanIn = kernel * kernel * cell.channels
      const height = Math.ceil(cell.height / stride)
      const width = Math.ceil(cell.width / stride)
      return push(id, { _tag: "Convolution", kernel, stride }, [input], [height, width, channels], {
        // PyTorch's default for a convolution: Kaiming uniform with a = sqrt(5) comes down to 1/sqrt(fan in).
        parameters: [{
          name: "weight",
          shape: [kernel, kernel, cell.channels, channels],
          group: "weights",
          initial: { _tag: "Uniform", bound: 1 / Math.sqrt(fanIn) }
        }],
        flops: 2 * fanIn * channels * height * width
      })
    },
    bias: (id, input, value) => {
      const { channels } = cellOf(input)
      return push(id, { _tag: "Bias" }, [input], shapeOf(input), {
        parameters: [{ name: "bias", shape: [channels], group: "biases", initial: { _tag: "Constant", value } }]
      })
    },
    batchNorm: (id, input) => {
      const { channels } = cellOf(input)
      const op: Op = { _tag: "BatchNorm", epsilon: batchNormEpsilon, momentum: batchNormMomentum }
      return push(id, op, [input], shapeOf(input), {
        parameters: [
          { name: "gamma", shape: [channels], group: "norms", initial: { _tag: "Constant", value: 1 } },
          { name: "beta", shape: [channels], group: "biases", initial: { _tag: "Constant", value: 0 } }
        ],
        buffers: [
          { name: "mean", shape: [channels], value: 0 },
          { name: "variance", shape: [channels], value: 1 }
        ]
      })
    },
    silu: (id, input) => push(id, { _tag: "Silu" }, [input], shapeOf(input)),
    add: (id, left, right) => {
      fit(id, [left, right], ({ channels, height, width }) => [height, width, channels])
      return push(id, { _tag: "Add" }, [left, right], shapeOf(left))
    },
    slice: (id, input, begin, size) => {
      const { channels, height, width } = cellOf(input)
      if (begin + size > channels) throw new Error(`the slice "${id}" ends at ${begin + size} of ${channels} channels`)
      return push(id, { _tag: "Slice", begin, size }, [input], [height, width, size])
    },
    concat: (id, inputs) => {
      fit(id, inputs, ({ height, width }) => [height, width])
      const { height, width } = cellOf(inputs[0] ?? "")
      const channels = inputs.reduce((sum, input) => sum + cellOf(input).channels, 0)
      return push(id, { _tag: "Concat" }, inputs, [height, width, channels])
    },
    maxPool: (id, input, size) => push(id, { _tag: "MaxPool", size }, [input], shapeOf(input)),
    upsample: (id, input) => {
      const { height, width, channels } = cellOf(input)
      return push(id, { _tag: "Upsample", factor: 2 }, [input], [height * 2, width * 2, channels])
    },
    levels: (id, inputs) => {
      fit(id, inputs, ({ channels }) => [channels])
      const rows = inputs.reduce((sum, input) => sum + cellOf(input).height * cellOf(input).width, 0)
      return push(id, { _tag: "Levels" }, inputs, [rows, cellOf(inputs[0] ?? "").channels])
    },
    mean: (id, input) => push(id, { _tag: "Mean" }, [input], [1, 1, cellOf(input).channels]),
    dropout: (id, input, share) => push(id, { _tag: "Dropout", share }, [input], shapeOf(input))
  }
}
