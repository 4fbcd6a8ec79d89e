import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"
import * as Text from "./Text.ts"

/** Accepts class names: at least one, each once. */
const names = <Name extends string>(name: Schema.Codec<Name>) =>
  Schema.Array(name).pipe(Schema.check(Schema.makeFilter(
    (list: ReadonlyArray<Name>) => list.length > 0 && new Set(list).size === list.length,
    { expected: "at least one class, each once" }
  )))

/** Names the classes that can be generated. */
const Shape = Schema.Literals(["circle", "square", "triangle"])
export type Shape = typeof Shape.Type

/**
 * Circles, squares and triangles: the same for one seed everywhere, and nothing to download. Without `classes` there
 * are all of them.
 */
export const Shapes = Schema.TaggedStruct("Shapes", {
  train: Quantity.countUpTo(1_000_000),
  val: Quantity.countUpTo(1_000_000),
  seed: Quantity.index,
  classes: Schema.optionalKey(names(Shape))
})
export type Shapes = typeof Shapes.Type

/**
 * Photographs in the YOLO layout: a `data.yaml`, `images/` and `labels/`. The recipe holds the name alone; every host
 * says where it lies. `classes` lets a plan be made where the data is not at hand; `about` tells a newcomer what it is.
 * With `strict`, one bad file or label row refuses the whole set; otherwise it is left out and counted.
 */
export const Yolo = Schema.TaggedStruct("Yolo", {
  name: Text.name,
  classes: Schema.optionalKey(names(Text.filled)),
  about: Schema.optionalKey(Text.whole),
  strict: Schema.Boolean
})
export type Yolo = typeof Yolo.Type

/** Accepts a path that stays within the data set's folder, by its text. */
const inside = Text.filled.pipe(Schema.check(Schema.makeFilter(
  (text: string) => !/^([/\\~]|[a-z]:)/i.test(text) && !/\p{Cc}/u.test(text) && !text.split(/[/\\]/).includes(".."),
  { expected: "a path within the data set's folder" }
)))

/** Where the images of a split are, and the file that says what they show; relative to the data set's folder. */
const CocoSplit = Schema.Struct({ images: inside, annotations: inside }).annotate({
  expected: "{ images, annotations }, both within the data set's folder"
})
export type CocoSplit = typeof CocoSplit.Type

/**
 * Photographs in the COCO layout: folders of images, and a file of annotations for each split. Categories, by their
 * ids, become the classes; crowds are not trained on, and count in evaluation as COCO has it. A split that is not named
 * is `train2017` with `annotations/instances_train2017.json`, or `train` with `annotations/instances_train.json`, and
 * `val` likewise. The recipe holds the name alone; every host says where it lies. `classes`, `about` and `strict` are
 * those of a set in the YOLO layout.
 */
export const Coco = Schema.TaggedStruct("Coco", {
  name: Text.name,
  classes: Schema.optionalKey(names(Text.filled)),
  about: Schema.optionalKey(Text.whole),
  strict: Schema.Boolean,
  train: Schema.optionalKey(CocoSplit),
  val: Schema.optionalKey(CocoSplit)
})
export type Coco = typeof Coco.Type

/**
 * What a model is trained and validated on: images with boxes around what they show. A classifier is asked which
 * classes have a box in an image.
 */
export const Dataset = Schema.Union([Shapes, Yolo, Coco])
export type Dataset = typeof Dataset.Type

/** Describes generated images: `train` and `val` count them, `seed` decides them. */
export const shapes = (options: {
  readonly train: number
  readonly val: number
  readonly seed: number
  readonly classes?: ReadonlyArray<Shape>
}): Shapes => ({ _tag: "Shapes", ...options })

/** Names a data set in the YOLO layout; `--data NAME=PATH` or the home's `datasets.json` says where it lies. */
export const yolo = (options: {
  readonly name: string
  readonly classes?: ReadonlyArray<string>
  readonly about?: string
  readonly strict?: boolean
}): Yolo => ({ _tag: "Yolo", strict: false, ...options })

/** Names a data set in the COCO layout; `--data NAME=PATH` or the home's `datasets.json` says where it lies. */
export const coco = (options: {
  readonly name: string
  readonly classes?: ReadonlyArray<string>
  readonly about?: string
  readonly strict?: boolean
  readonly train?: CocoSplit
  readonly val?: CocoSplit
}): Coco => ({ _tag: "Coco", strict: false, ...options })
