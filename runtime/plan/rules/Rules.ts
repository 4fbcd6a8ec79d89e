import type { Finding } from "../Finding.ts"
import { adamRateOfSgd, biasRateAbovePeak } from "./AdamRates.ts"
import { emaHardlyAverages, emaOfLongAgo } from "./Averaging.ts"
import { batchLargerThanData } from "./BatchLargerThanData.ts"
import { cadenceLongerThanRun } from "./CadenceLongerThanRun.ts"
import { clipBoundBeyondPractice, clipRatioBoundsNothing } from "./ClipBound.ts"
import { clipHistoryTooShort, clipWarmupLongerThanRun } from "./ClipMemory.ts"
import { clipOffOnColdStart, clipOffOnNearlyColdStart } from "./ClipOffOnColdStart.ts"
import {
  comparedWithDiverging,
  comparedWithItself,
  metricThatArmLacks,
  oneSeed,
  unlikeLosses
} from "./Comparisons.ts"
import { contradiction } from "./Contradictions.ts"
import { strongWeightDecay } from "./Decay.ts"
import { decidedBeforehand } from "./DecidedBeforehand.ts"
import { earlyStopMetricOfAnotherModel, earlyStopNeverReached, earlyStopShorterThanWarmup } from "./EarlyStopping.ts"
import { nothingLeftToShow, skipNeverReached, unknownInQuarantine } from "./Feeding.ts"
import { clippedFineTuning, fineTuningWithoutEarlyStop } from "./FineTuning.ts"
import { highPeakWithoutWarmup } from "./HighPeakWithoutWarmup.ts"
import { inputNotMultipleOfStride } from "./InputNotMultipleOfStride.ts"
import { largeBatch } from "./LargeBatch.ts"
import { lengthBelowEpoch } from "./LengthBelowEpoch.ts"
import { dropoutOfNearlyAll, dropoutWithoutPlace, lossOfAnotherModel, lossWithoutGain } from "./ModelFit.ts"
import { momentumAboveOptimizer } from "./MomentumAboveOptimizer.ts"
import { moreMemoryThanHost } from "./MoreMemoryThanHost.ts"
import { mosaicNeverShown } from "./MosaicNeverShown.ts"
import { nesterovWithoutMomentum } from "./NesterovWithoutMomentum.ts"
import { scheduleNeverReached } from "./NeverReached.ts"
import * as Rule from "./Rule.ts"
import { rateBeyondPractice, scheduleOfZero } from "./ScheduleRates.ts"
import { partsDoNotMeet, risesToTheEnd } from "./ScheduleShape.ts"
import { fewValidationImages, imagesLeftOut, leakedImages } from "./Splits.ts"
import { stackedRegularisers } from "./StackedRegularisers.ts"
import { startHardlyFits, startPartlyRandom } from "./StartingWeights.ts"
import { tinyBatches } from "./TinyBatches.ts"
import { boxesBelowFinestStride, classWithoutBox, mostlyBackground } from "./TrainingBoxes.ts"
import { warmupLongerThanHalf, warmupLongerThanRun, warmupOverOwnRise } from "./WarmupLength.ts"

/** Lists what every recipe is checked against. */
export const ofRecipes: ReadonlyArray<Rule.Rule> = [
  clipOffOnColdStart,
  highPeakWithoutWarmup,
  warmupLongerThanRun,
  warmupLongerThanHalf,
  warmupOverOwnRise,
  scheduleOfZero,
  rateBeyondPractice,
  scheduleNeverReached,
  partsDoNotMeet,
  risesToTheEnd,
  adamRateOfSgd,
  biasRateAbovePeak,
  momentumAboveOptimizer,
  largeBatch,
  clipBoundBeyondPractice,
  clipRatioBoundsNothing,
  clipHistoryTooShort,
  clipWarmupLongerThanRun,
  nesterovWithoutMomentum,
  strongWeightDecay,
  stackedRegularisers,
  inputNotMultipleOfStride,
  lossOfAnotherModel,
  lossWithoutGain,
  dropoutWithoutPlace,
  dropoutOfNearlyAll,
  batchLargerThanData,
  tinyBatches,
  lengthBelowEpoch,
  earlyStopNeverReached,
  earlyStopShorterThanWarmup,
  earlyStopMetricOfAnotherModel,
  cadenceLongerThanRun,
  mosaicNeverShown,
  emaOfLongAgo,
  emaHardlyAverages,
  fewValidationImages,
  leakedImages,
  imagesLeftOut,
  mostlyBackground,
  classWithoutBox,
  boxesBelowFinestStride,
  nothingLeftToShow,
  unknownInQuarantine,
  skipNeverReached
]

/** Lists what every recipe is checked against whose network could be laid out. None of them is an error. */
export const ofNetworks: ReadonlyArray<Rule.Rule<Rule.LaidOut>> = [
  moreMemoryThanHost,
  startPartlyRandom,
  startHardlyFits,
  clippedFineTuning,
  fineTuningWithoutEarlyStop
]

/** Lists what every experiment is checked against as a whole. */
export const ofExperiments: ReadonlyArray<Rule.ExperimentRule> = [
  contradiction,
  comparedWithItself,
  decidedBeforehand,
  comparedWithDiverging,
  metricThatArmLacks,
  unlikeLosses,
  oneSeed
]

/** Lists every rule. */
export const all = [...ofRecipes, ...ofNetworks, ...ofExperiments]

/** Checks a recipe before its network is laid out. */
export const check = (context: Rule.Context): ReadonlyArray<Finding> =>
  ofRecipes.flatMap((rule) => Rule.apply(rule, context))

/** Checks a recipe by its network, which also tells whether trained weights make it other than a cold start. */
export const checkNetwork = (context: Rule.LaidOut): ReadonlyArray<Finding> =>
  [...ofNetworks, clipOffOnNearlyColdStart].flatMap((rule) => Rule.apply(rule, context))

/** Checks an experiment as a whole; every finding belongs to an arm. */
export const checkExperiment = (
  whole: Rule.Whole
): ReadonlyArray<{ readonly arm: string; readonly finding: Finding }> =>
  ofExperiments.flatMap((rule) => Rule.applyToWhole(rule, whole))
