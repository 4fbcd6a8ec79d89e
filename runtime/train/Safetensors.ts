/**
 * The safetensors format: a length, a JSON header of names, shapes and offsets, then the values. float32 alone.
 */
import { sizeOf } from "../graph/TrainingGraph.ts"
import type { NamedTensor } from "../step/Step.ts"

const lengthBytes = 8
/** The format asks that the values start on a multiple of 8 bytes; spaces after the header see to it. */
const alignment = 8

interface Entry {
  readonly dtype: string
  readonly shape: ReadonlyArray<number>
  readonly data_offsets: readonly [begin: number, end: number]
}

/** Encodes tensors in the order given. Names are unique; metadata holds strings alone, as the format asks. */
export const encode = (
  tensors: ReadonlyArray<NamedTensor>,
  metadata: Readonly<Record<string, string>> = {}
): Uint8Array => {
  const header: Record<string, Entry | Readonly<Record<string, string>>> = { __metadata__: metadata }
  let offset = 0
  for (const { data, name, shape } of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const text = Buffer.from(JSON.stringify(header), "utf8")
  const headerLength = Math.ceil(text.length / alignment) * alignment
  const bytes = Buffer.alloc(lengthBytes + headerLength + offset, " ")
  bytes.writeBigUInt64LE(BigInt(headerLength), 0)
  text.copy(bytes, lengthBytes)
  let position = lengthBytes + headerLength
  for (const { data } of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position)
    position += data.byteLength
  }
  return bytes
}

const entryOf = (name: string, value: unknown, size: number): Entry => {
  const { data_offsets: offsets, dtype, shape } = value as Partial<Entry>
  const [begin = -1, end = -1] = offsets ?? []
  if (dtype !== "F32" || shape === undefined || begin < 0 || end > size || end - begin !== 4 * sizeOf(shape)) {
    throw new Error(`tensor "${name}" is not float32 data within the file`)
  }
  return { dtype, shape, data_offsets: [begin, end] }
}

/** Decodes a file. Throws an Error that says what is wrong where it is truncated, not safetensors or not float32. */
export const decode = (file: Uint8Array): ReadonlyArray<NamedTensor> => {
  if (file.length < lengthBytes) throw new Error("the file ends before its header")
  const headerLength = Number(Buffer.from(file.buffer, file.byteOffset, lengthBytes).readBigUInt64LE())
  const start = lengthBytes + headerLength
  if (start > file.length) throw new Error("the file ends within its header")
  const header = JSON.parse(Buffer.from(file.buffer, file.byteOffset + lengthBytes, headerLength).toString("utf8")) as
    Record<string, unknown>
  return Object.entries(header).filter(([name]) => name !== "__metadata__").map(([name, value]) => {
    const { data_offsets: [begin, end], shape } = entryOf(name, value, file.length - start)
    const values = new Float32Array((end - begin) / 4)
    new Uint8Array(values.buffer).set(file.subarray(start + begin, start + end))
    return { name, shape, data: values }
  })
}
