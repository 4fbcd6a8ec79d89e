/**
 * Starting from trained weights: what is in safetensors files, and how a state takes it over.
 */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import type { StartFacts } from "../plan/Facts.ts"
import type { NamedTensor, State } from "../step/Step.ts"
import * as Safetensors from "./Safetensors.ts"

/** Trained weights on this host: safetensors files whose tensors are told apart by address. */
export interface TrainedStart extends StartFacts {
  readonly files: ReadonlyArray<string>
}

interface Content {
  readonly tensors: ReadonlyArray<NamedTensor>
  readonly sha256: string
}

/** Zip archives, as PyTorch writes its files, begin so; what it wrote earlier begins as a pickle does. */
const isPytorch = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x50 && bytes[1] === 0x4b) || (bytes[0] === 0x80 && (bytes[1] ?? 0) <= 5)

const decoded = (file: string, bytes: Uint8Array): ReadonlyArray<NamedTensor> => {
  if (isPytorch(bytes)) {
    throw new Error(`${file} is a PyTorch file; what is taken are safetensors files whose tensors have this model's addresses`)
  }
  try {
    return Safetensors.decode(bytes)
  } catch (cause) {
    throw new Error(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

const contentOf = (files: ReadonlyArray<string>): Content => {
  const contents = files.map((file) => fs.readFileSync(file))
  const sums = contents.map((bytes) => createHash("sha256").update(bytes).digest("hex"))
  const [only] = sums
  return {
    tensors: contents.flatMap((bytes, index) => decoded(files[index] ?? "", bytes)),
    sha256: sums.length === 1 && only !== undefined ? only : createHash("sha256").update(sums.join()).digest("hex")
  }
}

/** Reads what files hold. Throws an Error that says what is wrong where one is missing or is not safetensors. */
export const look = (name: string, files: ReadonlyArray<string>): TrainedStart => {
  const { sha256, tensors } = contentOf(files)
  return { name, files, sha256, shapes: new Map(tensors.map(({ name, shape }) => [name, shape])) }
}

/**
 * Takes over every tensor whose address and shape fit; the average, where there is one, starts from the same. Throws
 * where the files are no longer what was planned with.
 */
export const applied = (state: State, start: TrainedStart): State => {
  const { sha256, tensors } = contentOf(start.files)
  if (sha256 !== start.sha256) throw new Error(`the weights of ${start.name} have changed since the training was planned`)
  const trained = new Map(tensors.map((tensor) => [tensor.name, tensor]))
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
