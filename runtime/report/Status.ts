import * as Line from "./Line.ts"

/** Where a run may stand, the ones that have not ended included. */
export const states = ["waiting", "running", "succeeded", "failed", "cancelled", "interrupted"] as const
export type RunState = typeof states[number]

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
