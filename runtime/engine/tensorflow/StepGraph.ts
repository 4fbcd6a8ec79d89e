/**
 * The whole training step as one TensorFlow graph: the recorded backward pass between the variables it reads and the
 * update that writes them. Update stages follow in the resolver's order: norm, finite, clip, guard, optimizer, ema.
 */
import * as tf from "@tensorflow/tfjs-core"
import * as Backward from "../../step/Backward.ts"
import type { Configuration } from "../../step/Configuration.ts"
import * as EagerStep from "../../step/EagerStep.ts"
import { forward } from "../../step/Forward.ts"
import { clipEpsilon } from "../../optim/Clip.ts"
import * as FlatGroup from "./FlatGroup.ts"
import * as GraphDef from "./GraphDef.ts"
import * as GraphWriter from "./GraphWriter.ts"
import type { Backend } from "./Native.ts"
import type { Recorder, Source } from "./Recorder.ts"

/** The order of the values in the `scalars` placeholder. `emaShare` is 1 - decay. */
export const scalarNames = ["learningRate", "biasLearningRate", "momentum", "clipBound", "emaShare"] as const
/** The order of the values in the fetched report. */
export const reportNames = ["loss", "box", "class", "dfl", "gradNorm", "finite"] as const

export const batchInputs = ["images", "boxes", "classes", "present"] as const

/** Names of the nodes that a session feeds and fetches. */
export const report = "report:0"
export const predictionInput = "predictionImages:0"
export const prediction = ["predictedBoxes:0", "predictedScores:0"] as const
export const initialValue = (variable: string): string => `${variable}/initial:0`
export const assigned = "assigned:0"
export const readOut = (variable: string): string => `${variable}/read:0`
export const gradientOf = (group: string): string => `${group}/gradient:0`

export interface StepGraph {
  readonly groups: ReadonlyArray<FlatGroup.FlatGroup>
  readonly buffers: FlatGroup.FlatGroup
  /** Every variable of the session with the group that it holds, in the order that they are initialised. */
  readonly variables: ReadonlyArray<{ readonly name: string; readonly group: FlatGroup.FlatGroup }>
}

export const momentumOf = (group: FlatGroup.FlatGroup): string => `${group.name}/momentum`
export const averageOf = (group: FlatGroup.FlatGroup): string => `${group.name}/average`

/** Records one backward pass of the eager step and one prediction, and surrounds them with state and update. */
export const build = (
  backend: Backend,
  recorder: Recorder,
  configuration: Configuration,
  eager: EagerStep.EagerStep
): StepGraph => {
  const { graph, optimizer } = configuration
  const write = GraphWriter.make(backend, recorder)
  const { op, scalar } = write
  const groups = (["weights", "norms", "biases"] as const).map((group) => FlatGroup.ofParameters(graph, group))
  const bufferGroup = FlatGroup.ofBuffers(graph)
  const all = [...groups, bufferGroup]

  const [height, width, channels] = graph.input
  const shapes = {
    images: [configuration.batch, height, width, channels],
    boxes: [configuration.batch, configuration.maxBoxes, 4],
    classes: [configuration.batch, configuration.maxBoxes],
    present: [configuration.batch, configuration.maxBoxes]
  } as const
  for (const input of batchInputs) {
    write.placeholder(input, shapes[input], input === "classes" ? write.TF_INT32 : write.TF_FLOAT)
  }
  const unpacked = op("Unpack", [write.placeholder("scalars", [scalarNames.length])], {
    ...write.float,
    num: GraphDef.integer(scalarNames.length),
    axis: GraphDef.integer(0)
  })
  const scalarOf = (name: typeof scalarNames[number]): Source => `${unpacked}:${scalarNames.indexOf(name)}`

  const variables = [
    ...all.map((group) => ({ name: group.name, group })),
    ...groups.map((group) => ({ name: momentumOf(group), group })),
    ...(configuration.ema ? all.map((group) => ({ name: averageOf(group), group })) : [])
  ]
  for (const { group, name } of variables) write.variable(name, group)
  const values = new Map(all.map((group) => [group.name, write.read(group.name)]))
  const valueOf = (group: FlatGroup.FlatGroup): Source => values.get(group.name) ?? group.name
  const tensors = new Map(all.flatMap((group) => Array.from(write.split(group, valueOf(group)))))

  // Recorded tensors carry the batch's shapes alone; their values never reach the graph.
  const example: Backward.BatchTensors = {
    images: tf.zeros(shapes.images as unknown as [number, number, number, number]),
    boxes: tf.zeros(shapes.boxes as unknown as [number, number, number]),
    classes: tf.zeros(shapes.classes as unknown as [number, number], "int32"),
    present: tf.zeros(shapes.present as unknown as [number, number])
  }
  const bindState = (sources: ReadonlyMap<string, Source>): void => {
    for (const variables of [eager.variables.parameters, eager.variables.buffers]) {
      for (const [address, variable] of variables) recorder.bind(variable, sources.get(address) ?? address)
    }
  }
  bindState(tensors)
  for (const input of batchInputs) recorder.bind(example[input], input)
  const recorded = recorder.record(() => eager.backward(example))
  const gradientSource = (address: string): Source => {
    const gradient = recorded.gradients.get(address)
    if (gradient === undefined) throw new Error(`no gradient reaches "${address}"`)
    return recorder.sourceOf(gradient)
  }

  const gradients = groups.map((group) =>
    recorder.add(`${group.name}/gradient`, "Identity", [write.join(group, gradientSource)], write.float)
  )
  const halves = op("AddN", gradients.map((gradient) => op("L2Loss", [gradient])), {
    ...write.float,
    N: GraphDef.integer(gradients.length)
  })
  const norm = op("Sqrt", [op("Mul", [halves, scalar(2)])])
  const loss = recorder.sourceOf(recorded.loss)
  const finite = op("LogicalAnd", [op("IsFinite", [norm]), op("IsFinite", [loss])], {})
  const ratio = op("RealDiv", [scalarOf("clipBound"), op("AddV2", [norm, scalar(clipEpsilon)])])
  const coefficient = write.select(finite, op("Minimum", [scalar(1), ratio]), scalar(0))
  // With rates and gradients at 0 and momentum at 1 the update writes every value back as it was: an exact freeze.
  const momentum = write.select(finite, scalarOf("momentum"), scalar(1))
  const decay = write.select(finite, scalar(optimizer.weightDecay), scalar(0))

  const updates = groups.map((group, index) => {
    const value = valueOf(group)
    const rate = write.select(finite, scalarOf(group.name === "biases" ? "biasLearningRate" : "learningRate"), scalar(0))
    const clipped = op("MulNoNan", [gradients[index] ?? "", coefficient])
    const decays = group.name === "weights" && optimizer.weightDecay !== 0
    const gradient = decays ? op("AddV2", [clipped, op("Mul", [value, decay])]) : clipped
    return op("ResourceApplyMomentum", [group.name, momentumOf(group), rate, gradient, momentum, `^${value}`], {
      ...write.float,
      use_locking: GraphDef.boolean(true),
      use_nesterov: GraphDef.boolean(optimizer.nesterov)
    })
  })
  const oldBuffers = valueOf(bufferGroup)
  const newBuffers = write.join(bufferGroup, (address) => {
    const value = recorded.buffers.get(address)
    if (value === undefined) throw new Error(`no statistic reaches "${address}"`)
    return recorder.sourceOf(value)
  })
  const buffersUpdate = op(
    "AssignVariableOp",
    [bufferGroup.name, write.select(finite, newBuffers, oldBuffers), `^${oldBuffers}`],
    write.dtype
  )

  const averages = !configuration.ema ? [] : all.map((group, index) => {
    const share = write.select(finite, scalarOf("emaShare"), scalar(0))
    const mean = write.read(averageOf(group))
    const value = write.read(group.name, updates[index] ?? buffersUpdate)
    return op("AssignSubVariableOp", [averageOf(group), op("Mul", [op("Sub", [mean, value]), share]), `^${mean}`], write.dtype)
  })

  const parts = [loss, ...[recorded.box, recorded.class, recorded.dfl].map(recorder.sourceOf), norm]
  const finiteNumber = op("Cast", [finite], {
    SrcT: GraphDef.type(write.TF_BOOL),
    DstT: GraphDef.type(write.TF_FLOAT),
    Truncate: GraphDef.boolean(false)
  })
  recorder.add(
    "report",
    "Pack",
    [...parts, finiteNumber, ...[...updates, buffersUpdate, ...averages].map((update) => `^${update}`)],
    { ...write.float, N: GraphDef.integer(reportNames.length), axis: GraphDef.integer(0) }
  )

  // Predictions read the average where there is one; only these reads differ from the training pass.
  write.placeholder("predictionImages", shapes.images)
  if (configuration.ema) {
    bindState(new Map(all.flatMap((group) => Array.from(write.split(group, write.read(averageOf(group)))))))
  }
  recorder.bind(example.images, "predictionImages")
  const predicted = recorder.record(() =>
    tf.tidy(() => {
      const state = new Map([...eager.variables.parameters, ...eager.variables.buffers])
      const tensorOf = (address: string): tf.Tensor => {
        const tensor = state.get(address)
        if (tensor === undefined) throw new Error(`the state has no tensor "${address}"`)
        return tensor
      }
      const outputs = forward(graph, eager.objective.kernels, tensorOf, tensorOf, example.images, {
        training: false,
        onBuffer: () => {}
      })
      return EagerStep.decode(eager.objective, outputs)
    })
  )
  recorder.add("predictedBoxes", "Identity", [recorder.sourceOf(predicted.boxes)], write.float)
  recorder.add("predictedScores", "Identity", [recorder.sourceOf(predicted.scores)], write.float)

  recorder.add("assigned", "Const", variables.map(({ name }) => `^${name}/assign`), {
    dtype: GraphDef.type(write.TF_INT32),
    value: GraphDef.tensor(write.TF_INT32, [], new Uint8Array(4))
  })

  Backward.dispose(recorded)
  tf.dispose([predicted.boxes, predicted.scores, ...Object.values(example)])
  return { groups, buffers: bufferGroup, variables }
}
