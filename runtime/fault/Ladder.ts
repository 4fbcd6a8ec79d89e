/**
 * What is tried after a fault: the recipe's own decision, bounded by what was tried before. Everything is counted over the
 * whole run, and however far a training gets between two faults, no count begins anew.
 */
import * as Result from "effect/Result"
import * as Duration from "../../dsl/Duration.ts"
import type { Fault } from "../../dsl/Fault.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Remedy from "../../dsl/Remedy.ts"
import type * as Retry from "../../dsl/Retry.ts"
import type { Name } from "../engine/Candidate.ts"
import * as Canonical from "../plan/Canonical.ts"
import * as Identity from "../plan/Identity.ts"
import * as Words from "../plan/rules/Words.ts"
import type { Change } from "./Diagnosis.ts"
import * as Remedies from "./Remedies.ts"

/** The run ends, and why. */
export interface Stop {
  readonly kind: "stop"
  readonly reason: string
}

/** The same again after a wait. `count` says for which time, from 1 on. */
export interface Again {
  readonly kind: "again"
  readonly seconds: number
  readonly count: number
}

/** Another recipe or engine, from a state of at least `back` steps before the fault began. */
export interface Remedied {
  readonly kind: "remedy"
  readonly rung: Retry.Rung
  readonly recipe: Recipe.Recipe
  /** The engine to go on with. */
  readonly engine: Name
  readonly back: number
  /** What would have come before, and why it was not taken. */
  readonly passedOver: ReadonlyArray<{ readonly rung: Retry.Rung; readonly reason: string }>
}

export type Next = Stop | Again | Remedied

/** An attempt that failed, and what was decided on it. */
export interface Past {
  readonly fault: Fault["_tag"]
  /** The step that failed. */
  readonly step: number
  /** The identity of the recipe that failed. */
  readonly recipe: string
  readonly engine: Name
  readonly decided: Pick<Again, "kind"> | Pick<Remedied, "kind" | "rung">
}

const stop = (reason: string): Stop => ({ kind: "stop", reason })

/** Finds what was decided before by an equal decision: faults that share a ladder climb it together. */
const decidedBy = (retry: Retry.Retry, past: ReadonlyArray<Past>, decision: Retry.Change | Retry.Repeat) => {
  const wanted = Canonical.encode(decision)
  return past.filter(({ fault }) => Canonical.encode(retry.on[fault]) === wanted).map(({ decided }) => decided)
}

const rungsOf = (decided: ReadonlyArray<Past["decided"]>): ReadonlyArray<Retry.Rung> =>
  decided.flatMap((one) => one.kind === "remedy" ? [one.rung] : [])

/** Waits longer each time. The part of a wait that is drawn at random keeps many runs from coming back at once. */
const again = (
  { factor, first, jitter, most, times }: Retry.Again,
  decided: ReadonlyArray<Past["decided"]>,
  random: () => number
): Next => {
  const before = decided.filter(({ kind }) => kind === "again").length
  if (before >= times) {
    return stop(`the recipe has it tried again ${Words.plural(times, "time")} at most, and no more is left`)
  }
  const wait = Math.min(Duration.seconds(most), Duration.seconds(first) * factor ** before)
  return { kind: "again", seconds: wait * (1 - jitter + jitter * random()), count: before + 1 }
}

/**
 * What comes back unchanged must not have failed at this very step before, and what is changed must not have failed where
 * it would come by.
 */
const failedBefore = (
  { back, engine, recipe }: Remedies.Patch,
  past: ReadonlyArray<Past>,
  situation: Remedies.Situation
): string | null => {
  const identity = Identity.ofRecipe(recipe)
  const isUnchanged = engine === situation.engine && identity === Identity.ofRecipe(situation.recipe)
  const found = past.find((before) =>
    before.recipe === identity && before.engine === engine
    && (isUnchanged ? before.step === situation.step : before.step >= situation.onset - back)
  )
  return found === undefined ? null : `this very recipe and engine failed at step ${found.step} before`
}

/** Takes the first of some rungs that comes to something new. */
const firstOf = (
  rungs: ReadonlyArray<Retry.Rung>,
  past: ReadonlyArray<Past>,
  situation: Remedies.Situation,
  otherwise: string
): Next => {
  const passedOver: Array<Remedied["passedOver"][number]> = []
  for (const rung of rungs) {
    const patched = Remedies.apply(rung, situation)
    const reason = Result.isFailure(patched) ? patched.failure : failedBefore(patched.success, past, situation)
    if (reason === null && Result.isSuccess(patched)) return { kind: "remedy", rung, ...patched.success, passedOver }
    passedOver.push({ rung, reason: reason ?? "" })
  }
  const reasons = passedOver.map(({ reason, rung }) => `${Remedies.say(rung)} (${reason})`)
  return stop(reasons.length === 0 ? otherwise : `${otherwise}: ${reasons.join("; ")}`)
}

/** Leaves out what was tried; of equal rungs each stands for one try. */
const untried = (rungs: ReadonlyArray<Retry.Rung>, tried: ReadonlyArray<Retry.Rung>): ReadonlyArray<Retry.Rung> => {
  const left = tried.map((rung) => Canonical.encode(rung))
  return rungs.filter((rung) => {
    const at = left.indexOf(Canonical.encode(rung))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

/** How far an explosion is gone back before at first; twice as far each further time. */
const back = 50

const againstExplosion: ReadonlyArray<{ readonly remedy: Remedy.Remedy; readonly trial: Change | null }> = [
  { remedy: Remedy.tightenClip(), trial: "a tighter clip" },
  { remedy: Remedy.scaleLearningRate(), trial: "half the learning rate" },
  { remedy: Remedy.extendWarmup(), trial: null }
]

/**
 * Puts first what a trial has shown to cure, then what no trial was made of, last what did not cure; one that was taken
 * before ranks a place lower for each time. Where nothing bounds the gradient, a bound needs no trial.
 */
const explosion = (tried: ReadonlyArray<Retry.Rung>, { diagnosis, recipe }: Remedies.Situation) => {
  const times = ({ _tag }: Remedy.Remedy): number =>
    tried.filter((rung) => rung.some((remedy) => remedy._tag === _tag)).length
  const ranked = againstExplosion.map(({ remedy, trial }) => {
    const cured = diagnosis?.trials.find(({ change }) => change === trial)?.cured ?? null
    const isFirstBound = cured === null && remedy._tag === "TightenClip" && recipe.clip._tag === "Off"
    return { remedy, rank: (cured === true || isFirstBound ? 0 : cured === null ? 1 : 2) + times(remedy) }
  })
  const before = againstExplosion.reduce((sum, { remedy }) => sum + times(remedy), 0)
  const rollBack = Remedy.rollBack({ steps: back * 2 ** before })
  return ranked.toSorted((left, right) => left.rank - right.rank).map(({ remedy }): Retry.Rung => [rollBack, remedy])
}

/** Lists what fits a fault, the most fitting first; text says why nothing does. */
const fitting = (tried: ReadonlyArray<Retry.Rung>, situation: Remedies.Situation): ReadonlyArray<Retry.Rung> | string => {
  const { diagnosis, fault } = situation
  if (fault === "OutOfMemory") return [[Remedy.halveBatch]]
  if (fault === "DataFault") return [[Remedy.quarantineSample]]
  const verdict = diagnosis?.verdict ?? null
  if (fault === "EngineFault") return verdict === "transient" ? [[Remedy.rollBack()]] : [[Remedy.switchEngine()]]
  switch (verdict) {
    case "bad-graph":
      return "no change of the recipe cures a node that is not finite whatever is changed around it"
    case "engine-fault":
      return [[Remedy.switchEngine()]]
    case "bad-data":
      return situation.suspects.length === 0 ? [[Remedy.skipBatches()]] : [[Remedy.quarantineSample], [Remedy.skipBatches()]]
    case "transient":
      // What comes again at the same step did not pass by itself, whatever its replay said.
      return [[Remedy.rollBack()], ...explosion(tried, situation)]
    default:
      return explosion(tried, situation)
  }
}

/** Why nothing is worth a try, whatever the recipe decides. */
const hopeless = ({ fault, suspects }: Remedies.Situation): string | null =>
  fault === "DataFault" && suspects.length === 0 ? "the data cannot be used, and no image of it is to blame" : null

/**
 * Decides what follows a fault of a run, `past` being the attempts before it that failed. `random` draws a number from 0
 * to 1.
 */
export const next = (
  retry: Retry.Retry,
  past: ReadonlyArray<Past>,
  situation: Remedies.Situation,
  random: () => number
): Next => {
  const { fault } = situation
  const decision = retry.on[fault]
  if (decision._tag === "Stop") return stop(`the recipe stops at ${fault}`)
  const reason = hopeless(situation)
  if (reason !== null) return stop(reason)
  const decided = decidedBy(retry, past, decision)
  if (decision._tag === "Again") return again(decision, decided, random)
  const tried = rungsOf(decided)
  if (decision._tag === "Climb") {
    const left = untried(decision.rungs, tried)
    const otherwise = left.length === 0 ? "every rung of the ladder was tried" : "no rung is left that fits"
    return firstOf(left, past, situation, otherwise)
  }
  if (tried.length >= decision.attempts) {
    return stop(`the recipe has ${Words.plural(decision.attempts, "remedied attempt")} at most, and no more is left`)
  }
  const rungs = fitting(tried, situation)
  return typeof rungs === "string" ? stop(rungs) : firstOf(rungs, past, situation, "nothing is left that fits")
}
