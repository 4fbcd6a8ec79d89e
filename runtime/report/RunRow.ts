/**
 * A run in a list of runs.
 */
import type { RunRecord } from "../run/store/Listing.ts"
import type { RunRow } from "./RunsText.ts"

const secondsOf = ({ ended, started }: RunRecord): number | null =>
  started === null || ended === null ? null : (ended - started) / 1000

/** What has not trained has no loss; NaN would look like one that went wrong. */
const lossOf = ({ result }: RunRecord): number | null =>
  result === null || Number.isNaN(result.metrics.loss) ? null : result.metrics.loss

/** Finds what a list says of a run. */
export const of = (run: RunRecord): RunRow => ({
  id: run.id,
  experiment: run.experiment,
  arm: run.arm,
  seed: run.seed,
  status: run.status,
  steps: run.result?.steps ?? null,
  loss: lossOf(run),
  map50: run.result?.metrics.map50 ?? null,
  accuracy: run.result?.metrics.accuracy ?? null,
  started: run.started,
  seconds: run.result?.metrics.seconds ?? secondsOf(run)
})
