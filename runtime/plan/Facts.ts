/** What a plan must know of a data set, found out where the data lies. */
export interface DataFacts {
  readonly name: string
  readonly classes: ReadonlyArray<string>
  readonly images: { readonly train: number; readonly val: number }
  /** The training images' files, in their order and relative to the data set's folder; null where they are generated. */
  readonly trainFiles: ReadonlyArray<string> | null
  readonly boxes: { readonly train: number; readonly val: number }
  /** The most boxes on one image, at least 1. */
  readonly maxBoxes: number
  /** How many training images show nothing to detect. */
  readonly background: number
  /** How many training boxes each class has. */
  readonly boxesByClass: ReadonlyArray<number>
  /**
   * The median over the training boxes of their side, the square root of their area, relative to the square root of
   * the image's area: 0..1. Null where there is no box.
   */
  readonly medianSide: number | null
  /** The files of images that are not among these, because they or their labels cannot be used, in their order. */
  readonly leftOut: ReadonlyArray<string>
  /** How many validation images are training images, too: files of equal content. */
  readonly leaked: number
  /** Decides every image and label; null where it was not computed. */
  readonly fingerprint: string | null
}

/** What a plan must know of trained weights that a recipe starts from. */
export interface StartFacts {
  /** The run or the file, as the recipe names it. */
  readonly name: string
  /** The shape of every stored tensor, by its address. */
  readonly shapes: ReadonlyMap<string, ReadonlyArray<number>>
  /** Decides every weight. */
  readonly sha256: string
}

/** Trained weights that could not be had, and why. */
export interface StartMissing {
  readonly missing: string
}
