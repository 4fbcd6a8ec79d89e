/**
 * The training graph: a network as named nodes with shapes, parameters and cost, before any engine sees it.
 */

/** Describes how a parameter starts: a constant, or uniform in `[-bound, bound]` drawn from the run's seed. */
export type Initial =
  | { readonly _tag: "Constant"; readonly value: number }
  | { readonly _tag: "Uniform"; readonly bound: number }

/** Names the three groups that optimizers and warmup tell apart: only `weights` decay, only `biases` take the bias learning rate. */
export type Group = "weights" | "norms" | "biases"

/** Describes one trainable tensor of a node; its address is `<node id>.<name>`. Convolution weights are HWIO. */
export interface Parameter {
  readonly name: "weight" | "bias" | "gamma" | "beta"
  readonly shape: ReadonlyArray<number>
  readonly group: Group
  readonly initial: Initial
}

/** Describes one running statistic of a node: it follows the data, has no gradient, and starts at `value`. */
export interface Buffer {
  readonly name: "mean" | "variance"
  readonly shape: ReadonlyArray<number>
  readonly value: number
}

/** The operations that networks are built from. Shapes are NHWC without the batch. */
export type Op =
  | { readonly _tag: "Image" }
  | { readonly _tag: "Convolution"; readonly kernel: number; readonly stride: number }
  | { readonly _tag: "Bias" }
  | { readonly _tag: "BatchNorm"; readonly epsilon: number; readonly momentum: number }
  | { readonly _tag: "Silu" }
  | { readonly _tag: "Add" }
  | { readonly _tag: "Slice"; readonly begin: number; readonly size: number }
  | { readonly _tag: "Concat" }
  | { readonly _tag: "MaxPool"; readonly size: number }
  | { readonly _tag: "Upsample"; readonly factor: 2 }
  | { readonly _tag: "Levels" }
  | { readonly _tag: "Mean" }
  | { readonly _tag: "Dropout"; readonly share: number }

export interface Node {
  readonly id: string
  readonly op: Op
  readonly inputs: ReadonlyArray<string>
  readonly shape: ReadonlyArray<number>
  readonly parameters: ReadonlyArray<Parameter>
  readonly buffers: ReadonlyArray<Buffer>
  /** 2 x multiply-adds of the forward pass on one image. */
  readonly flops: number
}

export interface TrainingGraph {
  readonly input: readonly [height: number, width: number, channels: number]
  readonly classes: ReadonlyArray<string>
  /** Of a detector's levels, in pixels; a classifier has none. */
  readonly strides: ReadonlyArray<number>
  /** The bins of a detector's box side; 0 for a classifier. */
  readonly regMax: number
  readonly nodes: ReadonlyArray<Node>
  /**
   * Node ids. A detector's `distances` is [anchors, 4 x regMax], its `logits` [anchors, classes]; anchors by level, then
   * row-major. A classifier has no `distances`, and its `logits` is [1, classes].
   */
  readonly outputs: { readonly distances: string | null; readonly logits: string }
}

/** Counts the elements of a shape. */
export const sizeOf = (shape: ReadonlyArray<number>): number => shape.reduce((product, extent) => product * extent, 1)

/** An addressed tensor of the graph: `backbone.4.cv1.conv.weight`. */
export interface Addressed<A> {
  readonly address: string
  readonly node: Node
  readonly tensor: A
}

/** Lists every trainable tensor with its address, in the graph's order. */
export const parameters = (graph: TrainingGraph): ReadonlyArray<Addressed<Parameter>> =>
  graph.nodes.flatMap((node) =>
    node.parameters.map((tensor) => ({ address: `${node.id}.${tensor.name}`, node, tensor }))
  )

/** Lists every running statistic with its address, in the graph's order. */
export const buffers = (graph: TrainingGraph): ReadonlyArray<Addressed<Buffer>> =>
  graph.nodes.flatMap((node) =>
    node.buffers.map((tensor) => ({ address: `${node.id}.${tensor.name}`, node, tensor }))
  )

/** Counts the rows of the graph's outputs: one anchor a cell of every level. */
export const anchorCount = (graph: TrainingGraph): number =>
  graph.strides.reduce((sum, stride) => sum + (graph.input[0] / stride) * (graph.input[1] / stride), 0)

/** Lists the dropout nodes, in the graph's order. */
export const dropouts = (graph: TrainingGraph): ReadonlyArray<{ readonly node: Node; readonly share: number }> =>
  graph.nodes.flatMap((node) => node.op._tag === "Dropout" ? [{ node, share: node.op.share }] : [])
