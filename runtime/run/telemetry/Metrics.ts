/**
 * Every metric that Ballast tells Prometheus: names and units by its conventions, and labels of few values. Which run it
 * was is for logs and traces.
 */
import * as Metric from "effect/Metric"
import type { Fault } from "../../../dsl/Fault.ts"
import * as Conditions from "../../engine/Conditions.ts"
import type { RunStatus } from "../Result.ts"

export type Labels = Readonly<Record<string, string>>

/** A metric with all its series: values that its labels take together, one empty set where it has none. */
export interface Family {
  readonly name: string
  readonly kind: "counter" | "gauge" | "histogram"
  /** What a value of 1 stands for. */
  readonly unit: string
  /** One sentence. */
  readonly help: string
  readonly series: ReadonlyArray<{ readonly labels: Labels; readonly metric: Series }>
}

type Series = Metric.Metric<number, unknown>

/** A family with labels. */
interface Labelled<L extends Labels> extends Family {
  readonly at: (labels: L) => Series
}

/** A family of one series. */
interface Single extends Family {
  readonly one: Series
}

type Told = Omit<Family, "series">

const metricOf = ({ help, kind, name }: Told): Series =>
  kind === "counter"
    ? Metric.counter(name, { description: help, incremental: true })
    : Metric.gauge(name, { description: help })

const single = (told: Told, one: Series = metricOf(told)): Single => ({
  ...told,
  series: [{ labels: {}, metric: one }],
  one
})

const labelled = <L extends Labels>(told: Told, series: ReadonlyArray<L>): Labelled<L> => {
  const metric = metricOf(told)
  const at = (labels: L): Series => Metric.withAttributes(metric, labels)
  return { ...told, series: series.map((labels) => ({ labels, metric: at(labels) })), at }
}

const counter = (name: string, unit: string, help: string): Single => single({ name, kind: "counter", unit, help })

const gauge = (name: string, unit: string, help: string): Single => single({ name, kind: "gauge", unit, help })

const histogram = (name: string, unit: string, help: string, boundaries: ReadonlyArray<number>): Single =>
  single({ name, kind: "histogram", unit, help }, Metric.histogram(name, { description: help, boundaries }))

/** A fault whose tag this version does not know. */
type FaultLabel = Fault["_tag"] | "other"

const faults: Readonly<Record<FaultLabel, true>> = {
  NonFinite: true,
  Diverged: true,
  OutOfMemory: true,
  DataFault: true,
  WorkerLost: true,
  Preempted: true,
  Timeout: true,
  EngineFault: true,
  other: true
}

const failures = (Object.keys(faults) as ReadonlyArray<FaultLabel>).map((fault) => ({ status: "failed", fault }) as const)

const minute = 60
const hour = 60 * minute
const day = 24 * hour

const stepSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, minute]
const norms = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 10_000, 100_000]
const claimSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const waitSeconds = [0.5, 1, 2.5, 5, 10, 30, minute, 5 * minute, 15 * minute, hour, 4 * hour, 12 * hour, day, 3 * day]

export type Change = "again" | "state" | "recipe" | "engine"

export const metrics = {
  build: labelled(
    {
      name: "ballast_build_info",
      kind: "gauge",
      unit: "always 1",
      help: "The versions at work are the values of the labels."
    },
    [{ version: Conditions.ballastVersion(), node: process.versions.node }]
  ),
  runs: labelled(
    {
      name: "ballast_runs",
      kind: "gauge",
      unit: "runs",
      help: "Runs of the whole queue by state, as this worker last saw it."
    },
    (["waiting", "running"] as const).map((state) => ({ state }))
  ),
  runsEnded: labelled(
    { name: "ballast_runs_ended_total", kind: "counter", unit: "runs", help: "Runs that ended here, by how they ended." },
    (["succeeded", "failed", "cancelled", "interrupted"] satisfies ReadonlyArray<RunStatus>).map((status) => ({ status }))
  ),
  attempts: labelled(
    {
      name: "ballast_attempts_total",
      kind: "counter",
      unit: "attempts",
      help: "Attempts that ended here, by how, and by the fault that ended them."
    },
    [{ status: "succeeded", fault: "none" }, { status: "interrupted", fault: "none" }, ...failures]
  ),
  remedies: labelled(
    {
      name: "ballast_remedies_total",
      kind: "counter",
      unit: "decisions",
      help: "Decisions to try again after a fault, by what changes: nothing, the state gone on from, the recipe, the engine."
    },
    (["again", "state", "recipe", "engine"] satisfies ReadonlyArray<Change>).map((change) => ({ change }))
  ),
  steps: counter("ballast_steps_total", "optimizer steps", "Steps that were trained and were finite."),
  clippedSteps: counter("ballast_clipped_steps_total", "optimizer steps", "Finite steps whose gradient was clipped."),
  nonFiniteSteps: counter(
    "ballast_nonfinite_steps_total",
    "optimizer steps",
    "Steps whose loss or gradient norm was not finite, which change nothing."
  ),
  imagesPerSecond: gauge(
    "ballast_images_per_second",
    "images/s",
    "Images trained on in a second, of all runs here together."
  ),
  stepDuration: histogram("ballast_step_duration_seconds", "seconds", "Time from one step to the next.", stepSeconds),
  gradientNorm: histogram("ballast_gradient_norm", "1", "Global norm of a finite step's gradient before clipping.", norms),
  slots: gauge("ballast_worker_slots", "runs", "Runs that this worker may be at work on at once."),
  busySlots: gauge("ballast_worker_slots_busy", "runs", "Runs that this worker is at work on."),
  claimDuration: histogram("ballast_claim_duration_seconds", "seconds", "Time that a claim of a run took.", claimSeconds),
  queueWait: histogram(
    "ballast_queue_wait_seconds",
    "seconds",
    "Time from when a run could be claimed to when it was.",
    waitSeconds
  ),
  firstStep: histogram(
    "ballast_first_step_seconds",
    "seconds",
    "Time from a run's submission to its first step.",
    waitSeconds
  ),
  leasesLost: counter(
    "ballast_leases_lost_total",
    "leases",
    "Runs that were taken from this worker while it was at work on them."
  ),
  heartbeatFailures: counter("ballast_heartbeat_failures_total", "heartbeats", "Heartbeats that the queue did not take."),
  storeErrors: counter("ballast_store_errors_total", "requests", "Requests to the record or the queue that failed."),
  diskFree: gauge("ballast_disk_free_bytes", "bytes", "Space that the disk has for runs, NaN where it does not tell.")
} as const

/** Lists every metric. */
export const families: ReadonlyArray<Family> = Object.values(metrics)

/** Finds the label of a fault's tag, which comes from a file or another process. */
export const faultLabel = (tag: string): FaultLabel => Object.hasOwn(faults, tag) ? tag as FaultLabel : "other"
