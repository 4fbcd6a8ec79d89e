/**
 * Where a step can be made to go wrong on purpose.
 */
import { nearest } from "../../dsl/Near.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import type { Configuration } from "./Configuration.ts"

/**
 * What is added to a node's output, and to the gradient that flows back there; nothing where both are 0. NaN and Infinity
 * are what it is for.
 */
export type Inject = readonly [forward: number, backward: number]

/** Adds nothing. */
export const nothing: Inject = [0, 0]

/** Names the convolution in the middle of the network's: where a fault goes whose node nobody named. */
export const middle = ({ nodes }: TrainingGraph): string => {
  const convolutions = nodes.filter(({ op }) => op._tag === "Convolution")
  const node = convolutions[Math.floor(convolutions.length / 2)]
  if (node === undefined) throw new Error("the network has no convolution to inject a fault at")
  return node.id
}

/** Says why nothing can be injected at a node, and which one was probably meant; null where it can. */
export const obstacle = ({ nodes }: TrainingGraph, node: string): string | null => {
  const known = nodes.find(({ id }) => id === node)
  if (known !== undefined) {
    return known.op._tag === "Image" ? `"${node}" is what the network is given: no gradient flows back there` : null
  }
  const last = nodes.findLast(({ id }) => id.startsWith(`${node}.`))
  if (last !== undefined) return `"${node}" is a block of the network, not a node; its last node is "${last.id}"`
  const near = nearest(node, nodes.map(({ id }) => id))
  return `the network has no node "${node}"; ${near === null ? "ballast plan lists its nodes" : `did you mean "${near}"?`}`
}

/** Throws where a step could never inject what it is compiled for. */
export const requireNode = ({ graph, inject }: Configuration): void => {
  const found = inject === null ? null : obstacle(graph, inject.node)
  if (found !== null) throw new Error(found)
}

/** Tells whether anything is injected. Throws where it would have to be at a node that the step is not compiled for. */
export const fires = ({ inject }: Configuration, values: Inject): boolean => {
  const any = values.some((value) => value !== 0)
  if (any && inject === null) throw new Error("nothing can be injected into a step that is compiled for no injection")
  return any
}
