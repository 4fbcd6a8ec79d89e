/**
 * Starting from trained weights: what is in safetensors files, and how a state takes it over.
 */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as Words from "../../dsl/Words.ts"
import type { StartFacts } from "../plan/Facts.ts"
import type { NamedTensor, State } from "../step/Step.ts"
import * as Safetensors from "./Safetensors.ts"

/** Trained weights on this host: safetensors files whose tensors are told apart by address. */
export interface TrainedStart extends StartFacts {
  readonly files: ReadonlyArray<string>
}

/** The most bytes that Node reads a file of into memory at once. */
const largest = 2 ** 31 - 1
const pieceBytes = 1 << 20

/** Zip archives, as PyTorch writes its files, begin so; what it wrote earlier begins as a pickle does. */
const isPytorch = (first: Uint8Array): boolean =>
  (first[0] === 0x50 && first[1] === 0x4b) || (first[0] === 0x80 && (first[1] ?? 6) <= 5)

/** Tells how many bytes a file has before it is opened: opening a pipe waits for somebody who writes into it. */
const sizeOf = (file: string): number => {
  const status = fs.statSync(file)
  if (!status.isFile()) {
    throw new Error(`${file} is ${status.isDirectory() ? "a folder" : "a pipe or a device"}; weights are read from a file`)
  }
  if (status.size > largest) {
    throw new Error(`${file} has ${(status.size / 2 ** 30).toFixed(1)} GiB, and files of less than 2 GiB are taken`)
  }
  return status.size
}

/** Works on an open file, and says of which file it is where the system does not let it. */
const opened = <A>(file: string, work: (descriptor: number, size: number) => A): A => {
  let descriptor: number | null = null
  try {
    const size = sizeOf(file)
    descriptor = fs.openSync(file, "r")
    return work(descriptor, size)
  } catch (cause) {
    const code = Words.codeOf(cause)
    if (code === null) throw cause
    if (code === "ENOENT" || code === "ENOTDIR") throw new Error(`there is no file ${file}`, { cause })
    throw new Error(`${file} cannot be read: ${Words.reasonOf(cause)}`, { cause })
  } finally {
    if (descriptor !== null) fs.closeSync(descriptor)
  }
}

/** Reads bytes from a position on into a buffer; returns those that were read, fewer where the file ends. */
const filled = (descriptor: number, buffer: Uint8Array, position: number): Uint8Array => {
  let read = 0
  for (let more = -1; more !== 0 && read < buffer.length; read += more) {
    more = fs.readSync(descriptor, buffer, read, buffer.length - read, position + read)
  }
  return buffer.subarray(0, read)
}

const piece = (descriptor: number, position: number, length: number): Uint8Array =>
  filled(descriptor, Buffer.alloc(length), position)

const headerOf = (file: string, descriptor: number, size: number): ReadonlyArray<Safetensors.Entry> => {
  const first = piece(descriptor, 0, Safetensors.lengthBytes)
  try {
    const length = Safetensors.headerLength(first, size)
    const header = piece(descriptor, Safetensors.lengthBytes, length)
    return Safetensors.entriesOf(header, size - Safetensors.lengthBytes - length)
  } catch (cause) {
    const why = isPytorch(first)
      ? `${file} is a PyTorch file; what is taken are safetensors files whose tensors have this model's addresses`
      : `${file}: ${Words.reasonOf(cause)}`
    throw new Error(why, { cause })
  }
}

const sumOf = (descriptor: number, size: number): string => {
  const hash = createHash("sha256")
  const buffer = Buffer.alloc(Math.min(pieceBytes, size))
  for (let position = 0; position < size; position += buffer.length) {
    hash.update(filled(descriptor, buffer.subarray(0, size - position), position))
  }
  return hash.digest("hex")
}

/** One file is decided by its own sum, several by the sum of theirs. */
const joined = (sums: ReadonlyArray<string>): string =>
  sums.length === 1 ? sums.join() : createHash("sha256").update(sums.join()).digest("hex")

/**
 * Looks what files hold without reading their values into memory. Throws an Error that says what is wrong where one is
 * missing, is no file or is not safetensors.
 */
export const look = (name: string, files: ReadonlyArray<string>): TrainedStart => {
  const found = files.map((file) =>
    opened(file, (descriptor, size) => ({
      entries: headerOf(file, descriptor, size),
      sha256: sumOf(descriptor, size)
    }))
  )
  return {
    name,
    files,
    sha256: joined(found.map(({ sha256 }) => sha256)),
    shapes: new Map(found.flatMap(({ entries }) => entries.map(({ name, shape }) => [name, shape])))
  }
}

/**
 * Takes over every tensor whose address and shape fit; the average, where there is one, starts from the same. Throws
 * where the files are no longer what was planned with.
 */
export const applied = (state: State, start: TrainedStart): State => {
  const contents = start.files.map((file) => opened(file, (descriptor, size) => piece(descriptor, 0, size)))
  if (joined(contents.map((bytes) => createHash("sha256").update(bytes).digest("hex"))) !== start.sha256) {
    throw new Error(`the weights of ${start.name} have changed since the training was planned`)
  }
  const trained = new Map(contents.flatMap(Safetensors.decode).map((tensor) => [tensor.name, tensor]))
  const taken = (own: NamedTensor): NamedTensor => {
    const other = trained.get(own.name)
    return other !== undefined && other.shape.join() === own.shape.join() ? { ...own, data: other.data } : own
  }
  return {
    ...state,
    parameters: state.parameters.map(taken),
    buffers: state.buffers.map(taken),
    ema: state.ema.map(taken)
  }
}
