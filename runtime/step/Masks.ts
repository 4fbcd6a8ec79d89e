import * as Random from "../data/Random.ts"
import { dropouts, sizeOf, type TrainingGraph } from "../graph/TrainingGraph.ts"

/** A dropout node's factors for one batch: 0 or 1 / (1 - share). */
export interface Mask {
  readonly node: string
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

/**
 * Draws what a batch's dropout nodes leave out, from the seed and the number of the batch alone, so that a training that
 * goes on elsewhere leaves out the same.
 */
export const draw = (graph: TrainingGraph, size: number, seed: number, batch: number): ReadonlyArray<Mask> =>
  dropouts(graph).map(({ node, share }) => {
    const random = Random.stream(seed, "dropout", node.id, batch)
    const values = new Float32Array(size * sizeOf(node.shape))
    for (let index = 0; index < values.length; index++) values[index] = random.uniform() < share ? 0 : 1 / (1 - share)
    return { node: node.id, shape: [size, ...node.shape], values }
  })
