import type { Finding } from "../Finding.ts"
import { batchLargerThanData } from "./BatchLargerThanData.ts"
import { clipOffOnColdStart } from "./ClipOffOnColdStart.ts"
import { highPeakWithoutWarmup } from "./HighPeakWithoutWarmup.ts"
import { inputNotMultipleOfStride } from "./InputNotMultipleOfStride.ts"
import * as Rule from "./Rule.ts"
import { warmupLongerThanRun } from "./WarmupLongerThanRun.ts"

/** Lists what every recipe is checked against. */
export const all: ReadonlyArray<Rule.Rule> = [
  clipOffOnColdStart,
  warmupLongerThanRun,
  batchLargerThanData,
  inputNotMultipleOfStride,
  highPeakWithoutWarmup
]

/** Checks a recipe against every rule. */
export const check = (context: Rule.Context): ReadonlyArray<Finding> =>
  all.flatMap((rule) => Rule.apply(rule, context) ?? [])
