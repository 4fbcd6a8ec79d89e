/**
 * In what a change broadens what an arm takes or gets away with. One that is new is compared with what a recipe has where
 * it says nothing, so that a renaming hides nothing.
 */
import * as Host from "../../../dsl/Host.ts"
import type * as Policy from "../../../dsl/Policy.ts"
import type * as Recipe from "../../../dsl/Recipe.ts"
import * as Retry from "../../../dsl/Retry.ts"
import * as Literal from "../../plan/notation/Literal.ts"
import type { Arm } from "../../plan/Plan.ts"
import * as Words from "../../plan/rules/Words.ts"
import * as ArmDiff from "../diff/ArmDiff.ts"
import * as Attempts from "./Attempts.ts"
import * as ClipBound from "./ClipBound.ts"
import * as Machine from "./Machine.ts"

/** What may be broadened arm by arm. */
export type OfArm = Exclude<Policy.Broadening, "seeds" | "expectations" | "triggers">

type Said = ReadonlyArray<string>

const isSame = (before: Arm, after: Arm, fields: ReadonlyArray<keyof Recipe.Recipe>): boolean =>
  fields.every((field) => Literal.same(before.recipe[field], after.recipe[field]))

const length = ({ recipe, schedule: { totalSteps } }: Arm): string =>
  totalSteps === null ? Words.plural(recipe.length.epochs ?? NaN, "epoch") : Words.plural(totalSteps, "step")

const steps = (before: Arm | null, after: Arm): Said => {
  if (before === null) return [`is new, and takes ${length(after)}`]
  const [then, now] = [before.schedule.totalSteps, after.schedule.totalSteps]
  if (then !== null && now !== null) return now > then ? [`takes ${Words.plural(now, "step")}, and took ${then}`] : []
  const [epochsThen, epochsNow] = [before.recipe.length.epochs, after.recipe.length.epochs]
  if (epochsThen === undefined || epochsNow === undefined || !isSame(before, after, ["data", "batch", "accumulate"])) {
    return ["may take more steps than before, which is not known here, without its data"]
  }
  return epochsNow > epochsThen ? [`takes ${Words.plural(epochsNow, "epoch")}, and took ${epochsThen}`] : []
}

/** Where these are the same, so is the memory that the plan counts. */
const memoryFields = ["data", "model", "loss", "optimizer", "ema", "batch", "accumulate"] as const

const memory = (before: Arm | null, after: Arm): Said => {
  const now = after.cost?.memory.total ?? null
  if (before === null) {
    return [`is new, and takes ${now === null ? "memory that is not known here" : `${Words.amount(now)} of memory by the plan`}`]
  }
  const then = before.cost?.memory.total ?? null
  if (then !== null && now !== null) {
    return now > then ? [`takes ${Words.amount(now)} of memory by the plan, and took ${Words.amount(then)}`] : []
  }
  return isSame(before, after, memoryFields) ? [] : ["may take more memory than before, which is not known here, without its data"]
}

const attempts = (before: Arm | null, after: Arm): Said => {
  const [then, now] = [before?.recipe.retry ?? Retry.never, after.recipe.retry]
  const [mostThen, mostNow] = [Attempts.most(then), Attempts.most(now)]
  if (mostNow > mostThen) {
    const said = `is attempted up to ${mostNow} times`
    return [before === null ? `is new, and ${said}` : `${said}, and was up to ${mostThen}`]
  }
  const faults = (Object.keys(now.on) as ReadonlyArray<keyof Retry.Decisions>)
    .filter((fault) => Attempts.further(now.on[fault]) > Attempts.further(then.on[fault]))
  return faults.map((fault) =>
    `goes on after ${fault} up to ${Words.plural(Attempts.further(now.on[fault]), "time")}, and did ${Attempts.further(then.on[fault])}`
  )
}

const clip = (before: Arm | null, after: Arm): Said => {
  if (before === null) return after.recipe.clip._tag === "Off" ? ["is new, and clips nothing"] : []
  const said = ClipBound.looser(before.recipe.clip, after.recipe.clip)
  return said === null ? [] : [said]
}

const findings = (before: Arm | null, after: Arm): Said =>
  ArmDiff.only(after.findings, before?.findings ?? []).flatMap(({ accepted, rule, severity }) =>
    accepted !== undefined
      ? [`answers ${rule} with "${accepted}"`]
      : severity === "advice"
      ? []
      : [`has a new ${severity}, ${rule}`]
  )

const host = (before: Arm | null, after: Arm): Said => Machine.more(before?.recipe.host ?? Host.any, after.recipe.host)

const parts: Readonly<Record<OfArm, (before: Arm | null, after: Arm) => Said>> = {
  steps,
  memory,
  attempts,
  clip,
  findings,
  host
}

/** Says in what an arm takes more of one thing than before; `before` is null where it is new. */
export const ofArm = (one: OfArm, before: Arm | null, after: Arm): ReadonlyArray<string> => parts[one](before, after)

/** Tells whether a kind of broadening is looked for arm by arm. */
export const isOfArm = (one: Policy.Broadening): one is OfArm => one in parts
