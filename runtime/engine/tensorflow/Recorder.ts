/**
 * Recording: one ordinary eager step runs through a copy of the addon that also writes every operation down as a graph
 * node, so that the same step can be replayed as a single session call, gradients included.
 */
import type * as tf from "@tensorflow/tfjs-core"
import { createHash } from "node:crypto"
import * as GraphDef from "./GraphDef.ts"
import { type Attribute, type Backend, type Binding, copyOf, idOf, type Values } from "./Native.ts"

/** Names a tensor inside the recorded graph: `name` or `name:output`. */
export type Source = string

export interface Recorder {
  readonly nodes: ReadonlyArray<GraphDef.NodeDef>
  /** Adds a node by hand and returns its name. */
  readonly add: (
    name: string,
    op: string,
    inputs: ReadonlyArray<Source>,
    attributes: Readonly<Record<string, GraphDef.AttrValue>>
  ) => Source
  /** Adds a constant, or returns the equal one that is there already. */
  readonly constant: (dtype: number, shape: ReadonlyArray<number>, values: Values) => Source
  /** Declares that an eager tensor stands for a node from here on. */
  readonly bind: (tensor: tf.Tensor, source: Source) => void
  /** Finds the node that made an eager tensor. */
  readonly sourceOf: (tensor: tf.Tensor) => Source
  /** Runs `body` eagerly and writes its operations down. Reading a tensor's values inside is refused: it would freeze them. */
  readonly record: <A>(body: () => A) => A
  /** Frees what recording held back. */
  readonly release: () => void
}

const attributeValue = (binding: Binding, attribute: Attribute): GraphDef.AttrValue => {
  const { value } = attribute
  switch (attribute.type) {
    case binding.TF_ATTR_STRING:
      return GraphDef.string(value as string)
    case binding.TF_ATTR_INT:
      return Array.isArray(value) ? GraphDef.integers(value as Array<number>) : GraphDef.integer(value as number)
    case binding.TF_ATTR_FLOAT:
      return Array.isArray(value) ? GraphDef.floats(value as Array<number>) : GraphDef.float(value as number)
    case binding.TF_ATTR_BOOL:
      return Array.isArray(value) ? GraphDef.booleans(value as Array<boolean>) : GraphDef.boolean(value as boolean)
    case binding.TF_ATTR_TYPE:
      return GraphDef.type(value as number)
    case binding.TF_ATTR_SHAPE:
      return GraphDef.shape(value as Array<number>)
    default:
      throw new Error(`attribute "${attribute.name}" has type ${attribute.type}, which a recorded graph cannot hold`)
  }
}

/** TensorFlow's names for adding two tensors. */
const sums: ReadonlySet<string> = new Set(["Add", "AddV2"])

/**
 * Marks a sum as one that TensorFlow has rewritten already. It would join sums of sums into one AddN, which adds in the
 * order in which its inputs' buffers come free: last bits would depend on the threads' timing.
 */
const apart = { _grappler_ArithmeticOptimizer_AddOpsRewriteStage: GraphDef.boolean(true) }

/** Starts an empty recording on a backend. */
export const make = (backend: Backend): Recorder => {
  const real = backend.binding
  const nodes: Array<GraphDef.NodeDef> = []
  const sources = new Map<number, Source>()
  const constants = new Map<string, Source>()
  let heldBack: Array<number> = []

  const add: Recorder["add"] = (name, op, inputs, attributes) => {
    nodes.push({ name, op, inputs, attributes })
    return name
  }

  const constant: Recorder["constant"] = (dtype, shape, values) => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const key = `${dtype}[${shape}]${createHash("sha256").update(bytes).digest("base64")}`
    const known = constants.get(key)
    if (known !== undefined) return known
    const source = add(`constant_${nodes.length}`, "Const", [], {
      dtype: GraphDef.type(dtype),
      value: GraphDef.tensor(dtype, shape, bytes.slice())
    })
    constants.set(key, source)
    return source
  }

  const sourceOfId = (id: number): Source => {
    const source = sources.get(id)
    if (source === undefined) throw new Error("the recorded step uses a tensor that was made outside of it")
    return source
  }

  const recording: Binding = {
    ...copyOf(real),
    createTensor: (shape, dtype, values) => {
      const id = real.createTensor(shape, dtype, values)
      sources.set(id, constant(dtype, shape, values))
      return id
    },
    // A freed id may be given out again, and the old tensor's node would then answer for the new one.
    deleteTensor: (id) => {
      heldBack.push(id)
    },
    tensorDataSync: () => {
      throw new Error("the recorded step reads a tensor's values, which would freeze them into the graph")
    },
    executeOp: (op, attributes, inputs, outputs) => {
      const results = real.executeOp(op, attributes, inputs, outputs)
      const name = add(
        `${op}_${nodes.length}`,
        op,
        inputs.map(sourceOfId),
        {
          ...Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeValue(real, attribute)])),
          ...(sums.has(op) ? apart : {})
        }
      )
      results.forEach((result, output) => sources.set(result.id, output === 0 ? name : `${name}:${output}`))
      return results
    }
  }

  return {
    nodes,
    add,
    constant,
    bind: (tensor, source) => {
      sources.set(idOf(backend, tensor), source)
    },
    sourceOf: (tensor) => sourceOfId(idOf(backend, tensor)),
    record: (body) => {
      backend.binding = recording
      try {
        return body()
      } finally {
        backend.binding = real
      }
    },
    release: () => {
      for (const id of heldBack) real.deleteTensor(id)
      heldBack = []
      sources.clear()
    }
  }
}
