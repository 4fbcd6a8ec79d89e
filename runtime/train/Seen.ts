/**
 * What an evaluation has seen, while it goes over the images: what was taken for what, and the images with most mistakes.
 */
import type { Batch, SampleReference } from "../data/Batch.ts"
import * as Thumbnail from "../data/Thumbnail.ts"
import type * as AveragePrecision from "../detect/AveragePrecision.ts"
import * as Confusion from "../detect/Confusion.ts"

/** How many images are kept. */
export const most = 8

/** An image that is kept. */
export interface Kept {
  readonly sample: SampleReference
  readonly mistakes: number
  readonly judged: Confusion.Judged
  readonly picture: Thumbnail.Pixels
}

/** Gathers image after image. */
export class Seen {
  readonly #confusion: Confusion.Confusion
  #worst: ReadonlyArray<Kept> = []
  #images = 0

  constructor(classes: number) {
    this.#confusion = new Confusion.Confusion(classes)
  }

  get images(): number {
    return this.#images
  }

  get confusion(): ReadonlyArray<ReadonlyArray<number>> {
    return this.#confusion.counts
  }

  /** Lists the images with most mistakes, those first; of equal ones that which was seen first. */
  get worst(): ReadonlyArray<Kept> {
    return this.#worst
  }

  /** Adds the images of a batch of `size`, which stand in the order of its samples. */
  add(batch: Batch, size: number, images: ReadonlyArray<AveragePrecision.Image>): void {
    for (const [index, image] of images.entries()) {
      const sample = batch.samples[index]
      const judged = Confusion.judge(image)
      this.#confusion.add(judged)
      this.#images++
      const mistakes = Confusion.mistakes(judged)
      if (sample === undefined || (this.#worst.length === most && mistakes <= (this.#worst.at(-1)?.mistakes ?? 0))) continue
      const kept = { sample, mistakes, judged, picture: Thumbnail.cut(batch, size, index) }
      // Sorting keeps the order of equal ones.
      this.#worst = [...this.#worst, kept].toSorted((a, b) => b.mistakes - a.mistakes).slice(0, most)
    }
  }
}
