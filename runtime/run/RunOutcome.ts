/**
 * What came of a run, from what came of its attempts.
 */
import type { AttemptRecord } from "./AttemptRecord.ts"
import type * as Job from "./Job.ts"
import * as OneAttempt from "./OneAttempt.ts"
import type { AttemptResult, RunResult } from "./Result.ts"

/** Whether something was changed after an attempt, before the next one. */
const changed = ({ remedy }: AttemptResult): boolean =>
  remedy !== null && (remedy.fields.length > 0 || remedy.engine !== null)

/** A run that was to go on when somebody wished to stop was interrupted, and did not fail. */
const statusOf = (last: AttemptRecord | undefined): RunResult["status"] =>
  last === undefined || (last.outcome.status === "failed" && last.next?.kind !== "stop") ? "interrupted" : last.outcome.status

/** Sums up a run. */
export const of = (job: Job.Job, records: ReadonlyArray<AttemptRecord>): RunResult => {
  const last = records.at(-1)
  const { advice, best, clipRate, gradNorm, metrics, skipped, spikes, steps, stopped } = last?.outcome ?? OneAttempt.untold(0)
  const engine = records.findLast(({ outcome }) => outcome.engine !== null)?.outcome.engine ?? null
  return {
    id: job.id,
    arm: job.arm,
    seed: job.seed,
    status: statusOf(last),
    engine: engine?.engine ?? null,
    execution: engine === null
      ? null
      : { version: engine.version, device: engine.device, threads: engine.threads, ...engine.execution },
    steps,
    partial: job.steps !== null && job.steps < (job.plan.schedule.totalSteps ?? 0),
    stopped,
    best,
    metrics: {
      ...metrics,
      seconds: records.reduce((sum, { outcome }) => sum + outcome.metrics.seconds, 0)
    },
    clipRate,
    gradNorm,
    spikes,
    skipped,
    advice,
    attempts: records.map(({ result }) => result),
    infrastructure: records.slice(0, -1).filter(({ next }) => next?.kind === "again").length,
    remedied: records.slice(0, -1).some(({ result }) => changed(result)),
    directory: job.directory
  }
}
