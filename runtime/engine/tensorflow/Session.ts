/**
 * A compiled step: the whole of it is one call into a TensorFlow session that holds the state.
 */
import * as tf from "@tensorflow/tfjs-core"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { Batch } from "../../data/Batch.ts"
import { type Configuration, requireRoom, requireWhole } from "../../step/Configuration.ts"
import * as EagerStep from "../../step/EagerStep.ts"
import * as Moments from "../../optim/Moments.ts"
import * as Injection from "../../step/Injection.ts"
import * as Masks from "../../step/Masks.ts"
import * as Parts from "../../step/Parts.ts"
import { outcomeOf } from "../../step/Report.ts"
import type { NamedTensor, Prediction, State, Step } from "../../step/Step.ts"
import * as FlatGroup from "./FlatGroup.ts"
import * as GraphDef from "./GraphDef.ts"
import type { Backend, Binding, TensorHandle, Values } from "./Native.ts"
import * as Recorder from "./Recorder.ts"
import * as ScalarFeed from "./ScalarFeed.ts"
import type * as StateLayout from "./StateLayout.ts"
import * as StepGraph from "./StepGraph.ts"

interface Feed {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly values: Values
}

/** What TensorFlow would not share lies at no multiple of this many bytes. */
const sharedAlignment = 16

/** Leaves what it is added to as it is, to the bit: adding 0 would take the sign from a zero. */
const nothing = -0

let scratch = new ArrayBuffer(1 << 16)

/**
 * Copies values to an address of another alignment than TensorFlow's, so that it copies them at once. It would share the
 * array otherwise, and let go of it on one of its own threads, where the addon may not touch JavaScript.
 */
const unshared = (values: Values): Values => {
  const { byteLength, length } = values
  if (scratch.byteLength < byteLength + sharedAlignment) scratch = new ArrayBuffer(2 * byteLength + sharedAlignment)
  const copy = values instanceof Float32Array
    ? new Float32Array(scratch, Float32Array.BYTES_PER_ELEMENT, length)
    : values instanceof Int32Array
    ? new Int32Array(scratch, Int32Array.BYTES_PER_ELEMENT, length)
    : new Uint8Array(scratch, Uint8Array.BYTES_PER_ELEMENT, length)
  copy.set(values)
  return copy
}

/** Feeds values, runs the session and returns what was fetched as host arrays; nothing stays behind in TensorFlow. */
const call = (
  binding: Binding,
  session: number,
  feeds: ReadonlyArray<Feed>,
  fetches: ReadonlyArray<string>
): ReadonlyArray<Values> => {
  const fed: Array<number> = []
  let fetched: ReadonlyArray<TensorHandle> = []
  try {
    for (const { shape, values } of feeds) {
      const dtype = values instanceof Int32Array ? binding.TF_INT32 : binding.TF_FLOAT
      fed.push(binding.createTensor(shape, dtype, unshared(values)))
    }
    fetched = binding.runSavedModel(session, fed, feeds.map(({ name }) => name).join(","), fetches.join(","))
    return fetched.map(({ id }) => binding.tensorDataSync(id))
  } finally {
    for (const id of fed) binding.deleteTensor(id)
    for (const { id } of fetched) binding.deleteTensor(id)
  }
}

const load = (binding: Binding, nodes: ReadonlyArray<GraphDef.NodeDef>): number => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-step-"))
  try {
    GraphDef.save(directory, nodes)
    return binding.loadSavedModel(directory, GraphDef.savedModelTag)
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * Records the eager step, loads the recording as a session and copies the eager step's state into it. `revise` may change
 * the recorded nodes before they are loaded, as measurements do.
 */
export const make = (
  backend: Backend,
  configuration: Configuration,
  eager: EagerStep.EagerStep,
  revise: (nodes: ReadonlyArray<GraphDef.NodeDef>) => ReadonlyArray<GraphDef.NodeDef> = (nodes) => nodes
): Step => {
  const { binding } = backend
  const recorder = Recorder.make(backend)
  const compiled = (): { readonly layout: StateLayout.StateLayout; readonly session: number } => {
    tf.engine().startScope("recording")
    try {
      const layout = StepGraph.build(backend, recorder, configuration, eager)
      return { layout, session: load(binding, revise(recorder.nodes)) }
    } finally {
      // A recording that broke off leaves activations behind.
      tf.engine().endScope()
      recorder.release()
    }
  }
  const { layout, session } = compiled()
  const { accumulate, batch: size, graph, maxBoxes, seed } = configuration
  const [height, width, channels] = graph.input
  const ownGains = Parts.of(configuration.loss).map(([, gain]) => gain)
  let updates = 0
  /** How many batches of the present step are in the sums already. */
  let before = 0

  const feedsOf = (
    batch: Batch,
    gains: ReadonlyArray<number>,
    inject: Injection.Inject = Injection.nothing
  ): ReadonlyArray<Feed> => [
    { name: "images:0", shape: [size, height, width, channels], values: batch.images },
    { name: "boxes:0", shape: [size, maxBoxes, 4], values: batch.boxes },
    { name: "classes:0", shape: [size, maxBoxes], values: batch.classes },
    { name: "present:0", shape: [size, maxBoxes], values: batch.present },
    { name: "gains:0", shape: [gains.length], values: Float32Array.from(gains) },
    ...Masks.draw(graph, size, seed, updates * accumulate + before).map(({ node, shape, values }): Feed => ({
      name: `${StepGraph.maskOf(node)}:0`,
      shape,
      values
    })),
    ...(configuration.inject === null ? [] : [{
      name: "inject:0",
      shape: [2],
      values: Float32Array.from(inject, (value) => value === 0 ? nothing : value)
    }])
  ]

  let looking: EagerStep.EagerStep | null = null
  /** Makes, where a session has to be looked into for the first time, the step that does: its passes cannot be watched. */
  const look = (): EagerStep.EagerStep => {
    looking ??= EagerStep.make({ ...configuration, ema: false }, eager.objective.kernels)
    looking.write({ ...read(), ema: [] })
    return looking
  }

  const run: Step["run"] = (batch, scalars) => {
    requireWhole(configuration, before + 1)
    Injection.fires(configuration, scalars.inject)
    const values = ScalarFeed.values(configuration, scalars, updates)
    const feeds = [...feedsOf(batch, ownGains, scalars.inject), { name: "scalars:0", shape: [values.length], values }]
    const [report] = call(binding, session, feeds, [StepGraph.report])
    const [gradNorm = NaN, finiteFlag = 0, clippedTensors = 0, loss = NaN, ...parts] = report ?? []
    const finite = finiteFlag === 1
    before = 0
    if (finite) updates += 1
    return outcomeOf({ loss, parts, gradNorm, finite, clippedTensors }, configuration, scalars)
  }

  const gradients: Step["gradients"] = (batch, gains) => {
    const fetched = call(binding, session, feedsOf(batch, gains), layout.groups.map(StepGraph.gradientOf))
    return new Map(
      layout.groups.flatMap((group, index) =>
        FlatGroup.unpack(group, fetched[index] as Float32Array).map(({ data, name }) => [name, data] as const)
      )
    )
  }

  const read = (): State => {
    const fetched = call(binding, session, [], layout.variables.map(({ name }) => StepGraph.readOut(name)))
    const tensorsOf = (wanted: StateLayout.Holds, of: "parameters" | "buffers" | "all"): ReadonlyArray<NamedTensor> =>
      layout.variables.flatMap(({ group, holds }, index) => {
        const values = fetched[index]
        const isBuffers = group === layout.buffers
        if (holds !== wanted || !(values instanceof Float32Array) || (of === "parameters" && isBuffers)) return []
        return of === "buffers" && !isBuffers ? [] : FlatGroup.unpack(group, values)
      })
    return {
      updates,
      parameters: tensorsOf("values", "parameters"),
      optimizer: Moments.slots(configuration.optimizer).flatMap((slot) =>
        tensorsOf(slot, "parameters").map((tensor) => ({ ...tensor, name: Moments.addressOf(tensor.name, slot) }))
      ),
      buffers: tensorsOf("values", "buffers"),
      ema: tensorsOf("average", "all")
    }
  }

  const write = (state: State): void => {
    const byName = (tensors: ReadonlyArray<NamedTensor>) => new Map(tensors.map((tensor) => [tensor.name, tensor]))
    const keptBy = (slot: Moments.Slot) =>
      byName(layout.groups.flatMap(({ slots }) => slots.map(({ address }) => address)).flatMap((address) => {
        const tensor = optimizer.get(Moments.addressOf(address, slot))
        return tensor === undefined ? [] : [{ ...tensor, name: address }]
      }))
    const optimizer = byName(state.optimizer)
    const current = byName([...state.parameters, ...state.buffers])
    const averages = byName(state.ema)
    const valuesOf = ({ group, holds }: StateLayout.Variable): Float32Array => {
      switch (holds) {
        case "values":
        case "pending":
          return FlatGroup.pack(group, current)
        case "average":
          return FlatGroup.pack(group, averages)
        case "sum":
          return new Float32Array(group.rows * FlatGroup.columns)
        default:
          return FlatGroup.pack(group, keptBy(holds))
      }
    }
    const feeds = layout.variables.map((variable): Feed => ({
      name: StepGraph.initialValue(variable.name),
      shape: [variable.group.rows, FlatGroup.columns],
      values: valuesOf(variable)
    }))
    call(binding, session, feeds, [StepGraph.assigned])
    updates = state.updates
    before = 0
  }

  const predict = (images: Float32Array): Prediction => {
    const feed = { name: StepGraph.predictionInput, shape: [size, height, width, channels], values: images }
    const hasBoxes = graph.outputs.distances !== null
    const fetches = [StepGraph.predictedScores, ...(hasBoxes ? [StepGraph.predictedBoxes] : [])]
    const [scores, boxes = new Float32Array()] = call(binding, session, [feed], fetches)
    return { boxes: boxes as Float32Array, scores: scores as Float32Array }
  }

  write(eager.read())
  return {
    batch: size,
    execution: { mode: "session", reason: null },
    accumulate: (batch) => {
      requireRoom(configuration, before + 1)
      call(binding, session, feedsOf(batch, ownGains), [StepGraph.accumulated])
      before += 1
    },
    run,
    gradients,
    probe: (batches, options) => look().probe(batches, options),
    rows: (batch) => look().rows(batch),
    predict,
    read,
    write,
    dispose: () => {
      looking?.dispose()
      binding.deleteSavedModel(session)
    }
  }
}
