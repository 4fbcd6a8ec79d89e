import type { CheckpointEvent, EvalEvent, Event, StatusEvent, StepEvent } from "../train/Event.ts"
import { LossHistory } from "./LossHistory.ts"
import type { Named } from "./RunName.ts"

/** What is known of one attempt at a run while it goes on. */
export class RunProgress {
  readonly name: Named
  readonly attempt: number
  readonly losses: LossHistory = new LossHistory()
  status: StatusEvent["status"] = "starting"
  step: StepEvent | null = null
  evaluation: EvalEvent | null = null
  checkpoint: CheckpointEvent | null = null
  readonly #began: number
  #finite = 0
  #clipped = 0
  /** Seconds a step are measured from the first one on, which an engine takes longer for. */
  #first: { readonly step: number; readonly at: number } | null = null
  #last = 0

  constructor(name: Named, attempt: number, now: number) {
    this.name = { arm: name.arm, seed: name.seed }
    this.attempt = attempt
    this.#began = now
  }

  /** Takes in what the run says; `now` in milliseconds. */
  add(event: Event, now: number): void {
    switch (event.kind) {
      case "step":
        this.step = event
        this.losses.add(event.loss)
        this.#first ??= { step: event.step, at: now }
        this.#last = now
        if (event.finite) this.#finite++
        if (event.finite && event.clipped) this.#clipped++
        return
      case "eval":
        this.evaluation = event
        return
      case "checkpoint":
        this.checkpoint = event
        return
      case "status":
        this.status = event.status
        return
    }
  }

  /** Optimizer steps so far, the one that was not finite included. */
  get steps(): number {
    return this.step === null ? 0 : this.step.step + 1
  }

  /** Clipped over finite steps; null while there is none, or where clipping is off. */
  get clipRate(): number | null {
    return this.#finite === 0 || this.step?.clipBound === Infinity ? null : this.#clipped / this.#finite
  }

  /** Seconds until the last step, evaluations so far included in the pace; null before the second step. */
  get secondsLeft(): number | null {
    if (this.step === null || this.#first === null || this.step.step <= this.#first.step) return null
    const pace = (this.#last - this.#first.at) / (this.step.step - this.#first.step)
    return (pace * Math.max(0, this.step.totalSteps - this.steps)) / 1000
  }

  /** Seconds since the attempt began. */
  seconds(now: number): number {
    return (now - this.#began) / 1000
  }
}
