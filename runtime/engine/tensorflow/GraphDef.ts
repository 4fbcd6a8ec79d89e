/**
 * TensorFlow's GraphDef, written in its protocol-buffer wire format and saved as a SavedModel that holds no variables.
 */
import * as fs from "node:fs"
import * as path from "node:path"

/** A field's bytes; concatenated fields make a message. */
type Field = Uint8Array

const varint = (value: number | bigint): Uint8Array => {
  const bytes: Array<number> = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

const wire = { varint: 0, bytes: 2, fixed32: 5 } as const

const tag = (field: number, type: number): Uint8Array => varint((field << 3) | type)

const integerField = (field: number, value: number): Field => Buffer.concat([tag(field, wire.varint), varint(value)])

const bytesField = (field: number, value: Uint8Array | string): Field => {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value
  return Buffer.concat([tag(field, wire.bytes), varint(bytes.length), bytes])
}

const floatBytes = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

const shapeMessage = (shape: ReadonlyArray<number>): Uint8Array =>
  Buffer.concat(shape.map((extent) => bytesField(2, integerField(1, extent))))

/** An attribute's value as an AttrValue message. */
export type AttrValue = Uint8Array

export const type = (dtype: number): AttrValue => integerField(6, dtype)
export const integer = (value: number): AttrValue => integerField(3, value)
export const float = (value: number): AttrValue => Buffer.concat([tag(4, wire.fixed32), floatBytes(value)])
export const boolean = (value: boolean): AttrValue => integerField(5, value ? 1 : 0)
export const string = (value: string): AttrValue => bytesField(2, value)
export const shape = (value: ReadonlyArray<number>): AttrValue => bytesField(7, shapeMessage(value))
export const integers = (values: ReadonlyArray<number>): AttrValue =>
  bytesField(1, values.length === 0 ? new Uint8Array() : bytesField(3, Buffer.concat(values.map(varint))))
export const floats = (values: ReadonlyArray<number>): AttrValue =>
  bytesField(1, bytesField(4, Buffer.concat(values.map(floatBytes))))
export const booleans = (values: ReadonlyArray<boolean>): AttrValue =>
  bytesField(1, bytesField(5, Uint8Array.from(values, Number)))
export const tensor = (dtype: number, extents: ReadonlyArray<number>, values: Uint8Array): AttrValue =>
  bytesField(
    8,
    Buffer.concat([integerField(1, dtype), bytesField(2, shapeMessage(extents)), bytesField(4, values)])
  )

/** An operation of the graph. Inputs are `name`, `name:output` or, for control dependencies, `^name`. */
export interface NodeDef {
  readonly name: string
  readonly op: string
  readonly inputs: ReadonlyArray<string>
  readonly attributes: Readonly<Record<string, AttrValue>>
}

const nodeMessage = (node: NodeDef): Field =>
  bytesField(
    1,
    Buffer.concat([
      bytesField(1, node.name),
      bytesField(2, node.op),
      ...node.inputs.map((input) => bytesField(3, input)),
      ...Object.entries(node.attributes).map(([name, value]) =>
        bytesField(5, Buffer.concat([bytesField(1, name), bytesField(2, value)]))
      )
    ])
  )

/** The tag that the saved graph is loaded by. */
export const savedModelTag = "serve"
/** The GraphDef version whose rules the recorded attributes follow. */
const producer = 1205

/** Writes the nodes as `saved_model.pb` into a folder; nothing else is needed to load them. Returns the file's size in bytes. */
export const save = (directory: string, nodes: ReadonlyArray<NodeDef>): number => {
  const graph = Buffer.concat([...nodes.map(nodeMessage), bytesField(4, integerField(1, producer))])
  const metaGraph = Buffer.concat([bytesField(1, bytesField(4, savedModelTag)), bytesField(2, graph)])
  const file = Buffer.concat([integerField(1, 1), bytesField(2, metaGraph)])
  fs.mkdirSync(directory, { recursive: true })
  fs.writeFileSync(path.join(directory, "saved_model.pb"), file)
  return file.length
}
