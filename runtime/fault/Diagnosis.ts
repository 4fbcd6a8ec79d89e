/**
 * What was found out about a fault, as plain data.
 */

/**
 * Why a training went wrong. `transient`: its step replayed is finite; `bad-data`: an image or a label; `explosion`: the
 * recipe, at this state; `bad-graph`: a node of the network, whatever is changed around it; `engine-fault`: another engine
 * computes the same step rightly.
 */
export type Verdict = "transient" | "bad-data" | "explosion" | "bad-graph" | "engine-fault"

/** What a trial changed, from the same state over the same steps. */
export type Change =
  | "same again"
  | "without the batch"
  | "half the learning rate"
  | "a tighter clip"
  | "without augmentation"
  | "another engine"

/** What each trial changed, as sentences name it. */
export const inWords: Readonly<Record<Change, string>> = {
  "same again": "the same again",
  "without the batch": "leaving out the batch",
  "half the learning rate": "half the learning rate",
  "a tighter clip": "a tighter clip",
  "without augmentation": "leaving out the augmentation",
  "another engine": "another engine"
}

/** Whether the training stayed upright with one thing changed; null where that was not tried, and `reason` says why. */
export interface Trial {
  readonly change: Change
  readonly cured: boolean | null
  /** How many steps were replayed. */
  readonly steps: number
  readonly reason: string | null
}

/** An image that a fault was traced to. `row` is its label file's line, counted from 1, where one was to blame. */
export interface Suspect {
  /** Relative to the data set's folder; `#7` for generated image 7. */
  readonly file: string
  readonly row: number | null
  readonly reason: string
}

/** `node` is an address of the network, of the state, or a part of the loss; null where nothing was not finite. */
export interface Diagnosis {
  readonly verdict: Verdict
  readonly node: string | null
  readonly direction: "input" | "forward" | "loss" | "backward" | "weights" | null
  readonly files: ReadonlyArray<Suspect>
  readonly explanation: string
  readonly trials: ReadonlyArray<Trial>
}
