/** What a plan must know of a data set, found out where the data lies. */
export interface DataFacts {
  readonly name: string
  readonly classes: ReadonlyArray<string>
  readonly images: { readonly train: number; readonly val: number }
  readonly boxes: { readonly train: number; readonly val: number }
  /** The most boxes on one image, at least 1: the columns of a batch's padded ground truth. */
  readonly maxBoxes: number
  /** Decides every image and label; null where it was not computed. */
  readonly fingerprint: string | null
}
