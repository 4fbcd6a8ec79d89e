/**
 * How far a training has come, besides the state of its step.
 */
import type * as DslClip from "../../dsl/Clip.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Clip from "../optim/Clip.ts"
import type { Checkpoint } from "./Checkpoint.ts"
import type { Best, Cursor } from "./Cursor.ts"
import * as Divergence from "./Divergence.ts"
import * as EarlyStop from "./EarlyStop.ts"
import type { Measured } from "./Evaluate.ts"
import type { Position } from "./Loop.ts"
import * as Spike from "./Spike.ts"
import { Tally } from "./Tally.ts"

/** What a cursor says besides how far the training has come. */
export type Origin = Pick<Cursor, "training" | "data" | "seed" | "made">

/** A changed recipe may have another policy, which begins anew where it cannot make use of what the other remembered. */
const remembered = (clip: DslClip.Clip, memory: Clip.Memory): Clip.Memory => {
  const fresh = Clip.start(clip)
  return memory._tag === fresh._tag || (clip._tag === "ZScore" && memory._tag === "Statistics") ? memory : fresh
}

export class Progress {
  readonly from: number
  readonly tally: Tally
  readonly divergence: Divergence.Detector
  readonly spikes: Spike.Detector
  readonly #early: EarlyStop.Judge
  position: Position
  /** The latest evaluation; null before the first. */
  measured: Measured | null
  /** The best one, where the recipe may stop early. */
  best: Best | null
  /** Why the training is over before its length; null where it goes on. */
  stopped: string | null

  /** Goes on from a checkpoint, or begins at the first step where there is none. */
  constructor(recipe: Recipe.Recipe, checkpoint: Checkpoint | null) {
    const cursor = checkpoint?.cursor
    this.from = cursor?.step ?? 0
    this.tally = new Tally(checkpoint?.history)
    this.divergence = Divergence.detector(cursor?.divergence)
    this.spikes = Spike.detector(cursor?.spikes)
    this.#early = EarlyStop.judge(recipe.earlyStop, cursor?.early)
    this.position = {
      step: this.from,
      clip: cursor === undefined ? Clip.start(recipe.clip) : remembered(recipe.clip, cursor.clip)
    }
    this.measured = cursor?.measured ?? null
    this.best = cursor?.best ?? null
    this.stopped = cursor?.stopped ?? null
  }

  /** Takes an evaluation in and returns whether it is the best so far. */
  evaluated(measured: Measured): boolean {
    const { best, stop } = this.#early.look(this.position.step, measured)
    this.measured = measured
    this.stopped = stop
    if (best) this.best = { step: this.position.step, measured }
    return best
  }

  /** The step at which began what a fault at `step` ended. */
  onset(step: number): number {
    return Math.min(step, this.divergence.onset(step), this.spikes.onset(step))
  }

  /** Writes down where the training stands. */
  cursor(origin: Origin): Cursor {
    return {
      ...this.position,
      divergence: this.divergence.memory(),
      spikes: this.spikes.memory(),
      early: this.#early.memory(),
      measured: this.measured,
      best: this.best,
      stopped: this.stopped,
      ...origin
    }
  }
}
