import type { TrainingGraph } from "../graph/TrainingGraph.ts"

/** Finds the batch norms whose only consumer is a SiLU: an engine may compute both in one. */
export const norms = (graph: TrainingGraph): ReadonlySet<string> => {
  const consumers = new Map<string, Array<string>>()
  for (const { id, inputs, op } of graph.nodes) {
    for (const input of inputs) consumers.set(input, [...(consumers.get(input) ?? []), `${op._tag} ${id}`])
  }
  const shown: ReadonlySet<string | null> = new Set(Object.values(graph.outputs))
  return new Set(
    graph.nodes.flatMap(({ id, op }) => {
      const [first, ...more] = consumers.get(id) ?? []
      const alone = first?.startsWith("Silu ") === true && more.length === 0 && !shown.has(id)
      return op._tag === "BatchNorm" && alone ? [id] : []
    })
  )
}
