import * as FlatGroup from "./FlatGroup.ts"
import * as GraphDef from "./GraphDef.ts"
import type { Backend } from "./Native.ts"
import type { Recorder, Source } from "./Recorder.ts"

/** Builds one node after the other on a recorder, with TensorFlow's attribute spelling kept in one place. */
export const make = (backend: Backend, recorder: Recorder) => {
  const { TF_BOOL, TF_FLOAT, TF_INT32 } = backend.binding
  const float = { T: GraphDef.type(TF_FLOAT) }
  const dtype = { dtype: GraphDef.type(TF_FLOAT) }
  let count = 0
  const named = (op: string): string => `${op}__${count++}`
  const op = (
    name: string,
    inputs: ReadonlyArray<Source>,
    attributes: Readonly<Record<string, GraphDef.AttrValue>> = float
  ): Source => recorder.add(named(name), name, inputs, attributes)
  const integers = (values: ReadonlyArray<number>, shape: ReadonlyArray<number> = [values.length]): Source =>
    recorder.constant(TF_INT32, shape, Int32Array.from(values))
  const scalar = (value: number): Source => recorder.constant(TF_FLOAT, [], Float32Array.of(value))
  const placeholder = (name: string, shape: ReadonlyArray<number>, type: number = TF_FLOAT): Source =>
    recorder.add(name, "Placeholder", [], { dtype: GraphDef.type(type), shape: GraphDef.shape(shape) })
  const reshape = (source: Source, shape: ReadonlyArray<number>): Source =>
    op("Reshape", [source, integers(shape)], { ...float, Tshape: GraphDef.type(TF_INT32) })
  const concat = (sources: ReadonlyArray<Source>): Source =>
    sources.length === 1 ? sources[0] ?? "" : op("ConcatV2", [...sources, integers([0], [])], {
      ...float,
      N: GraphDef.integer(sources.length),
      Tidx: GraphDef.type(TF_INT32)
    })
  const select = (condition: Source, then: Source, otherwise: Source): Source =>
    op("SelectV2", [condition, then, otherwise])

  /** Splits a group's value into its tensors; a tensor that leaves part of its last row unused is cut to size. */
  const split = (group: FlatGroup.FlatGroup, value: Source): ReadonlyMap<string, Source> => {
    const rows = op("SplitV", [value, integers(group.slots.map((slot) => slot.rows)), integers([0], [])], {
      ...float,
      Tlen: GraphDef.type(TF_INT32),
      num_split: GraphDef.integer(group.slots.length)
    })
    return new Map(group.slots.map((slot, index) => {
      const part = index === 0 ? rows : `${rows}:${index}`
      const whole = slot.size === slot.rows * FlatGroup.columns
      const exact = whole ? part : op(
        "Slice",
        [reshape(part, [-1]), integers([0]), integers([slot.size])],
        { ...float, Index: GraphDef.type(TF_INT32) }
      )
      return [slot.address, reshape(exact, slot.shape)]
    }))
  }

  /** Joins tensors into a group's rows, filling unused ends with zeros. */
  const join = (group: FlatGroup.FlatGroup, sourceOf: (address: string) => Source): Source =>
    concat(group.slots.map((slot) => {
      const missing = slot.rows * FlatGroup.columns - slot.size
      const source = sourceOf(slot.address)
      const padded = missing === 0 ? source : op(
        "Pad",
        [reshape(source, [-1]), integers([0, missing], [1, 2])],
        { ...float, Tpaddings: GraphDef.type(TF_INT32) }
      )
      return reshape(padded, [-1, FlatGroup.columns])
    }))

  /** Declares a variable with a value to start from and a read-out for the host, and returns its handle. */
  const variable = (name: string, group: FlatGroup.FlatGroup): Source => {
    const shape = [group.rows, FlatGroup.columns]
    recorder.add(name, "VarHandleOp", [], {
      ...dtype,
      shape: GraphDef.shape(shape),
      shared_name: GraphDef.string(name),
      container: GraphDef.string("")
    })
    placeholder(`${name}/initial`, shape)
    recorder.add(`${name}/assign`, "AssignVariableOp", [name, `${name}/initial`], dtype)
    recorder.add(`${name}/read`, "ReadVariableOp", [name], dtype)
    return name
  }
  const read = (name: string, ...after: ReadonlyArray<Source>): Source =>
    op("ReadVariableOp", [name, ...after.map((source) => `^${source}`)], dtype)

  return { op, integers, scalar, placeholder, reshape, concat, select, split, join, variable, read, dtype, float, TF_BOOL, TF_INT32, TF_FLOAT }
}
