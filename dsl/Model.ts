import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"
import * as Text from "./Text.ts"

/** A safetensors file, found from the working directory; with `sha256` only that very content is taken. */
export const File = Schema.TaggedStruct("File", {
  file: Text.filled,
  sha256: Schema.NullOr(Schema.String.pipe(Schema.check(Schema.makeFilter(
    (text: string) => /^[0-9a-f]{64}$/.test(text),
    { expected: "a SHA-256 of 64 hexadecimal digits" }
  ))))
})

/** A run that the home keeps, by its best evaluation's checkpoint where it might stop early, otherwise by its last. */
export const Run = Schema.TaggedStruct("Run", { run: Text.name })

/** Trained weights to start from, by their addresses. */
export const Weights = Schema.Union([File, Run])
export type Weights = typeof Weights.Type

/**
 * A YOLOv8 detector on square images. `depth` multiplies block repeats, `width` multiplies channels (at most
 * `maxChannels` before it), `input` is the side in pixels, a multiple of 32, `regMax` the number of bins of a box side,
 * always 16.
 */
export const Yolo = Schema.TaggedStruct("Yolo", {
  depth: Quantity.positiveUpTo(64),
  width: Quantity.positiveUpTo(64),
  maxChannels: Quantity.count,
  input: Quantity.count,
  // A literal by itself would tell the families apart, as their tags do, and a wrong one would hide what else is wrong.
  regMax: Schema.Union([Schema.Literal(16)]),
  weights: Schema.optionalKey(Weights)
})
export type Yolo = typeof Yolo.Type

/**
 * A small convolutional classifier on square images of side `input` that says which classes an image shows: one stage
 * of a 3 x 3 convolution of stride 2, batch norm and SiLU for each of `channels`, then the mean over the image and one
 * layer.
 */
export const Classifier = Schema.TaggedStruct("Classifier", {
  channels: Schema.Array(Quantity.countUpTo(4096)).pipe(Schema.check(Schema.makeFilter(
    (stages: ReadonlyArray<number>) => stages.length >= 1 && stages.length <= 8,
    { expected: "the channels of one to eight stages" }
  ))),
  input: Quantity.count,
  weights: Schema.optionalKey(Weights)
})
export type Classifier = typeof Classifier.Type

/** The network that is trained, from random weights unless others are named. */
export const Model = Schema.Union([Yolo, Classifier])
export type Model = typeof Model.Type

/** The published sizes of the family. */
const sizes = {
  n: { depth: 0.33, width: 0.25, maxChannels: 1024 },
  s: { depth: 0.33, width: 0.5, maxChannels: 1024 },
  m: { depth: 0.67, width: 0.75, maxChannels: 768 },
  l: { depth: 1, width: 1, maxChannels: 512 },
  x: { depth: 1, width: 1.25, maxChannels: 512 }
} as const

export type Size = keyof typeof sizes

/**
 * Describes a YOLOv8 by its published size, or by depth and width multiples of one's own: `n` is 0.33 and 0.25, `s`
 * 0.33 and 0.5, `m` 0.67 and 0.75, `l` 1 and 1, `x` 1 and 1.25. Classes come from the data.
 */
export const yolo = (
  options:
    | { readonly size: Size; readonly input: number; readonly depth?: never; readonly width?: never; readonly maxChannels?: never }
    | { readonly size?: never; readonly depth: number; readonly width: number; readonly maxChannels?: number; readonly input: number }
): Yolo => {
  if (options.size === undefined) return { _tag: "Yolo", maxChannels: 1024, regMax: 16, ...options }
  const { size, ...others } = options
  return { _tag: "Yolo", ...sizes[size], regMax: 16, ...others }
}

/** Describes a classifier: `Model.classifier({ channels: [16, 32, 64], input: 64 })`. Classes come from the data. */
export const classifier = (options: { readonly channels: ReadonlyArray<number>; readonly input: number }): Classifier => ({
  _tag: "Classifier",
  ...options
})

/**
 * Starts a model from trained weights: those that stand for a run, or of a safetensors file. Tensors are found by
 * address; where an address or a shape is another, as the last layer's is for other classes, the model's own random
 * start stays, and the plan says so.
 */
export const from = <M extends Model>(
  weights:
    | { readonly run: string; readonly file?: never; readonly sha256?: never }
    | { readonly file: string; readonly sha256?: string; readonly run?: never },
  model: M
): M => ({
  ...model,
  weights: weights.run === undefined ? { _tag: "File", sha256: null, ...weights } : { _tag: "Run", ...weights }
})
