/**
 * The safetensors format: a length, a JSON header of names, shapes and offsets, then the values. float32 alone. Files come
 * from anywhere, so a header is believed in nothing that it does not prove: that its tensors tile the values means that
 * what is decoded is never more than what was read.
 */
import { sizeOf } from "../graph/TrainingGraph.ts"
import type { NamedTensor } from "../step/Step.ts"

/** How many bytes precede the header: its length, little-endian. */
export const lengthBytes = 8
/** The format asks that the values start on a multiple of 8 bytes; spaces after the header see to it. */
const alignment = 8
const bytesPerValue = 4
/** What the format's own implementation reads at most. */
const longestHeader = 100_000_000
const metadataName = "__metadata__"

/** A tensor in a file: its values are the bytes from `begin` to before `end`, counted from where the values start. */
export interface Entry {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly begin: number
  readonly end: number
}

const shownCharacters = 100

const quoted = (text: string): string =>
  JSON.stringify(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text)

/**
 * Encodes tensors in the order given. Throws an Error where a name is empty, the format's own or there twice, or where a
 * tensor has not as many values as its shape.
 */
export const encode = (
  tensors: ReadonlyArray<NamedTensor>,
  metadata: Readonly<Record<string, string>> = {}
): Uint8Array => {
  const header = new Map<string, unknown>([[metadataName, metadata]])
  let offset = 0
  for (const { data, name, shape } of tensors) {
    if (name === "" || name === metadataName) throw new Error(`a tensor cannot be named ${quoted(name)}`)
    if (header.has(name)) throw new Error(`two tensors are named ${quoted(name)}`)
    if (data.length !== sizeOf(shape)) throw new Error(`tensor ${quoted(name)} has ${data.length} values, unlike its shape`)
    header.set(name, { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] })
    offset += data.byteLength
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)), "utf8")
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

/** Reads how long the header is off a file's first 8 bytes. Throws where that is not possible in a file of `size` bytes. */
export const headerLength = (first: Uint8Array, size: number): number => {
  if (first.length < lengthBytes) throw new Error("the file ends before its header")
  const length = Number(Buffer.from(first.buffer, first.byteOffset, lengthBytes).readBigUInt64LE())
  if (length > size - lengthBytes) throw new Error("the file ends within its header")
  if (length > longestHeader) throw new Error(`its header has ${length} bytes, and at most ${longestHeader} are read`)
  return length
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const isCounts = (value: unknown): value is ReadonlyArray<number> => Array.isArray(value) && value.every(isCount)

/**
 * Finds a name that an object of the header has twice, which JSON.parse does not tell: it keeps the last. Takes text that
 * is JSON. Null where there is none.
 */
const twice = (text: string): string | null => {
  const open: Array<Set<string>> = []
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === "{" || character === "[") open.push(new Set())
    if (character === "}" || character === "]") open.pop()
    if (character !== "\"") continue
    const start = index++
    while (text[index] !== "\"") index += text[index] === "\\" ? 2 : 1
    let next = index + 1
    while (/\s/.test(text[next] ?? "")) next++
    if (text[next] !== ":") continue
    const name = JSON.parse(text.slice(start, index + 1)) as string
    const names = open.at(-1)
    if (names?.has(name) === true) return name
    names?.add(name)
  }
  return null
}

const parsed = (header: Uint8Array): Readonly<Record<string, unknown>> => {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header)
    value = JSON.parse(text)
  } catch (cause) {
    throw new Error("its header is not JSON", { cause })
  }
  if (!isObject(value)) throw new Error("its header is not an object of tensors")
  const name = twice(text)
  if (name !== null) throw new Error(`its header names ${quoted(name)} twice`)
  return value
}

const checkMetadata = (metadata: unknown): void => {
  if (isObject(metadata) && Object.values(metadata).every((value) => typeof value === "string")) return
  throw new Error(`its ${metadataName} is not an object of texts`)
}

const entryOf = (name: string, value: unknown): Entry => {
  if (name === "") throw new Error("its header has a tensor without a name")
  const fail = (what: string) => new Error(`tensor ${quoted(name)} ${what}`)
  if (!isObject(value)) throw fail("is not described by an object")
  const { data_offsets: offsets, dtype, shape } = value
  if (typeof dtype !== "string") throw fail("has no dtype")
  if (dtype !== "F32") throw fail(`is not float32: its dtype is ${quoted(dtype)}, and F32 alone is taken`)
  if (!isCounts(shape)) throw fail("has a shape that is not a list of whole numbers from 0")
  const [begin, end] = isCounts(offsets) && offsets.length === 2 ? offsets : []
  if (begin === undefined || end === undefined) throw fail("has data_offsets that are not two whole numbers from 0")
  if (end < begin) throw fail(`ends at byte ${end}, before it begins at byte ${begin}`)
  if (end - begin !== bytesPerValue * sizeOf(shape)) {
    throw fail(`has ${end - begin} bytes, and its shape asks for ${bytesPerValue * sizeOf(shape)}`)
  }
  return { name, shape, begin, end }
}

/** Checks that tensors in the order of their values tile them: nothing is described twice, and nothing not at all. */
const checkTiling = (entries: ReadonlyArray<Entry>, size: number): void => {
  let before = 0
  for (const { begin, end, name } of entries) {
    if (end > size) throw new Error(`the file ends within tensor ${quoted(name)}`)
    if (begin !== before) {
      const how = begin < before ? "overlaps the one before it" : "leaves a gap before it"
      throw new Error(`tensor ${quoted(name)} ${how}: it begins at byte ${begin} of the values instead of ${before}`)
    }
    before = end
  }
  if (before !== size) throw new Error(`the file goes on for ${size - before} bytes after its last tensor`)
}

/**
 * Reads the header, without the length before it, of a file with `size` bytes of values: its tensors in the order of
 * their values. Throws an Error that says what is wrong, and with which tensor, where it is not safetensors or not
 * float32.
 */
export const entriesOf = (header: Uint8Array, size: number): ReadonlyArray<Entry> => {
  const { [metadataName]: metadata = {}, ...described } = parsed(header)
  checkMetadata(metadata)
  const entries = Object.entries(described).map(([name, value]) => entryOf(name, value))
    .toSorted((left, right) => left.begin - right.begin || left.end - right.end)
  checkTiling(entries, size)
  return entries
}

/** Decodes a file. Throws an Error that says what is wrong where it is truncated, not safetensors or not float32. */
export const decode = (file: Uint8Array): ReadonlyArray<NamedTensor> => {
  const start = lengthBytes + headerLength(file, file.length)
  return entriesOf(file.subarray(lengthBytes, start), file.length - start).map(({ begin, end, name, shape }) => {
    const data = new Float32Array((end - begin) / bytesPerValue)
    new Uint8Array(data.buffer).set(file.subarray(start + begin, start + end))
    return { name, shape, data }
  })
}
