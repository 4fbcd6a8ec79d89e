/**
 * What a training's own figures say about its recipe, once it has ended.
 */
import * as Clip from "../../dsl/Clip.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Warmup from "../../dsl/Warmup.ts"
import * as OptimClip from "../optim/Clip.ts"
import * as Shadow from "../optim/Shadow.ts"
import * as Notation from "../plan/Notation.ts"
import * as RecipeDiff from "../plan/RecipeDiff.ts"
import * as Words from "../plan/rules/Words.ts"
import * as Course from "./Course.ts"
import type { Advice, RecipeChange } from "./Outcome.ts"

/** What is known of a training: of each step its loss, its norm before clipping and whether that was clipped. */
export interface Evidence {
  readonly recipe: Recipe.Recipe
  readonly warmupSteps: number
  readonly losses: ReadonlyArray<number>
  readonly norms: ReadonlyArray<number>
  readonly clipped: ReadonlyArray<boolean>
}

/** Fewer steps than this say nothing about a recipe. */
const leastSteps = 100
/** A bound that clips more of the steps than this is tight. */
const tight = 0.3
/** A loss oscillates where half of its values are farther than this off the middle of those around. */
const oscillates = 0.1
/** A bound that clips no more of the steps than this hardly bounds anything. */
const hardly = 0.01
/** A bound is far above all norms from so many times the largest on. */
const farAbove = 3
/** A loss crept where it fell by less than this over its second half, and ended above this share of where it began. */
const creeps = 0.1
const stillHigh = 0.5
/** Norms were high before they settled where they were so many times what they came to. */
const highBefore = 4
/** A warmup is too short where norms took so many times as long to settle: where they do is not known to the step. */
const muchLonger = 1.25

/** What a rule looks at: the finite steps after the warmup. */
interface Seen {
  readonly recipe: Recipe.Recipe
  readonly steps: string
  readonly losses: ReadonlyArray<number>
  readonly norms: ReadonlyArray<number>
  readonly clipped: ReadonlyArray<boolean>
  readonly clipRate: number
  /** The largest norm of the whole training, its warmup included. */
  readonly largest: number
  /** The places of spikes that nothing clipped. */
  readonly passed: ReadonlyArray<number>
}

/** What a rule says: a message, and the change that it names. */
type Said = Omit<Advice, "rule">

const { figure, listed, percent, plural } = Words

const shareAbove = (bound: number, norms: ReadonlyArray<number>): number =>
  norms.filter((norm) => OptimClip.clips(norm, bound)).length / norms.length

/** Rounds down to 1, 2 or 5 times a power of ten, as people choose bounds. */
const chosenBelow = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  return Number(((([5, 2].find((digit) => digit * power <= value)) ?? 1) * power).toPrecision(1))
}

const tooTight = ({ clipRate, losses, norms, recipe: { clip }, steps }: Seen): Said | null => {
  const bound = OptimClip.fixedBound(clip)
  const swing = Course.swing(losses)
  if (bound === Infinity || clipRate <= tight || swing <= oscillates) return null
  const looser = [2, 3, 5].map((factor) => Number((factor * bound).toPrecision(4)))
  const told = looser.map((bound) => `${percent(shareAbove(bound, norms))} at ${figure(bound)}`)
  const best = looser.find((bound) => shareAbove(bound, norms) <= tight) ?? looser.at(-1) ?? bound
  return {
    message: `clipped in ${percent(clipRate)} of ${steps} while the loss oscillated (half of its values are more than ${
      percent(swing)
    } off the middle of those around); a bound of ${figure(best)} would have clipped ${percent(shareAbove(best, norms))} (${listed(told)})`,
    change: { clip: clip._tag === "ZScore" ? { ...clip, maxNorm: best } : Clip.globalNorm(best) }
  }
}

const boundsNothing = ({ largest, norms, passed, recipe: { clip }, steps }: Seen): Said | null => {
  // At the beginning, where norms are largest, a bound may do all that it is there for.
  if (clip._tag !== "GlobalNorm" || OptimClip.clips(largest, clip.maxNorm) || passed.length > 0) return null
  const most = norms.reduce((most, norm) => Math.max(most, norm), 0)
  const near = chosenBelow(Course.spikeFactor / 2 * Course.median(norms))
  if (clip.maxNorm < farAbove * most || near >= clip.maxNorm) return null
  return {
    message: `the bound of ${figure(clip.maxNorm)} did nothing: the largest norm of ${steps} was ${figure(most)}, and none was a `
      + `spike; one of ${figure(near)} would have clipped ${percent(shareAbove(near, norms))}, and would catch a norm of `
      + `${Course.spikeFactor} times the median`,
    change: { clip: Clip.globalNorm(near) }
  }
}

const spikesPass = ({ norms, passed, recipe: { clip }, steps }: Seen): Said | null => {
  if ((clip._tag !== "Off" && clip._tag !== "GlobalNorm") || passed.length === 0) return null
  const spikes = passed.map((place) => norms[place] ?? NaN)
  const bound = chosenBelow(Math.min(...spikes) / 2)
  const zscore = Shadow.follow(Clip.zscore({ maxNorm: null }), norms)
  return {
    message: `${plural(spikes.length, "norm")} of ${steps} ${spikes.length === 1 ? "was" : "were"} at least ${
      Course.spikeFactor
    } times those around, up to ${figure(Math.max(...spikes))}, and ${
      clip._tag === "Off" ? "nothing clips them" : `passed under the bound of ${figure(clip.maxNorm)}`
    }; a bound of ${figure(bound)} would have caught ${spikes.length === 1 ? "it" : "all of them"} and clipped ${
      percent(shareAbove(bound, norms))
    } of the steps, Clip.zscore({ maxNorm: null }) would have clipped ${percent(zscore.clipRate)} and left no norm above ${
      figure(zscore.largest)
    }`,
    change: { clip: Clip.globalNorm(bound) }
  }
}

const tooLoose = ({ clipRate, losses, norms, recipe: { clip }, steps }: Seen): Said | null => {
  if (clip._tag !== "GlobalNorm" || clipRate > tight / 10) return null
  const medians = Course.runningMedians(losses)
  const [first = NaN, middle = NaN, last = NaN] = [medians[0], medians[Math.floor(losses.length / 2)], medians.at(-1)]
  const fell = (middle - last) / middle
  if (fell >= creeps || last <= stillHigh * first || Course.swing(losses) > oscillates) return null
  const half = clip.maxNorm / 2
  const share = shareAbove(half, norms)
  if (share <= hardly || share > tight) return null
  return {
    message: `the loss crept, from ${figure(middle)} to ${figure(last)} over the second half of ${steps}, while the norms hardly `
      + `came up to the bound of ${figure(clip.maxNorm)}; one of ${figure(half)} would have clipped ${percent(share)}, and `
      + "another peak of the schedule is the other thing to try",
    change: { clip: Clip.globalNorm(half) }
  }
}

const least = (value: number): number => {
  const unit = value <= 100 ? 10 : value <= 1000 ? 50 : 500
  return Math.ceil(value / unit) * unit
}

const risesByItself = ({ schedule }: Recipe.Recipe): boolean =>
  ["OneCycle", "WarmupStableDecay", "InverseSquareRoot", "Sequence"].includes(schedule._tag)

const warmupTooShort = ({ norms, recipe, warmupSteps }: Evidence): Said | null => {
  if (norms.length < leastSteps || (recipe.warmup._tag === "None" && risesByItself(recipe))) return null
  const { from, level, peak } = Course.settling(norms)
  if (from <= muchLonger * warmupSteps || from > norms.length / 2 || peak < highBefore * level) return null
  const warmup = recipe.warmup._tag === "None" ? "there was no warmup" : `the warmup ended after ${plural(warmupSteps, "step")}`
  const length = { steps: least(from) }
  return {
    message: `${warmup}, and the norms settled after ${plural(from, "step")}: until then their running median was up to ${
      figure(peak)
    }, in the second half of the run ${figure(level)}; a warmup of ${plural(length.steps, "step")} would have covered that`,
    change: { warmup: recipe.warmup._tag === "None" ? Warmup.linear(length) : { ...recipe.warmup, length } }
  }
}

const seenOf = ({ clipped, losses, norms, recipe, warmupSteps }: Evidence): Seen => {
  const after = { losses: losses.slice(warmupSteps), norms: norms.slice(warmupSteps), clipped: clipped.slice(warmupSteps) }
  return {
    recipe,
    ...after,
    steps: plural(after.norms.length, "step") + (warmupSteps > 0 ? " after the warmup" : ""),
    largest: norms.reduce((most, norm) => Math.max(most, norm), 0),
    clipRate: after.clipped.filter(Boolean).length / after.clipped.length,
    passed: Course.spikes(after.norms).filter((place) => after.clipped[place] === false)
  }
}

const rules: Readonly<Record<string, (seen: Seen) => Said | null>> = {
  "clip/too-tight": tooTight,
  "clip/bounds-nothing": boundsNothing,
  "clip/spikes-pass": spikesPass,
  "clip/too-loose": tooLoose
}

/** Leaves out the steps that were not finite: they changed nothing, and their figures are no numbers. */
const finiteOf = (evidence: Evidence): Evidence => {
  const { clipped, losses, norms, warmupSteps } = evidence
  const finite = (_: unknown, place: number): boolean =>
    Number.isFinite(losses[place] ?? NaN) && Number.isFinite(norms[place] ?? NaN)
  return {
    ...evidence,
    warmupSteps: losses.slice(0, warmupSteps).filter(finite).length,
    losses: losses.filter(finite),
    norms: norms.filter(finite),
    clipped: clipped.filter(finite)
  }
}

/**
 * Says what a training's losses and norms advise for its recipe, each with the evidence for it. What another bound would
 * have clipped is told of the norms that there were: it would have led to other ones. Nothing where there are fewer than
 * 100 steps.
 */
export const of = (evidence: Evidence): ReadonlyArray<Advice> => {
  const finite = finiteOf(evidence)
  const seen = seenOf(finite)
  const short = warmupTooShort(finite)
  return [
    ...(seen.norms.length < leastSteps ? [] : Object.entries(rules).flatMap(([rule, check]) => {
      const said = check(seen)
      return said === null ? [] : [{ rule, ...said }]
    })),
    ...(short === null ? [] : [{ rule: "warmup/too-short", ...short }])
  ]
}

/**
 * Says what to write into the source of a recipe that a run ended on another one of, so that the next run begins with what
 * this one was cured by. Nothing where both are the same.
 */
export const ofRemedies = (declared: Recipe.Recipe, ended: Recipe.Recipe): ReadonlyArray<Advice> => {
  const fields = [...new Set(RecipeDiff.of(declared, ended).map(({ path }) => path.split(".")[0] as keyof RecipeChange))]
  const lines = fields.map((field) => `${field}: ${Notation.of(field, ended[field])}`)
  return lines.length === 0 ? [] : [{
    rule: "retry/remedied",
    message: `it ended on a changed recipe; to begin with what cured it, write ${lines.join(", ")}`,
    change: Object.fromEntries(fields.map((field) => [field, ended[field]]))
  }]
}
