/**
 * What changes from one training graph to another, node by node, by their addresses.
 */
import type { Node, TrainingGraph } from "./TrainingGraph.ts"

/** One attribute of a node that changes, in words. */
export interface Attribute {
  readonly name: string
  readonly before: string
  readonly after: string
}

/** A node that is there on one side alone, or that is another one under the same address. */
export interface NodeChange {
  readonly id: string
  readonly status: "added" | "removed" | "changed"
  readonly op: Node["op"]["_tag"]
  /** Empty but for changed ones. */
  readonly attributes: ReadonlyArray<Attribute>
}

const attributesOf = ({ buffers, inputs, op, parameters, shape }: Node): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(op).map(([name, value]) => [name === "_tag" ? "op" : name, String(value)] as const),
    ["inputs", inputs.join(", ")],
    ["shape", shape.join(" x ")],
    ...parameters.map(({ group, name, shape }) => [name, `${shape.join(" x ")} ${group}`] as const),
    ...buffers.map(({ name, shape }) => [name, shape.join(" x ")] as const)
  ])

const none = "none"

const changed = (before: Node, after: Node): ReadonlyArray<Attribute> => {
  const [then, now] = [attributesOf(before), attributesOf(after)]
  return [...new Set([...then.keys(), ...now.keys()])].flatMap((name) => {
    const [left, right] = [then.get(name) ?? none, now.get(name) ?? none]
    return left === right ? [] : [{ name, before: left, after: right }]
  })
}

/** Lists what changes: in the order of the graph before, and what is new in that of the graph after. */
export const of = (before: TrainingGraph, after: TrainingGraph): ReadonlyArray<NodeChange> => {
  const later = new Map(after.nodes.map((node) => [node.id, node]))
  const earlier = new Set(before.nodes.map(({ id }) => id))
  const kept = before.nodes.flatMap((node): ReadonlyArray<NodeChange> => {
    const now = later.get(node.id)
    if (now === undefined) return [{ id: node.id, status: "removed", op: node.op._tag, attributes: [] }]
    const attributes = changed(node, now)
    return attributes.length === 0 ? [] : [{ id: node.id, status: "changed", op: now.op._tag, attributes }]
  })
  const added = after.nodes
    .filter(({ id }) => !earlier.has(id))
    .map(({ id, op }): NodeChange => ({ id, status: "added", op: op._tag, attributes: [] }))
  return [...kept, ...added]
}
