/**
 * Batches: pure functions of a seed, an epoch and an index, so that whoever makes one, and when, changes nothing.
 */
import type * as Augment from "../../dsl/Augment.ts"
import * as Quarantine from "../plan/Quarantine.ts"
import * as Augmentation from "./Augment.ts"
import type { Batch, SampleReference, Split } from "./Batch.ts"
import * as Columns from "./Columns.ts"
import * as Feeding from "./Feeding.ts"
import * as Letterbox from "./Letterbox.ts"
import * as Mosaic from "./Mosaic.ts"
import * as Picture from "./Picture.ts"
import * as Pictures from "./Pictures.ts"
import * as Random from "./Random.ts"
import * as Sheet from "./Sheet.ts"
import type { Source } from "./Source.ts"

/** What decides the batches of a run. `batch` counts images, `input` is the side of the model's square in pixels. */
export interface Making extends Feeding.Pace {
  readonly source: Source
  readonly batch: number
  readonly input: number
  readonly augment: Augment.Augment
  readonly seed: number
  /** The columns of a batch's padded ground truth, as `Columns.of` says. */
  readonly maxBoxes: number
  /** The training batch, counted over all epochs, from which on no mosaic is shown. */
  readonly closingFrom: number
  /** The training image that is spoilt on purpose wherever it is seen; null for none. */
  readonly badImage: number | null
}

export interface Batches {
  /** Makes a training batch; the images of an epoch come in an order of its own, and what fills no batch is dropped. */
  readonly training: (epoch: number, index: number) => Promise<Batch>
  /** Makes a validation batch: images as they are, in their order. The last one is filled up with grey. */
  readonly validation: (index: number) => Promise<Batch>
}

/** How many batches hold the validation images. */
export const validationCount = ({ facts }: Source, batch: number): number => Math.ceil(facts.images.val / batch)

const fileOf = ({ source }: Making, split: Split, index: number): string | null => source.images[split][index]?.file ?? null

const reference = (
  making: Making,
  at: { readonly row: number; readonly split: Split; readonly index: number },
  { original, scale }: Picture.Picture,
  { flip, gain, left, top }: Letterbox.Placement
): SampleReference => ({
  ...at,
  file: fileOf(making, at.split, at.index),
  width: original.width,
  height: original.height,
  scale: scale * gain,
  left,
  top,
  flipped: flip
})

/** No picture holds such numbers, and float32 can: what is computed of them is not finite. */
const spoilt = 3e38

/** What one row of a batch shows. */
interface Shown {
  /** The images that are seen, by their index. */
  readonly images: ReadonlyArray<number>
  /** Writes the images' pictures, and places their boxes. */
  readonly write: (pictures: ReadonlyArray<Picture.Picture>, out: Float32Array, offset: number) => Augmentation.Placed
}

const assemble = async (
  making: Making,
  load: Picture.Load,
  of: { readonly split: Split; readonly epoch: number; readonly index: number; readonly rows: ReadonlyArray<Shown> }
): Promise<Batch> => {
  const { badImage, batch, input, maxBoxes } = making
  const { epoch, split } = of
  const floats = input * input * 3
  const images = new Float32Array(batch * floats)
  const boxes = new Float32Array(batch * maxBoxes * 4)
  const classes = new Int32Array(batch * maxBoxes)
  const present = new Float32Array(batch * maxBoxes)
  const samples: Array<SampleReference> = []
  for (const [row, shown] of of.rows.entries()) {
    const pictures: Array<Picture.Picture> = []
    for (const index of shown.images) pictures.push(await load(index))
    const placed = shown.write(pictures, images, row * floats)
    if (placed.classes.length > maxBoxes) {
      const [index = 0] = shown.images
      const name = Quarantine.nameOf(fileOf(making, split, index), index)
      const has = `${split} image ${name} has ${placed.classes.length} boxes`
      throw new Picture.UnreadablePicture(name, `${has}, and a batch has room for ${maxBoxes}`)
    }
    boxes.set(placed.boxes, row * maxBoxes * 4)
    classes.set(placed.classes, row * maxBoxes)
    present.fill(1, row * maxBoxes, row * maxBoxes + placed.classes.length)
    for (const [at, index] of shown.images.entries()) {
      const picture = pictures[at]
      const placement = placed.placements[at]
      const window = placed.windows[at]
      if (picture === undefined || placement === undefined || window === undefined) continue
      if (split === "train" && index === badImage) {
        Letterbox.cover({ picture, window }, placement, input, spoilt, images, row * floats)
      }
      samples.push(reference(making, { row, split, index }, picture, placement))
    }
  }
  images.fill(Letterbox.fill / 255, of.rows.length * floats)
  return { epoch, index: of.index, images, boxes, classes, present, samples }
}

/** Shows an image as it is. */
const plainly = (input: number, index: number): Shown => ({
  images: [index],
  write: ([picture], out, offset) => Augmentation.letterbox(picture as Picture.Picture, input, out, offset)
})

/**
 * Shows what has a training image's place in an epoch as the recipe's augmentation has it, in a mosaic or by itself. What
 * is drawn is the place's own, so that an image which is shown in two places is not shown alike.
 */
const changed = (
  making: Making,
  augment: Augment.Standard,
  { closing, epoch, index, order: { shown } }: {
    readonly epoch: number
    readonly index: number
    readonly order: Feeding.Order
    readonly closing: boolean
  }
): Shown => {
  const { input, maxBoxes, seed, source } = making
  const change = (sheet: Sheet.Sheet, out: Float32Array, offset: number): Augmentation.Placed =>
    Augmentation.apply(augment, sheet, input, Random.stream(seed, "augment", epoch, index), out, offset)
  const random = Random.stream(seed, "mosaic", epoch, index)
  const mosaic = closing ? null : Mosaic.draw(augment.mosaic, source.facts.images.train, input, random)
  return mosaic === null
    ? {
      images: [shown(index)],
      write: ([picture], out, offset) => change(Sheet.of(picture as Picture.Picture), out, offset)
    }
    : {
      images: [index, ...mosaic.others].map(shown),
      write: (pictures, out, offset) =>
        Columns.fit(change(Mosaic.lay(pictures, mosaic, input), out, offset), maxBoxes)
    }
}

const range = (start: number, end: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index)

/** Prepares to make batches, keeping decoded pictures within `budget` bytes. */
export const make = (making: Making, budget: number): Batches => {
  const { augment, batch, batchesPerEpoch, closingFrom, feed, input, seed, source } = making
  const loadTraining = Picture.kept((index) => Pictures.load(source, "train", index, input), budget)
  const loadValidation: Picture.Load = (index) => Pictures.load(source, "val", index, input)
  const orderOf = Feeding.ordering(feed, source.facts, seed)
  let latest: { readonly epoch: number; readonly order: Feeding.Order } | null = null
  return {
    training: (epoch, index) => {
      if (latest?.epoch !== epoch) latest = { epoch, order: orderOf(epoch) }
      const { order } = latest
      const images = order.images.slice(index * batch, (index + 1) * batch)
      if (images.length < batch) {
        return Promise.reject(
          new RangeError(`the ${source.facts.images.train} train images do not fill batch ${index} of ${batch}`)
        )
      }
      const closing = epoch * batchesPerEpoch + index >= closingFrom
      const rows = images.map((image) =>
        augment._tag === "Off"
          ? plainly(input, order.shown(image))
          : changed(making, augment, { epoch, index: image, order, closing })
      )
      return assemble(making, loadTraining, { split: "train", epoch, index, rows })
    },
    validation: (index) => {
      const images = range(index * batch, Math.min((index + 1) * batch, source.facts.images.val))
      const rows = images.map((image) => plainly(input, image))
      return assemble(making, loadValidation, { split: "val", epoch: 0, index, rows })
    }
  }
}
