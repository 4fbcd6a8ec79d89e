export type Split = "train" | "val"

/**
 * Says where an image of a batch came from, and how to go back to it: a point of the original image, as it stands
 * upright, lies in the input at `x * scale + left`, `y * scale + top`, and where it was flipped x is counted from the
 * input's right edge. `file` is relative to the data set's folder, null for a generated image.
 */
export interface SampleReference {
  /** The image's place in its batch; the four of a mosaic share one. */
  readonly row: number
  readonly split: Split
  readonly index: number
  readonly file: string | null
  /** The original image's size in pixels; a generated image is as large as the input. */
  readonly width: number
  readonly height: number
  readonly scale: number
  readonly left: number
  readonly top: number
  /** Never so in validation. */
  readonly flipped: boolean
}

/**
 * Images with their ground truth, padded to the same number of boxes. Images are `[batch, input, input, 3]`, RGB in
 * 0..1; boxes are `[batch, columns, 4]`, x1 y1 x2 y2 in pixels of the input; `present` is 1 where a box is and 0 where
 * the column is padding. `samples` says row by row what is seen: one image, or the four of a mosaic. A last validation
 * batch may be filled up; what fills it is not among them.
 */
export interface Batch {
  readonly epoch: number
  readonly index: number
  readonly images: Float32Array
  readonly boxes: Float32Array
  readonly classes: Int32Array
  readonly present: Float32Array
  readonly samples: ReadonlyArray<SampleReference>
}
