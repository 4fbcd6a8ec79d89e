import type * as Model from "../../../dsl/Model.ts"
import * as Builder from "../../graph/Builder.ts"
import type { TrainingGraph } from "../../graph/TrainingGraph.ts"

/**
 * Lays out a classifier for a list of classes: a stage of convolution, batch norm and SiLU at half the size for each
 * count of channels, the mean over the image, dropout of `dropout` of the features, and one layer of a logit a class.
 */
export const build = (model: Model.Classifier, classes: ReadonlyArray<string>, dropout: number): TrainingGraph => {
  const graph = Builder.make()
  const features = model.channels.reduce((input, channels, index) => {
    const id = `backbone.${index}`
    return graph.silu(
      `${id}.act`,
      graph.batchNorm(`${id}.norm`, graph.convolution(`${id}.conv`, input, channels, 3, 2))
    )
  }, graph.image("image", model.input))
  const mean = graph.mean("head.mean", features)
  const kept = dropout === 0 ? mean : graph.dropout("head.dropout", mean, dropout)
  // A matrix over one cell is a convolution of kernel 1, so engines need no operation for it.
  const scores = graph.bias("head.bias", graph.convolution("head.conv", kept, classes.length, 1, 1), 0)
  return {
    input: [model.input, model.input, 3],
    classes,
    strides: [],
    regMax: 0,
    outputs: { distances: null, logits: graph.levels("head.logits", [scores]) },
    nodes: graph.nodes
  }
}
