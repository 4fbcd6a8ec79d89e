/**
 * The instruments of a worker: what is counted and measured, each by a call that cannot fail and does not wait.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StepEvent } from "../../train/Event.ts"
import type { AttemptResult, RunStatus } from "../Result.ts"
import { type Change, families, faultLabel, metrics } from "./Metrics.ts"

/** A run that was claimed, and how long that took. */
export interface Claim {
  /** When it was submitted, in milliseconds since 1970. */
  readonly submitted: number
  /** Seconds from when it could be claimed. */
  readonly waited: number
  /** Seconds that the claim took. */
  readonly took: number
}

/** Where the steps of a run stand. */
interface Pace {
  readonly imagesPerSecond: number
  /** In nanoseconds; null where something else came since. */
  readonly lastStep: bigint | null
}

interface Service {
  /** Tells how many runs of the whole queue wait, and how many run. */
  readonly queue: (runs: { readonly waiting: number; readonly running: number }) => void
  /** Tells how many runs this worker may be at work on, and on how many it is. */
  readonly slots: (slots: { readonly all: number; readonly busy: number }) => void
  readonly claimed: (run: string, claim: Claim) => void
  /** Forgets a run, however it ended: it does not count among those that train any more. */
  readonly released: (run: string) => void
  readonly leaseLost: () => void
  readonly heartbeatFailed: () => void
  readonly storeFailed: () => void
  /** Tells how much space is left for runs, in bytes; NaN where the disk does not tell. */
  readonly diskFree: (bytes: number) => void
  readonly stepped: (run: string, step: StepEvent) => void
  /** Tells that something else took a run's time since its last step. */
  readonly heldUp: (run: string) => void
  /** Tells that a run does not train at present. */
  readonly paused: (run: string) => void
  readonly attemptEnded: (attempt: Pick<AttemptResult, "status" | "fault">) => void
  readonly remedied: (change: Change) => void
  readonly runEnded: (status: RunStatus) => void
}

const make = (context: Context.Context<never>, clock: Clock.Clock): Service => {
  const submissions = new Map<string, number>()
  const paces = new Map<string, Pace>()
  const seconds = (value: number): number => Math.max(0, value)
  const tellPace = (): void => {
    const together = [...paces.values()].reduce((sum, { imagesPerSecond }) => sum + imagesPerSecond, 0)
    metrics.imagesPerSecond.one.updateUnsafe(together, context)
  }
  const count = ({ one }: typeof metrics.steps): void => one.updateUnsafe(1, context)
  const firstStep = (run: string, attempt: number): void => {
    const submitted = submissions.get(run)
    submissions.delete(run)
    // A run that another worker had before took its first step there.
    if (submitted === undefined || attempt > 1) return
    metrics.firstStep.one.updateUnsafe(seconds((clock.currentTimeMillisUnsafe() - submitted) / 1000), context)
  }
  const released = (run: string): void => {
    submissions.delete(run)
    paces.delete(run)
    tellPace()
  }
  return {
    queue: ({ running, waiting }) => {
      metrics.runs.at({ state: "waiting" }).updateUnsafe(waiting, context)
      metrics.runs.at({ state: "running" }).updateUnsafe(running, context)
    },
    slots: ({ all, busy }) => {
      metrics.slots.one.updateUnsafe(all, context)
      metrics.busySlots.one.updateUnsafe(busy, context)
    },
    claimed: (run, { submitted, took, waited }) => {
      submissions.set(run, submitted)
      metrics.claimDuration.one.updateUnsafe(seconds(took), context)
      metrics.queueWait.one.updateUnsafe(seconds(waited), context)
    },
    released,
    leaseLost: () => count(metrics.leasesLost),
    heartbeatFailed: () => count(metrics.heartbeatFailures),
    storeFailed: () => count(metrics.storeErrors),
    diskFree: (bytes) => metrics.diskFree.one.updateUnsafe(bytes, context),
    stepped: (run, { attempt, clipped, finite, gradNorm, imagesPerSecond }) => {
      firstStep(run, attempt)
      if (!finite) return count(metrics.nonFiniteSteps)
      count(metrics.steps)
      if (clipped) count(metrics.clippedSteps)
      metrics.gradientNorm.one.updateUnsafe(gradNorm, context)
      const now = clock.currentTimeNanosUnsafe()
      const before = paces.get(run)?.lastStep ?? null
      if (before !== null) metrics.stepDuration.one.updateUnsafe(seconds(Number(now - before) / 1e9), context)
      paces.set(run, { imagesPerSecond: Number.isFinite(imagesPerSecond) ? imagesPerSecond : 0, lastStep: now })
      tellPace()
    },
    heldUp: (run) => {
      const pace = paces.get(run)
      if (pace !== undefined) paces.set(run, { ...pace, lastStep: null })
    },
    paused: (run) => {
      paces.delete(run)
      tellPace()
    },
    attemptEnded: ({ fault, status }) =>
      metrics.attempts.at(
        status === "failed" ? { status, fault: faultLabel(fault?.tag ?? "other") } : { status, fault: "none" }
      ).updateUnsafe(1, context),
    remedied: (change) => metrics.remedies.at({ change }).updateUnsafe(1, context),
    runEnded: (status) => metrics.runsEnded.at({ status }).updateUnsafe(1, context)
  }
}

/** Has every series be there from the beginning: what appears with its first event cannot be seen to grow by it. */
const begin = (context: Context.Context<never>): void => {
  for (const { metric } of families.flatMap(({ series }) => series)) metric.valueUnsafe(context)
  for (const { metric } of metrics.build.series) metric.updateUnsafe(1, context)
  metrics.diskFree.one.updateUnsafe(NaN, context)
}

/** Counts and measures what a worker does. */
export class Instruments extends Context.Service<Instruments, Service>()("ballast/Instruments") {
  /** Begins at 0. */
  static readonly layer: Layer.Layer<Instruments> = Layer.effect(
    Instruments,
    Effect.gen(function*() {
      const context = yield* Effect.context<never>()
      begin(context)
      return Instruments.of(make(context, yield* Clock.Clock))
    })
  )
}
