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

/** Sums up a run that is `totalSteps` long. */
export const of = (
  run: Pick<Job.Job, "id" | "arm" | "seed" | "steps" | "directory">,
  totalSteps: number | null,
  records: ReadonlyArray<AttemptRecord>
): RunResult => {
  const last = records.at(-1)
  // What came before it was begun anew has no part in what came of it.
  const since = records.slice(records.findLastIndex(({ next }) => next?.kind === "restart") + 1)
  const { advice, best, clipRate, gradNorm, metrics, skipped, spikes, steps, stopped } = last?.outcome ?? OneAttempt.untold(0)
  const engine = records.findLast(({ outcome }) => outcome.engine !== null)?.outcome.engine ?? null
  return {
    id: run.id,
    arm: run.arm,
    seed: run.seed,
    status: statusOf(last),
    engine: engine?.engine ?? null,
    execution: engine === null
      ? null
      : { version: engine.version, device: engine.device, threads: engine.threads, ...engine.execution },
    steps,
    partial: run.steps !== null && run.steps < (totalSteps ?? 0),
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
    remedied: since.slice(0, -1).some(({ result }) => changed(result)),
    directory: run.directory
  }
}
