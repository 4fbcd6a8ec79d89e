/** Finds the middle one of numbers in ascending order, or the mean of the two in the middle; NaN where there is none. */
export const medianOf = (ascending: ArrayLike<number>): number => {
  const middle = ascending.length >> 1
  const upper = ascending[middle] ?? NaN
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? NaN) + upper) / 2
}

/** Numbers in ascending order, of which any may come and go: at most `most` of them at a time, none of them NaN. */
export class Ascending {
  readonly #values: Float64Array
  #size = 0

  constructor(most: number) {
    this.#values = new Float64Array(most)
  }

  /** A view of the numbers as they are now. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#size)
  }

  insert(value: number): void {
    const index = this.#indexOf(value)
    this.#values.copyWithin(index + 1, index, this.#size)
    this.#values[index] = value
    this.#size++
  }

  /** Takes away a number that is there, one of those that are equal. */
  remove(value: number): void {
    const index = this.#indexOf(value)
    this.#values.copyWithin(index, index + 1, this.#size)
    this.#size--
  }

  /** Finds the first place whose number is not below `value`. */
  #indexOf(value: number): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#values[middle] ?? NaN) < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
