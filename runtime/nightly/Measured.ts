/**
 * A run as a night sees it: what it trained, what it computed with, and its figures.
 */
import * as fs from "node:fs"
import type { Description } from "../engine/Engine.ts"
import * as RunFolder from "../run/RunFolder.ts"
import type { RunRecord } from "../run/store/Listing.ts"
import * as EventLog from "../train/EventLog.ts"
import * as Hardware from "./Hardware.ts"
import * as Metric from "./Metric.ts"

/** What has to be equal for two runs' figures to be of one kind. */
export interface Key {
  readonly arm: string
  readonly training: string
  readonly data: string
  readonly engine: Description["engine"]
  readonly hardware: string
}

/** One run's figures. `losses` are those of its first steps on a CPU, where they come out equal to the bit; else none. */
export interface Sample {
  readonly seed: number
  readonly run: string
  readonly losses: ReadonlyArray<number>
  readonly metrics: Readonly<Partial<Record<Metric.Name, number>>>
}

export interface Measured extends Key {
  readonly experiment: string
  /** The engine's version. */
  readonly version: string
  /** The processor's name; speed is compared where it is equal. */
  readonly processor: string
  readonly commit: string | null
  readonly dirty: string | null
  readonly ballast: string
  readonly upright: boolean
  readonly sample: Sample
}

/** A run that cannot be measured, and why, in a person's words. */
export interface Unmeasured {
  readonly run: string
  readonly reason: string
}

/** So many losses of a run's beginning tell whether it computes what it computed before. */
const prefixLength = 20

const lossesOf = (directory: string): ReadonlyArray<number> =>
  EventLog.readWhereThere(RunFolder.events(RunFolder.attemptOf(directory, 1)))
    .flatMap((event) => event.kind === "step" && event.step < prefixLength ? [event] : [])
    .toSorted((left, right) => left.step - right.step)
    .map(({ loss }) => loss)

/** Tells what was measured from what was not. */
export const isMeasured = (read: Measured | Unmeasured): read is Measured => "sample" in read

/** Reads what a recorded run says of its training; why not, where it says nothing of it. */
export const read = ({ arm, directory, experiment, id, result, seed, status }: RunRecord): Measured | Unmeasured => {
  const unmeasured = (reason: string): Unmeasured => ({ run: id, reason })
  if (result === null || (status !== "succeeded" && status !== "failed")) return unmeasured(`it is ${status}`)
  if (result.partial) return unmeasured("it went only a part of its length")
  if (!fs.existsSync(directory)) return unmeasured(`its folder ${directory} is not there any more`)
  const environment = RunFolder.environment(directory)
  const identity = RunFolder.plan(directory)?.arms[0]?.identity
  const { engine, execution } = result
  if (environment === null || identity === undefined) return unmeasured("its folder lacks its plan or its environment")
  const { data, training } = identity
  if (training === null || data === null) return unmeasured("its data was not at hand when it was planned")
  const hardware = Hardware.classOf(execution, environment)
  if (engine === null || execution === null) return unmeasured("no engine was loaded")
  if (hardware === null) return unmeasured("nothing tells which GPU it ran on")
  const figures = Metric.metrics.flatMap(({ name, of }) => {
    const value = of(result)
    return value === null || Number.isNaN(value) ? [] : [[name, value] as const]
  })
  return {
    experiment,
    arm,
    training,
    data,
    engine,
    hardware,
    version: execution.version,
    processor: environment.cpu,
    commit: environment.commit,
    dirty: environment.dirty,
    ballast: environment.ballast,
    upright: Metric.stayedUpright(result),
    sample: {
      seed,
      run: id,
      losses: execution.device === "cpu" ? lossesOf(directory) : [],
      metrics: Object.fromEntries(figures)
    }
  }
}
