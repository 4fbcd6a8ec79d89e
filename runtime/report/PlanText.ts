/**
 * A plan as a person reads it: each network once, the first arm as a whole, of the others what is different, and in the
 * end what was found.
 */
import type * as Experiment from "../../dsl/Experiment.ts"
import * as Expect from "../../dsl/Expect.ts"
import type * as Trigger from "../../dsl/Trigger.ts"
import type { Arm, Plan } from "../plan/Plan.ts"
import * as Times from "../run/trigger/Times.ts"
import * as ArmText from "./ArmText.ts"
import * as Figure from "./Figure.ts"
import * as Findings from "./Findings.ts"
import * as Line from "./Line.ts"
import * as ModelTree from "./ModelTree.ts"
import * as Paragraph from "./Paragraph.ts"
import * as RecipeText from "./RecipeText.ts"

const indent = 2

const indented = (lines: ReadonlyArray<Line.Line>): ReadonlyArray<Line.Line> =>
  lines.map((line) => line.length === 0 ? line : [Line.span(" ".repeat(indent)), ...line])

const named = (arms: ReadonlyArray<Arm>): string => {
  const names = arms.map(({ arm }) => arm)
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`
}

/** Writes the network that some arms share. */
const networkOf = (arms: ReadonlyArray<Arm>, all: number, columns: number): ReadonlyArray<Line.Line> => {
  const [first] = arms
  if (first === undefined || first.graph === null || first.cost === null) return []
  const { cost, graph, recipe } = first
  return [
    Line.empty,
    ...Paragraph.of(all === 1 ? "network" : `network of ${named(arms)}`, columns, { tone: "strong" }),
    ...Paragraph.of(
      `${RecipeText.network(recipe)}: ${Figure.count(cost.parameters)} parameters, ${
        Figure.quantity(cost.flops, "FLOPs")
      } forward an image`,
      columns,
      { indent }
    ),
    Line.empty,
    ...indented(ModelTree.of(graph, columns - indent))
  ]
}

const networksOf = (arms: ReadonlyArray<Arm>, columns: number): ReadonlyArray<Line.Line> => {
  const laidOut = arms.filter(({ graph }) => graph !== null)
  const alike = Map.groupBy(laidOut, ({ graph }) => JSON.stringify(graph?.nodes))
  return [...alike.values()].flatMap((group) => networkOf(group, arms.length, columns))
}

const armsOf = ([first, ...others]: ReadonlyArray<Arm>, columns: number): ReadonlyArray<Line.Line> =>
  first === undefined ? [] : [
    Line.empty,
    ...Paragraph.of(first.arm, columns, { tone: "strong" }),
    ...ArmText.whole(first, columns),
    ...others.flatMap((arm) => [
      Line.empty,
      ...differenceOf(arm, first, columns)
    ])
  ]

const differenceOf = (arm: Arm, base: Arm, columns: number): ReadonlyArray<Line.Line> => {
  const lines = ArmText.different(arm, base, columns)
  const said = lines.length === 0 ? `, the same as ${base.arm}` : `, as ${base.arm} but for`
  return [...Paragraph.fitted(Line.of(Line.span(arm.arm, "strong"), said), columns), ...lines]
}

const findingsOf = (arms: ReadonlyArray<Arm>, columns: number): ReadonlyArray<Line.Line> =>
  arms.every(({ findings }) => findings.length === 0) ? [] : [
    Line.empty,
    ...Paragraph.of("findings", columns, { tone: "strong" }),
    ...Findings.ofArms(arms, columns)
  ]

/** What an experiment says besides its arms, and what time it is, in milliseconds since 1970. */
type About = Pick<Experiment.Resolved, "expect" | "question" | "seeds" | "triggers"> & { readonly now: number }

const mostSeeds = 8

const overlaps: Readonly<Record<Trigger.AtTimes["overlap"], string>> = {
  skip: "left out while the launch before goes on",
  wait: "queued behind the launch before",
  cancel: "cancels the launch before"
}

const catchUps: Readonly<Record<Trigger.AtTimes["catchUp"], string>> = {
  latest: "makes up for the newest missed time",
  none: "makes up for no missed time",
  all: "makes up for every missed time"
}

const triggerText = (trigger: Trigger.Trigger, now: number): string => {
  if (trigger._tag === "OnPullRequest") return "for pull requests that change it"
  const { catchUp, cron, overlap, timeZone } = trigger
  const next = Figure.moment(Times.next(trigger, now), timeZone)
  return `at ${cron} (cron, ${timeZone}), next ${next}; ${overlaps[overlap]}; ${catchUps[catchUp]}`
}

const aboutOf = (about: About, columns: number): ReadonlyArray<Line.Line> => {
  const { expect, now, question, seeds, triggers = [] } = about
  const shown = seeds.length > mostSeeds ? `${seeds.length}, from ${seeds[0]} to ${seeds.at(-1)}` : seeds.join(", ")
  return [
    ...Paragraph.of(question, columns, { indent }),
    ...Paragraph.labelled(seeds.length === 1 ? "seed" : "seeds", [shown], columns),
    ...Paragraph.labelled("expects", expect.map(Expect.text), columns),
    ...Paragraph.labelled("runs", triggers.map((trigger) => triggerText(trigger, now)), columns)
  ]
}

/**
 * Writes a plan, and in the end whether it can run; at most `columns` wide. `about` is what the experiment says besides
 * its arms, and what time it is.
 */
export const of = (
  plan: Plan,
  options: { readonly columns: number; readonly strict?: boolean; readonly about?: About }
): ReadonlyArray<Line.Line> => {
  const { about, columns, strict = false } = options
  const findings = plan.arms.flatMap(({ findings }) => findings)
  const counted = Findings.counted(findings)
  const errors = findings.some(({ severity }) => severity === "error")
  const refused = errors || (strict && findings.some(({ severity }) => severity === "warning"))
  return [
    ...Paragraph.fitted(
      Line.of(Line.span(plan.experiment, "strong"), `: ${Figure.plural(plan.arms.length, "arm")}`),
      columns
    ),
    ...(about === undefined ? [] : aboutOf(about, columns)),
    ...networksOf(plan.arms, columns),
    ...armsOf(plan.arms, columns),
    ...findingsOf(plan.arms, columns),
    Line.empty,
    ...Paragraph.fitted(
      Line.of(
        Line.span(refused ? "cannot run" : "can run", refused ? "bad" : "good"),
        counted === null ? "" : `: ${counted}${refused && !errors ? ", and --strict refuses warnings" : ""}`
      ),
      columns
    )
  ]
}
