/**
 * The update as graph nodes: norm, finite, clip, guard, optimizer and average, in the resolver's order.
 */
import * as tf from "@tensorflow/tfjs-core"
import { clipEpsilon, scoreEpsilon } from "../../optim/Clip.ts"
import type { Configuration } from "../../step/Configuration.ts"
import type * as EagerStep from "../../step/EagerStep.ts"
import * as PerTensorClip from "../../step/PerTensorClip.ts"
import type * as FlatGroup from "./FlatGroup.ts"
import * as GraphDef from "./GraphDef.ts"
import type * as GraphWriter from "./GraphWriter.ts"
import type { Recorder, Source } from "./Recorder.ts"
import type { ScalarOf } from "./ScalarFeed.ts"
import * as StateLayout from "./StateLayout.ts"

export interface Writing {
  readonly write: ReturnType<typeof GraphWriter.make>
  readonly recorder: Recorder
  readonly configuration: Configuration
  readonly layout: StateLayout.StateLayout
  readonly scalarOf: ScalarOf
}

/** What the update starts from: the step's mean gradient of every group, its mean loss, the values before it. */
export interface Found {
  readonly gradients: ReadonlyArray<Source>
  readonly loss: Source
  readonly valueOf: (group: FlatGroup.FlatGroup) => Source
  /** The running statistics as the step's batches moved them. */
  readonly statistics: Source
}

/** Nodes that a report waits for, and what it tells. */
export interface Update {
  readonly done: ReadonlyArray<Source>
  readonly norm: Source
  readonly finite: Source
  readonly clippedTensors: Source
}

const boundOf = ({ configuration: { clip }, scalarOf, write: { op, scalar, select } }: Writing, norm: Source): Source => {
  const fixed = scalarOf("clipBound")
  const clamped = (low: Source, high: Source): Source => op("Minimum", [op("Maximum", [norm, low]), high])
  if (clip._tag === "Auto") {
    const share = scalarOf("clip0")
    const lower = op("Mul", [op("Sub", [scalar(1), share]), clamped(scalarOf("clip1"), scalarOf("clip2"))])
    const upper = op("Mul", [share, clamped(scalarOf("clip3"), scalarOf("clip4"))])
    return op("Minimum", [fixed, op("AddV2", [lower, upper])])
  }
  if (clip._tag === "ZScore") {
    const [mean, deviation, threshold] = [scalarOf("clip0"), scalarOf("clip1"), scalarOf("clip2")]
    const score = op("RealDiv", [op("Sub", [norm, mean]), op("AddV2", [deviation, scalar(scoreEpsilon)])])
    const reach = op("RealDiv", [op("Mul", [threshold, deviation]), op("RealDiv", [score, threshold])])
    const cut = op("Minimum", [fixed, op("AddV2", [mean, reach])])
    return select(op("Greater", [score, threshold]), cut, fixed)
  }
  return fixed
}

/** Scales every tensor, or unit of one, by itself. The eager step's own code is recorded on stand-ins for gradients. */
const scaledPerTensor = (
  { layout, recorder, write: { join, op, scalar, select, split } }: Writing,
  clip: PerTensorClip.PerTensor,
  eager: EagerStep.EagerStep,
  gradients: ReadonlyArray<Source>,
  finite: Source
): { readonly gradients: ReadonlyArray<Source>; readonly clippedTensors: Source } => {
  const parts = new Map(layout.groups.flatMap((group, index) => Array.from(split(group, gradients[index] ?? ""))))
  const standIns = new Map([...parts].map(([address, source]) => {
    const tensor = tf.zeros(eager.variables.parameters.get(address)?.shape ?? [])
    recorder.bind(tensor, source)
    return [address, tensor] as const
  }))
  const recorded = recorder.record(() => {
    const factors = [...eager.variables.parameters].map(([address, weight]) =>
      [address, PerTensorClip.coefficient(clip, weight, standIns.get(address) ?? weight)] as const
    )
    return { factors: new Map(factors), clipped: PerTensorClip.clippedTensors(factors.map(([, factor]) => factor)) }
  })
  const scaled = (address: string): Source => {
    const factor = recorded.factors.get(address)
    if (factor === undefined) throw new Error(`no gradient reaches "${address}"`)
    return op("MulNoNan", [parts.get(address) ?? "", select(finite, recorder.sourceOf(factor), scalar(0))])
  }
  return {
    gradients: layout.groups.map((group) => join(group, scaled)),
    clippedTensors: recorder.sourceOf(recorded.clipped)
  }
}

/** With rates and gradients at 0 and decays at 1 the optimizers write every value back as it was: an exact freeze. */
const optimized = (
  { configuration: { optimizer }, scalarOf, write }: Writing,
  group: FlatGroup.FlatGroup,
  clipped: Source,
  value: Source,
  finite: Source
): Source => {
  const { op, scalar, select } = write
  const rate = select(finite, scalarOf(group.name === "biases" ? "biasLearningRate" : "learningRate"), scalar(0))
  const momentum = select(finite, scalarOf("momentum"), scalar(1))
  const decays = group.name === "weights" && optimizer.weightDecay !== 0
  const coupled = decays && optimizer._tag !== "AdamW"
  const decay = select(finite, scalar(optimizer.weightDecay), scalar(0))
  const gradient = coupled ? op("AddV2", [clipped, op("Mul", [value, decay])]) : clipped
  const attributes = { ...write.float, use_locking: GraphDef.boolean(true) }
  if (optimizer._tag === "Sgd") {
    const inputs = [group.name, StateLayout.nameOf(group, "momentum"), rate, gradient, momentum, `^${value}`]
    return op("ResourceApplyMomentum", inputs, { ...attributes, use_nesterov: GraphDef.boolean(optimizer.nesterov) })
  }
  const applied = op("ResourceApplyAdam", [
    group.name,
    StateLayout.nameOf(group, "first"),
    StateLayout.nameOf(group, "second"),
    // With powers of 0 TensorFlow corrects nothing: rate and epsilon are corrected already.
    scalar(0),
    scalar(0),
    op("Mul", [rate, scalarOf("rateFactor")]),
    momentum,
    select(finite, scalar(optimizer.beta2), scalar(1)),
    scalarOf("epsilon"),
    gradient,
    `^${value}`
  ], { ...attributes, use_nesterov: GraphDef.boolean(false) })
  if (!decays || coupled) return applied
  return op("AssignSubVariableOp", [group.name, op("Mul", [value, op("Mul", [rate, decay])]), `^${applied}`], write.dtype)
}

/** Writes the whole update of one step. */
export const build = (writing: Writing, eager: EagerStep.EagerStep, { gradients, loss, statistics, valueOf }: Found): Update => {
  const { configuration: { accumulate, clip, ema }, layout, scalarOf, write } = writing
  const { buffers, groups } = layout
  const { op, scalar, select } = write
  const halves = op("AddN", gradients.map((gradient) => op("L2Loss", [gradient])), {
    ...write.float,
    N: GraphDef.integer(gradients.length)
  })
  const norm = op("Sqrt", [op("Mul", [halves, scalar(2)])])
  const sound = op("All", [op("IsFinite", [statistics]), write.integers([0, 1])], {
    Tidx: GraphDef.type(write.TF_INT32),
    keep_dims: GraphDef.boolean(false)
  })
  const finite = op("LogicalAnd", [op("LogicalAnd", [op("IsFinite", [norm]), op("IsFinite", [loss])], {}), sound], {})
  const ratio = op("RealDiv", [boundOf(writing, norm), op("AddV2", [norm, scalar(clipEpsilon)])])
  const coefficient = select(finite, op("Minimum", [scalar(1), ratio]), scalar(0))
  const scaled = clip._tag === "PerLayer" || clip._tag === "Adaptive"
    ? scaledPerTensor(writing, clip, eager, gradients, finite)
    : { gradients, clippedTensors: scalar(0) }

  const updates = groups.map((group, index) =>
    optimized(writing, group, op("MulNoNan", [scaled.gradients[index] ?? "", coefficient]), valueOf(group), finite)
  )
  const oldBuffers = valueOf(buffers)
  const kept = select(finite, statistics, oldBuffers)
  const assign = (variable: string, value: Source, after: Source): Source =>
    op("AssignVariableOp", [variable, value, `^${after}`], write.dtype)
  const buffersUpdate = assign(buffers.name, kept, oldBuffers)

  const averages = !ema ? [] : [...groups, buffers].map((group, index) => {
    const share = select(finite, scalarOf("emaShare"), scalar(0))
    const average = StateLayout.nameOf(group, "average")
    const mean = write.read(average)
    const value = write.read(group.name, updates[index] ?? buffersUpdate)
    return op("AssignSubVariableOp", [average, op("Mul", [op("Sub", [mean, value]), share]), `^${mean}`], write.dtype)
  })
  const pending = accumulate === 1 ? [] : [assign(StateLayout.nameOf(buffers, "pending"), kept, statistics)]
  return {
    done: [...updates, buffersUpdate, ...averages, ...pending],
    norm,
    finite,
    clippedTensors: scaled.clippedTensors
  }
}

