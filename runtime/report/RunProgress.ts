import type { CheckpointEvent, EvalEvent, Event, MonitorEvent, StatusEvent, StepEvent } from "../train/Event.ts"
import { LossHistory } from "./LossHistory.ts"
import type { Named } from "./RunName.ts"

/** What a run is at: what its process says, or what is done about a fault after that has ended. */
export type Phase = StatusEvent["status"] | "diagnosing" | "waiting"

/** What is known of one attempt at a run while it goes on. */
export class RunProgress {
  readonly name: Named
  readonly attempt: number
  readonly losses: LossHistory = new LossHistory()
  phase: Phase = "starting"
  step: StepEvent | null = null
  evaluation: EvalEvent | null = null
  checkpoint: CheckpointEvent | null = null
  monitor: MonitorEvent | null = null
  spikes = 0
  readonly #began: number
  #finite = 0
  #clipped = 0
  #bounds = new Set<number>()
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
        // Two different ones are enough to know that a policy moves its bound.
        if (this.#bounds.size < 2) this.#bounds.add(event.clipBound)
        return
      case "eval":
        this.evaluation = event
        return
      case "monitor":
        this.monitor = event
        return
      case "checkpoint":
        this.checkpoint = event
        return
      case "status":
        this.phase = event.status
        return
      case "spike":
        this.spikes++
        return
      case "incident":
      case "trial":
        return
    }
  }

  /** Optimizer steps so far, the one that was not finite included. */
  get steps(): number {
    return this.step === null ? 0 : this.step.step + 1
  }

  /** Clipped over finite steps; null while there is none, or where nothing has bounded a gradient yet. */
  get clipRate(): number | null {
    const bounded = this.#clipped > 0 || this.boundMoves || (this.step !== null && this.step.clipBound < Infinity)
    return this.#finite === 0 || !bounded ? null : this.#clipped / this.#finite
  }

  /** Whether the bound on the norm has changed from step to step. */
  get boundMoves(): boolean {
    return this.#bounds.size > 1
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
