/**
 * What a run has told, attempt by attempt, as columns: a million steps are held at once.
 */
import type { Part } from "../../step/Parts.ts"
import type { EvalEvent, Event, IncidentEvent, MonitorEvent, SpikeEvent, StepEvent } from "../../train/Event.ts"

/** The figures of a step that are drawn over all steps. */
export const figures = ["loss", "learningRate", "momentum", "gradNorm", "clipBound", "lossScale", "imagesPerSecond"] as const
export type Name = typeof figures[number]

/** One attempt's events; every column has an entry a step, in the order in which the steps were taken. */
export class AttemptRecording {
  readonly number: number
  readonly steps: Array<number> = []
  readonly columns = Object.fromEntries(figures.map((name) => [name, []])) as unknown as Record<Name, Array<number>>
  /** 1 where the gradient was clipped, otherwise 0. */
  readonly clipped: Array<number> = []
  readonly parts = new Map<Part, Array<number>>()
  readonly evaluations: Array<EvalEvent> = []
  readonly monitors: Array<MonitorEvent> = []
  readonly spikes: Array<SpikeEvent> = []
  readonly incidents: Array<IncidentEvent> = []
  notFinite = 0
  totalSteps = 0

  constructor(number: number) {
    this.number = number
  }

  /** The step that it began at; null before its first. */
  get from(): number | null {
    return this.steps[0] ?? null
  }

  #step(event: StepEvent): void {
    for (const [part, value] of Object.entries(event.parts) as ReadonlyArray<[Part, number]>) {
      const values = this.parts.get(part) ?? []
      values[this.steps.length] = value
      this.parts.set(part, values)
    }
    this.steps.push(event.step)
    for (const name of figures) this.columns[name].push(event[name])
    this.clipped.push(event.clipped ? 1 : 0)
    this.totalSteps = event.totalSteps
    if (!event.finite) this.notFinite++
  }

  add(event: Event): void {
    switch (event.kind) {
      case "step":
        return this.#step(event)
      case "eval":
        return void this.evaluations.push(event)
      case "monitor":
        return void this.monitors.push(event)
      case "spike":
        return void this.spikes.push(event)
      case "incident":
        return void this.incidents.push(event)
      default:
        return
    }
  }
}

/** All attempts of a run, to which events are added as they come. */
export class Recording {
  readonly #attempts = new Map<number, AttemptRecording>()

  /** Lists the attempts, the first one first. */
  get attempts(): ReadonlyArray<AttemptRecording> {
    return [...this.#attempts.values()].toSorted((left, right) => left.number - right.number)
  }

  add(event: Event): void {
    const attempt = this.#attempts.get(event.attempt) ?? new AttemptRecording(event.attempt)
    this.#attempts.set(event.attempt, attempt)
    attempt.add(event)
  }

  /**
   * Finds the first step that does not count of an attempt, because a later one has taken it again; Infinity where all
   * count.
   */
  until(attempt: AttemptRecording): number {
    return Math.min(Infinity, ...this.attempts.flatMap(({ from, number }) => number > attempt.number && from !== null ? [from] : []))
  }
}

/** Records events that are there already. */
export const of = (events: Iterable<Event>): Recording => {
  const recording = new Recording()
  for (const event of events) recording.add(event)
  return recording
}
