/**
 * tfjs's wasm backend from its npm package alone: its own files, found from wherever Ballast is installed, and always
 * the SIMD binary.
 */
import type * as TfjsWasm from "@tensorflow/tfjs-backend-wasm"
import * as tf from "@tensorflow/tfjs-core"
import { createRequire } from "node:module"
import * as path from "node:path"
import * as Heap from "./Heap.ts"
import type { Memory } from "./Memory.ts"
import * as Operations from "./Operations.ts"
import * as Requirements from "./Requirements.ts"
import * as Simd from "./Simd.ts"

/** A started backend, whose operations are replaced where tfjs's own lose a NaN or are slow. */
export interface Backend extends Memory {
  readonly withStock: Operations.WithStock
}

interface Internals {
  readonly wasm: Heap.Module
}

/** Makes room that grows and is never given back: as much as the largest convolution needs. */
const workspaceOf = ({ _free, _malloc, asm }: Heap.Module): Memory["workspace"] => {
  let held = { bytes: 0, address: 0 }
  return (taps, cellBytes) => {
    const table = (taps + 2) * 32
    const bytes = table + cellBytes
    if (bytes > held.bytes) {
      _free(held.address)
      held = { bytes: 2 * bytes, address: _malloc(2 * bytes) }
    }
    // What was a table before may be asked to be zero now.
    new Uint8Array(asm.memory.buffer, held.address + table, cellBytes).fill(0)
    return [held.address, held.address + table]
  }
}

const open = async (): Promise<Backend> => {
  const found = Requirements.obstacle()
  if (found !== null) throw new Error(found)
  const require = createRequire(import.meta.url)
  // Node's build of tfjs's core registers no gradients, this package's does.
  require("@tensorflow/tfjs-layers")
  const wasm = require("@tensorflow/tfjs-backend-wasm") as typeof TfjsWasm
  const folder = path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"))
  wasm.setWasmPaths(`${path.join(folder, "wasm-out")}${path.sep}`)
  tf.env().set("WASM_HAS_SIMD_SUPPORT", true)
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false)
  if (!await tf.setBackend(Operations.backendName)) throw new Error("tfjs's wasm backend does not start")
  const backend = tf.backend() as TfjsWasm.BackendWasm
  const { wasm: internals } = backend as unknown as Internals
  Heap.guard(internals)
  const { memory } = internals.asm
  const made: Memory = {
    memory,
    simd: Simd.instantiate(memory),
    workspace: workspaceOf(internals),
    addressOf: ({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset,
    reserve: (shape, dtype) => backend.makeOutput([...shape], dtype),
    release: ({ dataId }) => {
      backend.disposeData(dataId)
    },
    allocate: <T extends tf.Tensor>(shape: ReadonlyArray<number>) =>
      tf.engine().makeTensorFromTensorInfo(backend.makeOutput([...shape], "float32"), backend) as T
  }
  return { ...made, withStock: Operations.replace(made) }
}

let opened: Promise<Backend> | undefined

/** Starts the backend and makes it tfjs's own. A process holds one. Throws where it does not start, and says why. */
export const load = (): Promise<Backend> => opened ??= open()
