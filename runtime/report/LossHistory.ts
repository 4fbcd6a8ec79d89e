/** More values than any curve has columns. */
const most = 512

/** Keeps the course of a loss in bounded memory; a value that is not finite marks all that it is averaged with. */
export class LossHistory {
  #values: Array<number> = []
  /** How many losses each value is the mean of. */
  #share = 1
  #sum = 0
  #pending = 0

  add(loss: number): void {
    this.#sum += loss
    this.#pending++
    if (this.#pending < this.#share) return
    this.#values.push(this.#sum / this.#pending)
    this.#sum = 0
    this.#pending = 0
    if (this.#values.length === most) this.#halve()
  }

  /** The means so far, the last one of what there is of it. */
  get values(): ReadonlyArray<number> {
    return this.#pending === 0 ? this.#values : [...this.#values, this.#sum / this.#pending]
  }

  #halve(): void {
    this.#values = Array.from({ length: most / 2 }, (_, index) =>
      ((this.#values[2 * index] ?? NaN) + (this.#values[2 * index + 1] ?? NaN)) / 2)
    this.#share *= 2
  }
}
