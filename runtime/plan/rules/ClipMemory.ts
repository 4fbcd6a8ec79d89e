import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const shortest = 100

/** Warns of a percentile over so few norms that one spike moves it. */
export const clipHistoryTooShort: Rule = {
  id: "clip/history-too-short",
  path: "clip.history",
  severity: "warning",
  reason: "a percentile of so few norms jumps about, and forgets in a moment what a usual norm is",
  source: "AutoClip keeps every norm of a training; 1000 of them tell nearly the same",
  remedy: "leave `history` out, which takes 1000",
  check: ({ recipe: { clip } }) =>
    clip._tag === "Auto" && clip.history < shortest
      ? `percentile ${Words.figure(clip.percentile)} of the last ${Words.plural(clip.history, "norm")}`
      : null
}

/** Warns where a run ends before its clip policy has begun. */
export const clipWarmupLongerThanRun: Rule = {
  id: "clip/warmup-longer-than-run",
  path: "clip.warmup",
  severity: "warning",
  reason: "until then no spike is told from a usual norm, and only maxNorm bounds anything",
  source: "ZClip's definition: mean and deviation start from the norms of its warmup",
  remedy: "lower `warmup` in `Clip.zscore` (25 is published), or lengthen the run",
  check: ({ recipe: { clip }, totalSteps }) =>
    clip._tag === "ZScore" && totalSteps !== null && clip.warmup >= totalSteps
      ? `the clip policy watches ${Words.plural(clip.warmup, "norm")} first, the whole training takes ${
        Words.plural(totalSteps, "step")
      }`
      : null
}
