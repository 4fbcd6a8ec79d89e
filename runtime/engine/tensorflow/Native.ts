/**
 * TensorFlow's addon as @tensorflow/tfjs-node-gpu drives it, without that package's own start-up: its entry point
 * looks for a binary that only its install script would have downloaded.
 */
import * as tf from "@tensorflow/tfjs-core"
import { createRequire } from "node:module"
import * as path from "node:path"

/** An attribute of an operation, as the addon takes it. `type` is one of the binding's `TF_ATTR_*` numbers. */
export interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: AttributeValue
}

export type AttributeValue = boolean | number | string | ReadonlyArray<number> | ReadonlyArray<boolean>

export type Values = Float32Array | Int32Array | Uint8Array

/** What the addon answers about a tensor that it holds. */
export interface TensorHandle {
  readonly id: number
  readonly shape: ReadonlyArray<number>
  readonly dtype: number
}

/** The addon's functions, as far as they are used here. Ids are handles that the caller deletes. */
export interface Binding {
  createTensor(shape: ReadonlyArray<number>, dtype: number, values: Values): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): Values
  executeOp(
    op: string,
    attributes: ReadonlyArray<Attribute>,
    inputs: ReadonlyArray<number>,
    outputs: number
  ): ReadonlyArray<TensorHandle>
  loadSavedModel(directory: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(
    id: number,
    inputs: ReadonlyArray<number>,
    inputNames: string,
    outputNames: string
  ): ReadonlyArray<TensorHandle>
  isUsingGpuDevice(): boolean
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_BOOL: number
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
  readonly TF_Version: string
}

/** The part of tfjs-node's backend that engine code talks to: raw operations on tfjs tensors, and the swappable addon. */
export interface Backend {
  binding: Binding
  readonly tensorMap: { get(dataId: object): { readonly id: number } }
  executeSingleOutput(op: string, attributes: ReadonlyArray<Attribute>, inputs: ReadonlyArray<tf.Tensor>): tf.Tensor
  executeMultipleOutputs(
    op: string,
    attributes: ReadonlyArray<Attribute>,
    inputs: ReadonlyArray<tf.Tensor>,
    outputs: number
  ): Array<tf.Tensor>
  getInputTensorIds(inputs: ReadonlyArray<tf.Tensor>): ReadonlyArray<number>
}

/** The name under which tfjs knows the backend; tfjs-node's kernels look it up by this name. */
export const backendName = "tensorflow"

/** Node 23 dropped the first from `util` and warns of the second; tfjs-node still calls both. */
const restoreRemovedUtilities = (require: NodeJS.Require): void => {
  const util = require("node:util") as Record<string, unknown>
  util["isNullOrUndefined"] = (value: unknown) => value === null || value === undefined
  util["isArray"] = Array.isArray
}

let loaded: { readonly directory: string; readonly backend: Backend } | undefined

/**
 * Loads the addon of an installed engine and makes it tfjs's backend. A process holds one: TensorFlow's libraries
 * cannot be unloaded. Throws what the dynamic loader says where the libraries do not fit this machine.
 */
export const load = (directory: string): Backend => {
  if (loaded !== undefined) {
    if (loaded.directory !== directory) throw new Error(`this process already runs the engine of ${loaded.directory}`)
    return loaded.backend
  }
  // Read when the libraries load: without them a log line goes to stderr for every start, and a GPU's memory is taken whole.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2"
  process.env["TF_FORCE_GPU_ALLOW_GROWTH"] ??= "true"
  const require = createRequire(import.meta.url)
  restoreRemovedUtilities(require)
  const binding = require(path.join(directory, "tfjs_binding.node")) as Binding
  const { NodeJSKernelBackend } = require("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend") as {
    readonly NodeJSKernelBackend: new(binding: Binding, packageName: string) => tf.KernelBackend & Backend
  }
  const backend = new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu")
  tf.registerBackend(backendName, () => backend, 3)
  require("@tensorflow/tfjs-node-gpu/dist/register_all_kernels")
  tf.setBackend(backendName)
  loaded = { directory, backend }
  return backend
}

/** Finds the addon's id of a tensor's data, writing it to TensorFlow first where tfjs still held it back. */
export const idOf = (backend: Backend, tensor: tf.Tensor): number => {
  backend.getInputTensorIds([tensor])
  return backend.tensorMap.get(tensor.dataId).id
}

/** Copies the addon's functions into an object that can be changed: its own properties can neither be listed nor written. */
export const copyOf = (binding: Binding): Binding =>
  Object.fromEntries(Object.getOwnPropertyNames(binding).map((name) => [name, Reflect.get(binding, name)])) as
    unknown as Binding
