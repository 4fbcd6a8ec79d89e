/**
 * Remedies as changes of a recipe: what each comes to where a training stands, or why it comes to nothing there.
 */
import * as Result from "effect/Result"
import type * as Clip from "../../dsl/Clip.ts"
import type { Fault } from "../../dsl/Fault.ts"
import * as Recipe from "../../dsl/Recipe.ts"
import type * as Remedy from "../../dsl/Remedy.ts"
import type * as Retry from "../../dsl/Retry.ts"
import type { Name } from "../engine/Candidate.ts"
import * as Identity from "../plan/Identity.ts"
import * as Quarantine from "../plan/Quarantine.ts"
import * as Words from "../plan/rules/Words.ts"
import * as Skips from "../plan/Skips.ts"
import type { Diagnosis } from "./Diagnosis.ts"
import * as Rates from "./Rates.ts"

/** Where a training stands that a fault has ended. */
export interface Situation {
  /** The recipe of the attempt that failed. */
  readonly recipe: Recipe.Recipe
  readonly engine: Name
  /** The engines that work on this host. */
  readonly engines: ReadonlyArray<Name>
  readonly fault: Fault["_tag"]
  /** The step that failed. */
  readonly step: number
  /** The step at which the fault began, at most `step`. */
  readonly onset: number
  readonly totalSteps: number
  readonly stepsPerEpoch: number
  readonly images: Quarantine.Images
  /** The images that the fault was traced to, as a quarantine names them. */
  readonly suspects: ReadonlyArray<string>
  /** Null where the fault was not looked into. */
  readonly diagnosis: Pick<Diagnosis, "verdict" | "trials"> | null
}

/** What an attempt goes on with, and how many steps before the fault began at least. */
export interface Patch {
  readonly recipe: Recipe.Recipe
  readonly engine: Name
  readonly back: number
}

type Patched = Result.Result<Patch, string>
type Of<Tag extends Remedy.Remedy["_tag"]> = Extract<Remedy.Remedy, { readonly _tag: Tag }>

const { fail, succeed } = Result

const withFields = (patch: Patch, fields: Parameters<typeof Recipe.with>[1]): Patched =>
  succeed({ ...patch, recipe: Recipe.with(patch.recipe, fields) })

const tighter = (clip: Clip.Clip, { factor, start }: Of<"TightenClip">): Clip.Clip => {
  switch (clip._tag) {
    case "Off":
      return { _tag: "GlobalNorm", maxNorm: start }
    case "GlobalNorm":
      return { ...clip, maxNorm: Rates.times(clip.maxNorm, factor) }
    case "PerLayer":
      return { ...clip, maxRms: Rates.times(clip.maxRms, factor) }
    case "Adaptive":
      return { ...clip, ratio: Rates.times(clip.ratio, factor) }
    case "Auto":
      return { ...clip, percentile: Rates.times(clip.percentile, factor) }
    case "ZScore":
      return { ...clip, maxNorm: clip.maxNorm === null ? start : Rates.times(clip.maxNorm, factor) }
  }
}

const skipBatches = (patch: Patch, { steps }: Of<"SkipBatches">, { fault, onset, step }: Situation): Patched => {
  const { feed } = patch.recipe
  const first = fault === "Diverged" ? onset : step
  const from = Skips.positionOf(feed.skip, first)
  // What is left out already among them does not count.
  const to = Skips.positionOf(feed.skip, first + steps - 1)
  const skip = Skips.merged([...feed.skip, { from, steps: to - from + 1 }])
  return withFields(patch, { feed: { ...feed, skip } })
}

const quarantineSample = (patch: Patch, { images, suspects }: Situation): Patched => {
  const { batch, feed } = patch.recipe
  if (suspects.length === 0) return fail("the fault was traced to no image")
  const known = Quarantine.indicesOf(suspects, images)
  const shown = suspects.filter((name) => known.has(name))
  if (shown.length === 0) {
    return fail(`${Words.some(suspects)} ${suspects.length === 1 ? "is" : "are"} not among the images to train on`)
  }
  const quarantine = [...new Set([...feed.quarantine, ...shown])]
  if (quarantine.length === feed.quarantine.length) {
    return fail(`${Words.some(shown)} ${shown.length === 1 ? "is" : "are"} in quarantine already`)
  }
  const left = images.images.train - Quarantine.indicesOf(quarantine, images).size
  return left < batch
    ? fail(`${Words.plural(left, "image")} would be left, and a batch takes ${batch}`)
    : withFields(patch, { feed: { ...feed, quarantine } })
}

const halveBatch = (patch: Patch): Patched => {
  const { accumulate, batch } = patch.recipe
  return batch % 2 === 1
    ? fail(`a batch of ${Words.plural(batch, "image")} has no half`)
    : withFields(patch, { batch: batch / 2, accumulate: { batches: accumulate.batches * 2 } })
}

const switchEngine = (patch: Patch, { engine }: Of<"SwitchEngine">, { engines }: Situation): Patched => {
  if (engine === patch.engine) return fail(`${engine} is the engine that it failed on`)
  const other = engine ?? engines.find((name) => name !== patch.engine)
  if (other === undefined) return fail("no other engine works on this host")
  return engines.includes(other) ? succeed({ ...patch, engine: other }) : fail(`${other} does not work on this host`)
}

/**
 * Changes how steps are taken, which can only tell on a later one: from the state before a NaN the very same comes of its
 * batch.
 */
const withUpdate = (patch: Patch, fields: Parameters<typeof Recipe.with>[1], { step }: Situation): Patched =>
  step === 0
    ? fail("the first step failed, and no step was taken before")
    : withFields({ ...patch, back: Math.max(patch.back, 1) }, fields)

const one = (patch: Patch, remedy: Remedy.Remedy, situation: Situation): Patched => {
  const { recipe } = patch
  switch (remedy._tag) {
    case "RollBack":
      return succeed({ ...patch, back: Math.max(patch.back, remedy.steps) })
    case "ScaleLearningRate":
      return withUpdate(patch, Rates.scaled(recipe, remedy.factor), situation)
    case "TightenClip":
      return withUpdate(patch, { clip: tighter(recipe.clip, remedy) }, situation)
    case "ExtendWarmup":
      return Result.flatMap(
        Rates.warmedLonger(recipe, remedy, situation),
        (fields) => withUpdate(patch, fields, situation)
      )
    case "SkipBatches":
      return skipBatches(patch, remedy, situation)
    case "QuarantineSample":
      return quarantineSample(patch, situation)
    case "HalveBatch":
      return halveBatch(patch)
    case "Reorder":
      return withFields(patch, { feed: { ...recipe.feed, order: recipe.feed.order + 1 } })
    case "SwitchEngine":
      return switchEngine(patch, remedy, situation)
  }
}

/** What bears on a fault that has nothing to do with the numbers; anything does on the others. */
const bearing: Readonly<Partial<Record<Fault["_tag"], ReadonlyArray<Remedy.Remedy["_tag"]>>>> = {
  OutOfMemory: ["HalveBatch", "SwitchEngine"],
  DataFault: ["QuarantineSample", "SkipBatches"],
  EngineFault: ["SwitchEngine", "HalveBatch"]
}

const isUnchanged = ({ engine, recipe }: Patch, situation: Situation): boolean =>
  engine === situation.engine && Identity.ofRecipe(recipe) === Identity.ofRecipe(situation.recipe)

/** A passing fault needs no change, and every other one needs one that bears on it. */
const checked = (patch: Patch, rung: Retry.Rung, situation: Situation): Patched => {
  const { diagnosis, fault } = situation
  const decoded = Recipe.decode(patch.recipe)
  if (Result.isFailure(decoded)) {
    return fail(`no such recipe can be: ${decoded.failure.map(({ message, path }) => `${path}: ${message}`).join(", ")}`)
  }
  if (isUnchanged(patch, situation)) {
    if (!rung.every(({ _tag }) => _tag === "RollBack")) return fail("it changes nothing")
    return diagnosis?.verdict === "transient" ? succeed(patch) : fail("nothing shows that the fault passes by itself")
  }
  const tags = bearing[fault]
  return tags === undefined || rung.some(({ _tag }) => tags.includes(_tag))
    ? succeed(patch)
    : fail(`it does not bear on the fault, ${fault}`)
}

/**
 * Takes the remedies of a rung together, one on top of the other. The recipe that comes of it is a valid one and, with the
 * engine, another than that which failed, except where the fault passes by itself. Fails with the reason in a person's
 * words where one of the remedies comes to nothing.
 */
export const apply = (rung: Retry.Rung, situation: Situation): Patched => {
  const { engine, recipe } = situation
  const patched = rung.reduce(
    (patch: Patched, remedy) => Result.flatMap(patch, (patch) => one(patch, remedy, situation)),
    succeed({ recipe, engine, back: 0 })
  )
  return Result.flatMap(patched, (patch) => checked(patch, rung, situation))
}

const words = (remedy: Remedy.Remedy): string => {
  switch (remedy._tag) {
    case "RollBack":
      return remedy.steps === 0 ? "the same again" : `from ${Words.plural(remedy.steps, "step")} before`
    case "ScaleLearningRate":
      return `${Words.figure(remedy.factor)} times the learning rate`
    case "TightenClip":
      return "a tighter clip"
    case "ExtendWarmup":
      return "a longer warmup"
    case "SkipBatches":
      return `without the batches of ${Words.plural(remedy.steps, "step")}`
    case "QuarantineSample":
      return "without the images that it was traced to"
    case "HalveBatch":
      return "batches of half the size, twice as many a step"
    case "Reorder":
      return "images in another order"
    case "SwitchEngine":
      return remedy.engine === null ? "another engine" : `the engine ${remedy.engine}`
  }
}

/** Says in a few words what a rung changes: `a tighter clip, from 50 steps before`. */
export const say = (rung: Retry.Rung): string => {
  const changes = rung.filter(({ _tag }) => _tag !== "RollBack")
  const backs = rung.filter((remedy) => remedy._tag === "RollBack" && (remedy.steps > 0 || changes.length === 0))
  return [...changes, ...backs].map(words).join(", ")
}
