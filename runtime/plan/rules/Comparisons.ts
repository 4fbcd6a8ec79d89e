import * as Expect from "../../../dsl/Expect.ts"
import * as Canonical from "../Canonical.ts"
import type { ExperimentRule, Whole } from "./Rule.ts"
import * as Words from "./Words.ts"

type Comparison = Extract<Expect.Expect, { readonly _tag: "Compare" }>

const comparisonsOf = ({ expect }: Whole): ReadonlyArray<{ readonly path: string; readonly of: Comparison }> =>
  expect.flatMap((of, index) => of._tag === "Compare" ? [{ path: `expect.${index}`, of }] : [])

const isDiverging = ({ expect }: Whole, arm: string): boolean =>
  expect.some((expectation) => expectation._tag === "Diverges" && expectation.arm === arm)

/** Warns of an arm that is compared with itself. */
export const comparedWithItself: ExperimentRule = {
  id: "expect/with-itself",
  path: "expect.N",
  severity: "warning",
  reason: "it is never below or above itself, so that this fails whatever happens",
  source: "the definition of a comparison: strictly below or above",
  remedy: "name another arm, or a number",
  check: (whole) =>
    comparisonsOf(whole).flatMap(({ of, path }) =>
      of.arm === of.than ? [{ arm: of.arm, path, found: `"${of.arm}" is compared with itself` }] : []
    )
}

/** Warns of a comparison that another expectation decides. */
export const comparedWithDiverging: ExperimentRule = {
  id: "expect/with-diverging",
  path: "expect.N",
  severity: "warning",
  reason: "a failed run's loss counts as infinite and its precision as 0, so that nothing is compared",
  source: "the definition of a comparison",
  remedy: "compare with an arm that is to reach its end, or with a number",
  check: (whole) =>
    comparisonsOf(whole).flatMap(({ of, path }) => {
      const diverging = of.arm === of.than ? undefined : Expect.arms(of).find((arm) => isDiverging(whole, arm))
      return diverging === undefined
        ? []
        : [{ arm: of.arm, path, found: `${Expect.text(of)}, and "${diverging}" is expected to diverge` }]
    })
}

const families = { Yolo: "a detector", Classifier: "a classifier" } as const

/** Says why an arm cannot have a figure; null where it can. */
const lacks = ({ arm, facts, recipe: { model } }: Whole["arms"][number], metric: string): string | null => {
  if (metric === "loss") return null
  if ((metric === "accuracy") !== (model._tag === "Classifier")) return `"${arm}" is ${families[model._tag]}`
  return facts?.images.val === 0 ? `"${arm}" has no image to validate` : null
}

/** Warns of a comparison by a figure that a run of the arm will not have. */
export const metricThatArmLacks: ExperimentRule = {
  id: "expect/metric-that-arm-lacks",
  path: "expect.N",
  severity: "warning",
  reason: "its runs have no such figure, and nothing can be decided",
  source: "the definitions: average precision is of boxes, accuracy is of an image's classes",
  remedy: "compare a figure that the model has, a detector's `Expect.map` and `Expect.map50` or the loss",
  check: (whole) =>
    comparisonsOf(whole).flatMap(({ of, path }) => {
      const why = whole.arms.filter(({ arm }) => Expect.arms(of).includes(arm))
        .map((arm) => lacks(arm, of.metric)).find((why) => why !== null)
      return why === undefined ? [] : [{ arm: of.arm, path, found: `${Expect.text(of)}, and ${why}` }]
    })
}

/** Warns where losses of unlike definitions are compared. */
export const unlikeLosses: ExperimentRule = {
  id: "expect/unlike-losses",
  path: "expect.N",
  severity: "warning",
  reason: "what is lower by another definition need not be better",
  source: "the definition of a loss: its gains multiply it",
  remedy: "compare what is measured on the validation split, as `Expect.map50` is",
  check: (whole) =>
    comparisonsOf(whole).flatMap(({ of, path }) => {
      const [left, right] = Expect.arms(of).map((name) => whole.arms.find(({ arm }) => arm === name)?.recipe.loss)
      return of.metric !== "loss" || left === undefined || right === undefined
          || Canonical.encode(left) === Canonical.encode(right)
        ? []
        : [{ arm: of.arm, path, found: `${Expect.text(of)}, and their losses are not defined alike` }]
    })
}

/** Advises to repeat what is compared. */
export const oneSeed: ExperimentRule = {
  id: "expect/one-seed",
  path: "seeds",
  severity: "advice",
  reason: "arms often differ by less than seeds do, so that another seed may turn it round",
  source: "practice: a difference counts where it is larger than that between seeds",
  remedy: "set `seeds: Seeds.count(3)`",
  check: (whole) => {
    const open = comparisonsOf(whole).filter(({ of }) =>
      typeof of.than === "string" && of.than !== of.arm && !Expect.arms(of).some((arm) => isDiverging(whole, arm))
    )
    const [first] = open
    return first === undefined || whole.seeds.length > 1 ? [] : [{
      arm: first.of.arm,
      path: "seeds",
      found: `one seed decides ${Words.listed(open.map(({ of }) => Expect.text(of)))}`
    }]
  }
}
