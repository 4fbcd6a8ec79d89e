/** One measurement. It says what it expects before it measures, and prints ratios of what one run measured. */
export interface Bench {
  readonly title: string
  readonly prediction: string
  /** Returns the lines to print. */
  readonly measure: () => Promise<ReadonlyArray<string>>
}
