/** The cells that predictions are made from: centres in cells of their level, and the level's stride in pixels. */
export interface Anchors {
  readonly count: number
  /** x y of every centre, `[count, 2]`, in units of the anchor's stride. */
  readonly centres: Float32Array
  /** `[count]`, in pixels. */
  readonly strides: Float32Array
}

/** Lays out the anchors of a square input: by level, then row-major, each in the middle of its cell. */
export const make = (input: number, strides: ReadonlyArray<number>): Anchors => {
  const centres: Array<number> = []
  const pixels: Array<number> = []
  for (const stride of strides) {
    const cells = input / stride
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        centres.push(column + 0.5, row + 0.5)
        pixels.push(stride)
      }
    }
  }
  return { count: pixels.length, centres: Float32Array.from(centres), strides: Float32Array.from(pixels) }
}
