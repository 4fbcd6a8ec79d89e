/**
 * What is trained, and on what, as an experiment writes it.
 */
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Literal from "./Literal.ts"

/** Writes a data set. */
export const data = (value: Dataset.Dataset): string => {
  switch (value._tag) {
    case "Shapes":
      return Literal.call("Dataset.shapes", value)
    case "Yolo":
      return Literal.call("Dataset.yolo", value, Literal.without(Dataset.yolo({ name: "" }), "name"))
    case "Coco":
      return Literal.call("Dataset.coco", value, Literal.without(Dataset.coco({ name: "" }), "name"))
  }
}

const sizes: ReadonlyArray<Model.Size> = ["n", "s", "m", "l", "x"]

const network = (value: Model.Model): string => {
  if (value._tag === "Classifier") return Literal.call("Model.classifier", value)
  const { input } = value
  const size = sizes.find((size) => Literal.same(value, Model.yolo({ size, input })))
  if (size !== undefined) return Literal.call("Model.yolo", { size, input })
  const others = Literal.without(Model.yolo({ depth: 1, width: 1, input }), "depth", "width", "input")
  return Literal.call("Model.yolo", value, others)
}

const weights = (value: Model.Weights): string => {
  if (value._tag === "Run") return Literal.plain({ run: value.run })
  const { file, sha256 } = value
  return Literal.plain(sha256 === null ? { file } : { file, sha256 })
}

/** Writes a model, or the weights that it starts from. */
export const model = (value: Model.Model | Model.Weights): string => {
  if (value._tag === "File" || value._tag === "Run") return weights(value)
  const { weights: start, ...bare } = value
  return start === undefined ? network(bare) : `Model.from(${weights(start)}, ${network(bare)})`
}
