/**
 * The whole training step as one TensorFlow graph: the recorded backward pass between the variables it reads and the
 * update that writes them.
 */
import * as tf from "@tensorflow/tfjs-core"
import { dropouts } from "../../graph/TrainingGraph.ts"
import * as Backward from "../../step/Backward.ts"
import type { Configuration } from "../../step/Configuration.ts"
import * as EagerStep from "../../step/EagerStep.ts"
import { forward } from "../../step/Forward.ts"
import * as Parts from "../../step/Parts.ts"
import * as Taps from "../../step/Taps.ts"
import * as Variables from "../../step/Variables.ts"
import type * as FlatGroup from "./FlatGroup.ts"
import * as GraphDef from "./GraphDef.ts"
import * as GraphWriter from "./GraphWriter.ts"
import type { Backend } from "./Native.ts"
import type { Recorder, Source } from "./Recorder.ts"
import * as ScalarFeed from "./ScalarFeed.ts"
import * as StateLayout from "./StateLayout.ts"
import * as UpdateGraph from "./UpdateGraph.ts"

export const batchInputs = ["images", "boxes", "classes", "present"] as const

/** Names of the nodes that a session feeds and fetches. The report is norm, finite, clipped tensors, loss, parts. */
export const report = "report:0"
export const accumulated = "accumulated:0"
export const predictionInput = "predictionImages:0"
export const predictedBoxes = "predictedBoxes:0"
export const predictedScores = "predictedScores:0"
export const initialValue = (variable: string): string => `${variable}/initial:0`
export const assigned = "assigned:0"
export const readOut = (variable: string): string => `${variable}/read:0`
export const gradientOf = (group: FlatGroup.FlatGroup): string => `${group.name}/gradient:0`
export const maskOf = (node: string): string => `mask/${node}`

/** Makes a node that says that others are done. */
const writeDone = (
  { TF_INT32 }: ReturnType<typeof GraphWriter.make>,
  recorder: Recorder,
  name: string,
  done: ReadonlyArray<Source>
): void => {
  recorder.add(name, "Const", done.map((source) => `^${source}`), {
    dtype: GraphDef.type(TF_INT32),
    value: GraphDef.tensor(TF_INT32, [], new Uint8Array(4))
  })
}

/** Records one backward pass of the eager step and one prediction, and surrounds them with state and update. */
export const build = (
  backend: Backend,
  recorder: Recorder,
  configuration: Configuration,
  eager: EagerStep.EagerStep
): StateLayout.StateLayout => {
  const { accumulate, batch, graph, maxBoxes } = configuration
  const write = GraphWriter.make(backend, recorder)
  const { op, scalar } = write
  const layout = StateLayout.make(configuration)
  const { buffers, groups, losses } = layout
  const all = [...groups, buffers]

  const [height, width, channels] = graph.input
  const shapes = {
    images: [batch, height, width, channels],
    boxes: [batch, maxBoxes, 4],
    classes: [batch, maxBoxes],
    present: [batch, maxBoxes]
  } as const
  for (const input of batchInputs) {
    write.placeholder(input, shapes[input], input === "classes" ? write.TF_INT32 : write.TF_FLOAT)
  }
  const scalarNames = ScalarFeed.names(configuration)
  const unpacked = op("Unpack", [write.placeholder("scalars", [scalarNames.length])], {
    ...write.float,
    num: GraphDef.integer(scalarNames.length),
    axis: GraphDef.integer(0)
  })
  const scalarOf: ScalarFeed.ScalarOf = (name) => {
    const index = scalarNames.indexOf(name)
    return index === 0 ? unpacked : `${unpacked}:${index}`
  }
  const gainCount = Parts.of(configuration.loss).length
  write.placeholder("gains", [gainCount])

  for (const { group, name } of layout.variables) write.variable(name, group)
  const values = new Map(all.map((group) => [group.name, write.read(group.name)]))
  const valueOf = (group: FlatGroup.FlatGroup): Source => values.get(group.name) ?? group.name
  // Statistics of a step's later batches go on from where its earlier ones moved them.
  const statistics = accumulate === 1 ? valueOf(buffers) : write.read(StateLayout.nameOf(buffers, "pending"))
  const tensors = new Map([
    ...groups.flatMap((group) => Array.from(write.split(group, valueOf(group)))),
    ...write.split(buffers, statistics)
  ])

  // Recorded tensors carry the batch's shapes alone; their values never reach the graph.
  const example: Backward.BatchTensors = {
    images: tf.zeros(shapes.images as unknown as [number, number, number, number]),
    boxes: tf.zeros(shapes.boxes as unknown as [number, number, number]),
    classes: tf.zeros(shapes.classes as unknown as [number, number], "int32"),
    present: tf.zeros(shapes.present as unknown as [number, number])
  }
  const gains = tf.zeros([gainCount]) as tf.Tensor1D
  const masks = new Map(dropouts(graph).map(({ node }) => {
    const mask = tf.zeros([batch, ...node.shape])
    recorder.bind(mask, write.placeholder(maskOf(node.id), mask.shape))
    return [node.id, mask] as const
  }))
  const bindState = (sources: ReadonlyMap<string, Source>): void => {
    for (const variables of [eager.variables.parameters, eager.variables.buffers]) {
      for (const [address, variable] of variables) recorder.bind(variable, sources.get(address) ?? address)
    }
  }
  const injected: Taps.Injected | null = configuration.inject === null
    ? null
    : { ...configuration.inject, forward: tf.scalar(0), backward: tf.scalar(0) }
  if (injected !== null) {
    const both = op("Unpack", [write.placeholder("inject", [2])], {
      ...write.float,
      num: GraphDef.integer(2),
      axis: GraphDef.integer(0)
    })
    recorder.bind(injected.forward, both)
    recorder.bind(injected.backward, `${both}:1`)
  }
  bindState(tensors)
  recorder.bind(gains, "gains")
  for (const input of batchInputs) recorder.bind(example[input], input)
  const recorded = recorder.record(() => eager.backward(example, { gains, masks, taps: { ...Taps.none, injected } }))

  const own = groups.map((group) =>
    recorder.add(
      `${group.name}/gradient`,
      "Identity",
      [write.join(group, (address) => recorder.sourceOf(Variables.at(recorded.gradients, address)))],
      write.float
    )
  )
  const ownStatistics = write.join(buffers, (address) => recorder.sourceOf(Variables.at(recorded.buffers, address)))
  const packed = (sources: ReadonlyArray<Source>): Source =>
    op("Pack", sources, { ...write.float, N: GraphDef.integer(sources.length), axis: GraphDef.integer(0) })
  const ownLosses = packed([recorded.loss, ...recorded.parts].map(recorder.sourceOf))

  /** The mean over a step's batches, of which this is the last, and a node that forgets the ones before. */
  const meanOf = (group: FlatGroup.FlatGroup, last: Source): { readonly mean: Source; readonly reset: Source } => {
    const name = StateLayout.nameOf(group, "sum")
    const sum = write.read(name)
    const mean = op("Mul", [op("AddV2", [sum, last]), scalar(1 / accumulate)])
    // Not a product with 0, which would keep a NaN.
    return { mean, reset: op("AssignVariableOp", [name, op("ZerosLike", [sum]), `^${mean}`], write.dtype) }
  }
  const flatLosses = write.join(losses, () => ownLosses)
  const means = accumulate === 1 ? null : [...groups, losses].map((group, index) => meanOf(group, own[index] ?? flatLosses))
  const gradients = own.map((gradient, index) => means?.[index]?.mean ?? gradient)
  const meanLosses = means === null
    ? ownLosses
    : write.split(losses, means.at(-1)?.mean ?? "").get(losses.name) ?? ownLosses
  const lossParts = op("Unpack", [meanLosses], {
    ...write.float,
    num: GraphDef.integer(1 + gainCount),
    axis: GraphDef.integer(0)
  })

  const update = UpdateGraph.build({ write, recorder, configuration, layout, scalarOf }, eager, {
    gradients,
    loss: lossParts,
    valueOf,
    statistics: ownStatistics
  })
  const finite = op("Cast", [update.finite], {
    SrcT: GraphDef.type(write.TF_BOOL),
    DstT: GraphDef.type(write.TF_FLOAT),
    Truncate: GraphDef.boolean(false)
  })
  const told = [
    update.norm,
    finite,
    update.clippedTensors,
    ...Array.from({ length: 1 + gainCount }, (_, index) => index === 0 ? lossParts : `${lossParts}:${index}`)
  ]
  const done = [...update.done, ...means?.map(({ reset }) => reset) ?? []]
  recorder.add("report", "Pack", [...told, ...done.map((source) => `^${source}`)], {
    ...write.float,
    N: GraphDef.integer(told.length),
    axis: GraphDef.integer(0)
  })
  if (accumulate > 1) {
    writeDone(write, recorder, "accumulated", [
      ...[...groups, losses].map((group, index) =>
        op("AssignAddVariableOp", [StateLayout.nameOf(group, "sum"), own[index] ?? flatLosses], write.dtype)
      ),
      op("AssignVariableOp", [StateLayout.nameOf(buffers, "pending"), ownStatistics, `^${statistics}`], write.dtype)
    ])
  }

  // Predictions read the average where there is one; only these reads differ from the training pass.
  write.placeholder("predictionImages", shapes.images)
  const predictedBy = (group: FlatGroup.FlatGroup): Source =>
    configuration.ema ? write.read(StateLayout.nameOf(group, "average")) : valueOf(group)
  bindState(new Map(all.flatMap((group) => Array.from(write.split(group, predictedBy(group))))))
  recorder.bind(example.images, "predictionImages")
  const predicted = recorder.record(() =>
    tf.tidy(() => {
      const state: ReadonlyMap<string, tf.Tensor> = new Map([...eager.variables.parameters, ...eager.variables.buffers])
      const tensorOf = (address: string): tf.Tensor => Variables.at(state, address)
      const mode = { training: false, masks: new Map(), onBuffer: () => {}, taps: Taps.none }
      const outputs = forward(graph, eager.objective.kernels, tensorOf, tensorOf, example.images, mode)
      const { boxes, scores } = EagerStep.decode(eager.objective, outputs)
      return boxes === null ? [scores] : [scores, boxes]
    })
  )
  for (const [index, name] of [predictedScores, predictedBoxes].slice(0, predicted.length).entries()) {
    recorder.add(name.slice(0, -2), "Identity", [recorder.sourceOf(predicted[index] as tf.Tensor)], write.float)
  }
  writeDone(write, recorder, "assigned", layout.variables.map(({ name }) => `${name}/assign`))

  Backward.dispose(recorded)
  tf.dispose([...predicted, gains, ...masks.values(), ...Object.values(example)])
  if (injected !== null) tf.dispose([injected.forward, injected.backward])
  return layout
}
