/**
 * Flat groups: many tensors of the state as one TensorFlow variable of 16 columns, so that norm, clip and update are a
 * handful of operations. Every tensor starts on a row of its own, because rows of 64 bytes are what TensorFlow splits
 * without copying.
 */
import { buffers, type Group, parameters, sizeOf, type TrainingGraph } from "../../graph/TrainingGraph.ts"
import type { NamedTensor } from "../../step/Step.ts"

export const columns = 16

/** One tensor's place in its group; rows are of 16 floats, and what the last row does not use stays zero. */
export interface Slot {
  readonly address: string
  readonly shape: ReadonlyArray<number>
  readonly size: number
  readonly firstRow: number
  readonly rows: number
}

export interface FlatGroup {
  readonly name: string
  readonly slots: ReadonlyArray<Slot>
  readonly rows: number
}

const layOut = (
  name: string,
  tensors: ReadonlyArray<{ readonly address: string; readonly shape: ReadonlyArray<number> }>
): FlatGroup => {
  let rows = 0
  const slots = tensors.map(({ address, shape }): Slot => {
    const size = sizeOf(shape)
    const slot = { address, shape, size, firstRow: rows, rows: Math.ceil(size / columns) }
    rows += slot.rows
    return slot
  })
  return { name, slots, rows }
}

/** Lays out one group of the graph's parameters. */
export const ofParameters = (graph: TrainingGraph, group: Group): FlatGroup =>
  layOut(
    group,
    parameters(graph)
      .filter(({ tensor }) => tensor.group === group)
      .map(({ address, tensor }) => ({ address, shape: tensor.shape }))
  )

/** Lays out the graph's running statistics. */
export const ofBuffers = (graph: TrainingGraph): FlatGroup =>
  layOut("buffers", buffers(graph).map(({ address, tensor }) => ({ address, shape: tensor.shape })))

/** Lays out a vector of `count` values by itself. */
export const ofValues = (name: string, count: number): FlatGroup => layOut(name, [{ address: name, shape: [count] }])

/** Copies the group's tensors into one array of `rows x 16`. A tensor that is missing or has another size throws. */
export const pack = (group: FlatGroup, tensors: ReadonlyMap<string, NamedTensor>): Float32Array => {
  const flat = new Float32Array(group.rows * columns)
  for (const slot of group.slots) {
    const tensor = tensors.get(slot.address)
    if (tensor === undefined || tensor.data.length !== slot.size) {
      throw new Error(`the state has no tensor "${slot.address}" of ${slot.size} values`)
    }
    flat.set(tensor.data, slot.firstRow * columns)
  }
  return flat
}

/** Copies the group's tensors out of one array of `rows x 16`. */
export const unpack = (group: FlatGroup, flat: Float32Array): ReadonlyArray<NamedTensor> =>
  group.slots.map(({ address, firstRow, shape, size }) => ({
    name: address,
    shape,
    data: flat.slice(firstRow * columns, firstRow * columns + size)
  }))
