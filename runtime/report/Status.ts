import type { RunStatus } from "../run/Result.ts"
import * as Line from "./Line.ts"

/** Where a run stands, the ones that have not ended included. */
export type RunState = RunStatus | "waiting" | "running"

const tones: Readonly<Record<RunState, Line.Tone>> = {
  waiting: "quiet",
  running: "plain",
  succeeded: "good",
  failed: "bad",
  cancelled: "doubtful",
  interrupted: "doubtful"
}

/** Writes where a run stands. */
export const of = (status: RunState): Line.Span => Line.span(status, tones[status])
