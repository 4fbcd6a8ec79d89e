/**
 * The search for what is not finite in a step: ordinary eager passes, with a look at every node on the way.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Batch } from "../data/Batch.ts"
import * as Graph from "../graph/TrainingGraph.ts"
import * as Backward from "./Backward.ts"
import type { Configuration } from "./Configuration.ts"
import * as Held from "./Held.ts"
import { type Inject, nothing } from "./Injection.ts"
import * as Parts from "./Parts.ts"
import type { First, Flow, Probe } from "./Probe.ts"
import type { RowOutcome } from "./Step.ts"
import * as Taps from "./Taps.ts"
import type { InPlace } from "./Update.ts"
import type { Variables } from "./Variables.ts"

/** A step that is looked into, at its present state. */
export interface Subject {
  readonly configuration: Configuration
  readonly objective: Backward.Objective
  readonly parameters: Variables
  readonly buffers: Variables
  readonly optimizer: Variables
  readonly norm: InPlace["norm"]
  /** Draws what dropout leaves out in a batch of the next step, counted from 0; the caller disposes the tensors. */
  readonly masksOf: (batch: number) => ReadonlyMap<string, tf.Tensor>
  /** Makes tensors of what is injected; null where that is nothing. */
  readonly injectedOf: (inject: Inject) => Taps.Injected | null
}

/** A node's flow, with the rows in which it is not finite. */
interface Seen {
  readonly flow: Flow
  readonly rows: ReadonlyArray<number>
}

type Fault = Omit<First, "batch">

/** A loop, because a call a value takes as long as a pass. No square of a float32 overflows here. */
const allFinite = (values: Float32Array): boolean => {
  let squares = 0
  for (let index = 0; index < values.length; index++) squares += (values[index] ?? NaN) ** 2
  return Number.isFinite(squares)
}

const brokenRows = (values: Float32Array, size: number): ReadonlyArray<number> => {
  const width = values.length / size
  return Array.from({ length: size }, (_, row) => row)
    .filter((row) => !allFinite(values.subarray(row * width, (row + 1) * width)))
}

const seen = (node: string, direction: Flow["direction"], tensor: tf.Tensor): Seen => {
  const values = tensor.dataSync<"float32">()
  let [squares, largest] = [0, 0]
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN
    squares += value * value
    largest = Math.max(largest, Math.abs(value))
  }
  const finite = Number.isFinite(squares)
  const rows = finite ? [] : brokenRows(values, tensor.shape[0] ?? 1)
  return { flow: { node, direction, finite, largest, rms: Math.sqrt(squares / values.length) }, rows }
}

/** Singles rows out where not all of the batch are concerned. */
const single = (rows: ReadonlyArray<number>, size: number): ReadonlyArray<number> | null => rows.length < size ? rows : null

const brokenInput = ({ boxes, images }: Batch, size: number): Fault | null => {
  for (const [node, values] of [["images", images], ["boxes", boxes]] as const) {
    const rows = brokenRows(values, size)
    if (rows.length > 0) return { node, direction: "input", rows }
  }
  return null
}

/** `losses` are the loss and its parts before their gains. */
const brokenLoss = ({ loss }: Configuration, [whole = NaN, ...parts]: ReadonlyArray<number>): Fault | null => {
  const part = Parts.of(loss).find((_, index) => !Number.isFinite(parts[index]))
  if (part !== undefined) return { node: `loss.${part[0]}`, direction: "loss", rows: null }
  return Number.isFinite(whole) ? null : { node: "loss", direction: "loss", rows: null }
}

/**
 * Finds the first node in one direction whose flow is not finite, or what the node computes beside it: forward its running
 * statistics, backward its parameters' gradients.
 */
const brokenFlow = (
  { graph }: Configuration,
  all: ReadonlyArray<Seen>,
  wanted: Flow["direction"],
  broken: ReadonlySet<string>,
  size: number
): Fault | null => {
  const beside = wanted === "forward" ? Graph.buffers(graph) : Graph.parameters(graph)
  const owned = new Map(beside.filter(({ address }) => broken.has(address)).map(({ address, node }) => [node.id, address]))
  for (const { flow: { direction, finite, node }, rows } of all) {
    if (direction !== wanted) continue
    if (!finite) return { node, direction, rows: single(rows, size) }
    const address = owned.get(node)
    if (address !== undefined) return { node: address, direction, rows: null }
  }
  return null
}

const brokenState = ({ buffers, optimizer, parameters }: Subject): Fault | null => {
  for (const [address, variable] of [...parameters, ...buffers, ...optimizer]) {
    if (!allFinite(variable.dataSync<"float32">())) return { node: address, direction: "weights", rows: null }
  }
  return null
}

/** Differentiates a batch; the caller gives it a scope. */
const differentiated = (
  { configuration, masksOf, objective, parameters }: Subject,
  batch: Batch,
  number: number,
  buffers: ReadonlyMap<string, tf.Tensor>,
  taps: Taps.Taps
): Backward.Backward =>
  Backward.backward(objective, parameters, buffers, Backward.batchTensors(configuration.graph, batch), {
    gains: Backward.gainsOf(configuration.loss),
    masks: masksOf(number),
    taps
  })

interface Pass {
  readonly flows: ReadonlyArray<Flow>
  readonly fault: Fault | null
}

/** Adds a batch to what is held, and finds what is not finite in it. */
const pass = (
  subject: Subject,
  held: Held.Held | null,
  batch: Batch,
  number: number,
  inject: Inject
): Pass & { readonly held: Held.Held } => {
  const { configuration } = subject
  const all: Array<Seen> = []
  const broken = new Set<string>()
  let losses: ReadonlyArray<number> = []
  const next = Held.joined(held, () => {
    const result = differentiated(subject, batch, number, held?.buffers ?? subject.buffers, {
      injected: subject.injectedOf(inject),
      watch: {
        forward: (node, tensor) => all.push(seen(node, "forward", tensor)),
        backward: (node, tensor) => all.push(seen(node, "backward", tensor))
      }
    })
    losses = [result.loss, ...result.parts].map((value) => value.dataSync<"float32">()[0] ?? NaN)
    for (const [address, tensor] of [...result.gradients, ...result.buffers]) {
      if (!allFinite(tensor.dataSync<"float32">())) broken.add(address)
    }
    return result
  })
  const size = configuration.batch
  const fault = brokenInput(batch, size) ?? brokenFlow(configuration, all, "forward", broken, size)
    ?? brokenLoss(configuration, losses) ?? brokenFlow(configuration, all, "backward", broken, size)
  return { flows: all.map(({ flow }) => flow), fault, held: next }
}

/** What the step would report, and what is not finite in it though it is in every batch. */
const whole = (
  { configuration, norm }: Subject,
  held: Held.Held
): Pick<Probe, "loss" | "parts" | "gradNorm"> & { readonly finite: boolean; readonly fault: Fault | null } => {
  const figures = tf.tidy(() => {
    const scalars = tf.stack([norm([...Held.gradients(held).values()]), Held.soundStatistics(held)])
    return tf.concat([scalars, Held.losses(held)])
  })
  const [gradNorm = NaN, sound = 0, ...losses] = figures.dataSync<"float32">()
  figures.dispose()
  const [loss = NaN, ...parts] = losses
  const long: Fault | null = Number.isFinite(gradNorm) ? null : { node: "norm", direction: "backward", rows: null }
  return {
    loss,
    parts: Parts.weighed(configuration.loss, parts),
    gradNorm,
    finite: Number.isFinite(gradNorm) && Number.isFinite(loss) && sound === 1,
    fault: brokenLoss(configuration, losses) ?? long
  }
}

/**
 * Looks for the first thing that is not finite in a step of these batches, from the present state, which stays as it is.
 * What is injected fires in the last batch, as it does in a step.
 */
export const probe = (subject: Subject, batches: ReadonlyArray<Batch>, inject: Inject = nothing): Probe => {
  const state = brokenState(subject)
  let found: (Pass & { readonly batch: number }) | null = null
  let held: Held.Held | null = null
  try {
    for (const [batch, values] of batches.entries()) {
      const last = batch === batches.length - 1
      const { held: next, ...looked } = pass(subject, held, values, batch, last ? inject : nothing)
      Held.release(held)
      held = next
      if ((found?.fault ?? null) === null) found = { ...looked, batch }
    }
    if (found === null || held === null) throw new Error("a step has at least one batch")
    const { fault, gradNorm, loss, parts } = whole(subject, held)
    const first = found.fault ?? fault
    return {
      first: state !== null ? { ...state, batch: 0 } : first === null ? null : { ...first, batch: found.batch },
      nodes: found.flows,
      loss,
      parts,
      gradNorm
    }
  } finally {
    Held.release(held)
  }
}

/** Fills a batch with copies of one of its rows. */
const copies = (batch: Batch, row: number, size: number): Batch => {
  const filled = <A extends Float32Array | Int32Array>(values: A): A => {
    const width = values.length / size
    const all = values.slice() as A
    for (let to = 0; to < size; to++) all.set(values.subarray(row * width, (row + 1) * width), to * width)
    return all
  }
  return {
    ...batch,
    images: filled(batch.images),
    boxes: filled(batch.boxes),
    classes: filled(batch.classes),
    present: filled(batch.present)
  }
}

/** Finds out what each row of a batch comes to by itself, from the present state, which stays as it is. */
export const rows = (subject: Subject, batch: Batch): ReadonlyArray<RowOutcome> => {
  const size = subject.configuration.batch
  return Array.from({ length: size }, (_, row): RowOutcome => {
    const alone = copies(batch, row, size)
    const held = Held.joined(null, () => differentiated(subject, alone, 0, subject.buffers, Taps.none))
    try {
      const { finite, gradNorm, loss } = whole(subject, held)
      return { finite, loss, gradNorm }
    } finally {
      Held.release(held)
    }
  })
}
