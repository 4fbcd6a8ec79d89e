/**
 * TensorFlow's GraphDef, written in its protocol-buffer wire format and saved as a SavedModel that holds no variables.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Wire from "./Wire.ts"

const shapeMessage = (shape: ReadonlyArray<number>): Uint8Array =>
  Buffer.concat(shape.map((extent) => Wire.bytes(2, Wire.integer(1, extent))))

/** An attribute's value as an AttrValue message. */
export type AttrValue = Uint8Array

export const type = (dtype: number): AttrValue => Wire.integer(6, dtype)
export const integer = (value: number): AttrValue => Wire.integer(3, value)
export const float = (value: number): AttrValue => Wire.float(4, value)
export const boolean = (value: boolean): AttrValue => Wire.integer(5, value ? 1 : 0)
export const string = (value: string): AttrValue => Wire.bytes(2, value)
export const shape = (value: ReadonlyArray<number>): AttrValue => Wire.bytes(7, shapeMessage(value))
export const integers = (values: ReadonlyArray<number>): AttrValue =>
  Wire.bytes(1, values.length === 0 ? new Uint8Array() : Wire.bytes(3, Buffer.concat(values.map(Wire.varint))))
export const floats = (values: ReadonlyArray<number>): AttrValue =>
  Wire.bytes(1, Wire.bytes(4, Wire.floatBytes(values)))
export const booleans = (values: ReadonlyArray<boolean>): AttrValue =>
  Wire.bytes(1, Wire.bytes(5, Uint8Array.from(values, Number)))
export const tensor = (dtype: number, extents: ReadonlyArray<number>, values: Uint8Array): AttrValue =>
  Wire.bytes(
    8,
    Buffer.concat([Wire.integer(1, dtype), Wire.bytes(2, shapeMessage(extents)), Wire.bytes(4, values)])
  )

/** An operation of the graph. Inputs are `name`, `name:output` or, for control dependencies, `^name`. */
export interface NodeDef {
  readonly name: string
  readonly op: string
  readonly inputs: ReadonlyArray<string>
  readonly attributes: Readonly<Record<string, AttrValue>>
}

const nodeMessage = (node: NodeDef): Wire.Field =>
  Wire.bytes(
    1,
    Buffer.concat([
      Wire.bytes(1, node.name),
      Wire.bytes(2, node.op),
      ...node.inputs.map((input) => Wire.bytes(3, input)),
      ...Object.entries(node.attributes).map(([name, value]) =>
        Wire.bytes(5, Buffer.concat([Wire.bytes(1, name), Wire.bytes(2, value)]))
      )
    ])
  )

/** The tag that the saved graph is loaded by. */
export const savedModelTag = "serve"
/** The GraphDef version whose rules the recorded attributes follow. */
const producer = 1205

/** Writes the nodes as `saved_model.pb` into a folder; nothing else is needed to load them. Returns the file's size in bytes. */
export const save = (directory: string, nodes: ReadonlyArray<NodeDef>): number => {
  const graph = Buffer.concat([...nodes.map(nodeMessage), Wire.bytes(4, Wire.integer(1, producer))])
  const metaGraph = Buffer.concat([Wire.bytes(1, Wire.bytes(4, savedModelTag)), Wire.bytes(2, graph)])
  const file = Buffer.concat([Wire.integer(1, 1), Wire.bytes(2, metaGraph)])
  fs.mkdirSync(directory, { recursive: true })
  fs.writeFileSync(path.join(directory, "saved_model.pb"), file)
  return file.length
}
