/**
 * Batches: pure functions of a seed, an epoch and an index, so that whoever makes one, and when, changes nothing.
 */
import type * as Augment from "../../dsl/Augment.ts"
import * as Augmentation from "./Augment.ts"
import type { Batch, SampleReference, Split } from "./Batch.ts"
import * as Letterbox from "./Letterbox.ts"
import * as Picture from "./Picture.ts"
import * as Pictures from "./Pictures.ts"
import * as Random from "./Random.ts"
import type { Source } from "./Source.ts"

/** What decides the batches of a run. `batch` counts images, `input` is the side of the model's square in pixels. */
export interface Making {
  readonly source: Source
  readonly batch: number
  readonly input: number
  readonly augment: Augment.Augment
  readonly seed: number
  /** The columns of a batch's padded ground truth. */
  readonly maxBoxes: number
}

export interface Batches {
  /** Makes a training batch; the images of an epoch come in an order of its own, and what fills no batch is dropped. */
  readonly training: (epoch: number, index: number) => Promise<Batch>
  /** Makes a validation batch: images as they are, in their order. The last one is filled up with grey. */
  readonly validation: (index: number) => Promise<Batch>
}

/** How many batches hold the validation images. */
export const validationCount = ({ facts }: Source, batch: number): number => Math.ceil(facts.images.val / batch)

/** The order of an epoch's images. */
const orderOf = ({ seed, source }: Making, epoch: number): ReadonlyArray<number> =>
  Random.shuffled(source.facts.images.train, Random.stream(seed, "order", epoch))

const reference = (
  { source }: Making,
  split: Split,
  index: number,
  { original, scale }: Picture.Picture,
  { flip, gain, left, top }: Letterbox.Placement
): SampleReference => ({
  split,
  index,
  file: source.images[split][index]?.file ?? null,
  width: original.width,
  height: original.height,
  scale: scale * gain,
  left,
  top,
  flipped: flip
})

type Place = (picture: Picture.Picture, index: number, out: Float32Array, offset: number) => Augmentation.Placed

const assemble = async (
  making: Making,
  load: Picture.Load,
  place: Place,
  of: { readonly split: Split; readonly epoch: number; readonly index: number; readonly images: ReadonlyArray<number> }
): Promise<Batch> => {
  const { batch, input, maxBoxes } = making
  const { epoch, split } = of
  const floats = input * input * 3
  const images = new Float32Array(batch * floats)
  const boxes = new Float32Array(batch * maxBoxes * 4)
  const classes = new Int32Array(batch * maxBoxes)
  const present = new Float32Array(batch * maxBoxes)
  const samples: Array<SampleReference> = []
  for (const [row, index] of of.images.entries()) {
    const picture = await load(index)
    const placed = place(picture, index, images, row * floats)
    if (placed.classes.length > maxBoxes) {
      const count = placed.classes.length
      throw new RangeError(`${split} image ${index} has ${count} boxes, and a batch has room for ${maxBoxes}`)
    }
    boxes.set(placed.boxes, row * maxBoxes * 4)
    classes.set(placed.classes, row * maxBoxes)
    present.fill(1, row * maxBoxes, row * maxBoxes + placed.classes.length)
    samples.push(reference(making, split, index, picture, placed.placement))
  }
  images.fill(Letterbox.fill / 255, of.images.length * floats)
  return { epoch, index: of.index, images, boxes, classes, present, samples }
}

const range = (start: number, end: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index)

/** Prepares to make batches, keeping decoded pictures within `budget` bytes. */
export const make = (making: Making, budget: number): Batches => {
  const { augment, batch, input, seed, source } = making
  const loadTraining = Picture.kept((index) => Pictures.load(source, "train", index, input), budget)
  const loadValidation: Picture.Load = (index) => Pictures.load(source, "val", index, input)
  let epochOrder: { readonly epoch: number; readonly order: ReadonlyArray<number> } | null = null
  return {
    training: (epoch, index) => {
      if (epochOrder?.epoch !== epoch) epochOrder = { epoch, order: orderOf(making, epoch) }
      const images = epochOrder.order.slice(index * batch, (index + 1) * batch)
      if (images.length < batch) {
        return Promise.reject(
          new RangeError(`the ${source.facts.images.train} train images do not fill batch ${index} of ${batch}`)
        )
      }
      const place: Place = (picture, image, out, offset) =>
        Augmentation.apply(augment, picture, input, Random.stream(seed, "augment", epoch, image), out, offset)
      return assemble(making, loadTraining, place, { split: "train", epoch, index, images })
    },
    validation: (index) => {
      const images = range(index * batch, Math.min((index + 1) * batch, source.facts.images.val))
      const place: Place = (picture, _image, out, offset) => Augmentation.letterbox(picture, input, out, offset)
      return assemble(making, loadValidation, place, { split: "val", epoch: 0, index, images })
    }
  }
}
