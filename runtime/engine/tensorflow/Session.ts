/**
 * A compiled step: the whole of it is one call into a TensorFlow session that holds the state.
 */
import * as tf from "@tensorflow/tfjs-core"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { Batch } from "../../data/Batch.ts"
import type { Configuration } from "../../step/Configuration.ts"
import type * as EagerStep from "../../step/EagerStep.ts"
import { outcomeOf } from "../../step/Report.ts"
import type { NamedTensor, Prediction, Scalars, State, Step, StepOutcome } from "../../step/Step.ts"
import * as FlatGroup from "./FlatGroup.ts"
import * as GraphDef from "./GraphDef.ts"
import type { Backend, Binding, TensorHandle, Values } from "./Native.ts"
import * as Recorder from "./Recorder.ts"
import * as StepGraph from "./StepGraph.ts"

interface Feed {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly values: Values
}

/** What TensorFlow would not share lies at no multiple of this many bytes. */
const sharedAlignment = 16

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

/** A session step, open to its gradients: they are fetched only to be checked. */
export interface SessionStep extends Step {
  /** Takes the step and returns the gradients that it used, by address, unclipped. */
  readonly runWithGradients: (
    batch: Batch,
    scalars: Scalars
  ) => { readonly outcome: StepOutcome; readonly gradients: ReadonlyMap<string, Float32Array> }
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
): SessionStep => {
  const { binding } = backend
  const recorder = Recorder.make(backend)
  const compiled = (): { readonly layout: StepGraph.StepGraph; readonly session: number } => {
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
  const [height, width, channels] = configuration.graph.input
  const { batch: size, maxBoxes } = configuration

  const batchFeeds = (batch: Batch): ReadonlyArray<Feed> => [
    { name: "images:0", shape: [size, height, width, channels], values: batch.images },
    { name: "boxes:0", shape: [size, maxBoxes, 4], values: batch.boxes },
    { name: "classes:0", shape: [size, maxBoxes], values: batch.classes },
    { name: "present:0", shape: [size, maxBoxes], values: batch.present }
  ]

  const step = (
    batch: Batch,
    scalars: Scalars,
    fetches: ReadonlyArray<string>
  ): { readonly outcome: StepOutcome; readonly fetched: ReadonlyArray<Values> } => {
    const values = Float32Array.of(
      scalars.learningRate,
      scalars.biasLearningRate,
      scalars.momentum,
      scalars.clipBound,
      1 - scalars.emaDecay
    )
    const feeds = [...batchFeeds(batch), { name: "scalars:0", shape: [values.length], values }]
    const [report, ...fetched] = call(binding, session, feeds, [StepGraph.report, ...fetches])
    const [loss = NaN, box = NaN, klass = NaN, dfl = NaN, gradNorm = NaN, finiteFlag = 0] = report ?? []
    const figures = { loss, box, class: klass, dfl, gradNorm, finite: finiteFlag === 1 }
    return { outcome: outcomeOf(figures, configuration.loss, scalars.clipBound), fetched }
  }

  const read = (): State => {
    const fetched = call(binding, session, [], layout.variables.map(({ name }) => StepGraph.readOut(name)))
    const tensorsOf = (names: ReadonlyArray<string>): ReadonlyArray<NamedTensor> =>
      layout.variables.flatMap(({ group, name }, index) => {
        const values = fetched[index]
        return names.includes(name) && values instanceof Float32Array ? FlatGroup.unpack(group, values) : []
      })
    return {
      parameters: tensorsOf(layout.groups.map(({ name }) => name)),
      optimizer: tensorsOf(layout.groups.map(StepGraph.momentumOf)),
      buffers: tensorsOf([layout.buffers.name]),
      ema: tensorsOf([...layout.groups, layout.buffers].map(StepGraph.averageOf))
    }
  }

  const write = (state: State): void => {
    const byName = (tensors: ReadonlyArray<NamedTensor>) => new Map(tensors.map((tensor) => [tensor.name, tensor]))
    const current = byName([...state.parameters, ...state.buffers])
    const momenta = byName(state.optimizer)
    const averages = byName(state.ema)
    const feeds = layout.variables.map(({ group, name }): Feed => {
      const source = name === StepGraph.momentumOf(group) ? momenta : name === StepGraph.averageOf(group) ? averages : current
      return {
        name: StepGraph.initialValue(name),
        shape: [group.rows, FlatGroup.columns],
        values: FlatGroup.pack(group, source)
      }
    })
    call(binding, session, feeds, [StepGraph.assigned])
  }

  const predict = (images: Float32Array): Prediction => {
    const [boxes, scores] = call(
      binding,
      session,
      [{ name: StepGraph.predictionInput, shape: [size, height, width, channels], values: images }],
      StepGraph.prediction
    )
    return { boxes: boxes as Float32Array, scores: scores as Float32Array }
  }

  write(eager.read())
  return {
    batch: size,
    execution: { mode: "session", reason: null },
    run: (batch, scalars) => step(batch, scalars, []).outcome,
    runWithGradients: (batch, scalars) => {
      const { fetched, outcome } = step(batch, scalars, layout.groups.map(({ name }) => StepGraph.gradientOf(name)))
      const gradients = new Map(
        layout.groups.flatMap((group, index) =>
          FlatGroup.unpack(group, fetched[index] as Float32Array).map(({ data, name }) => [name, data] as const)
        )
      )
      return { outcome, gradients }
    },
    predict,
    read,
    write,
    dispose: () => binding.deleteSavedModel(session)
  }
}
