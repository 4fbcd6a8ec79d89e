/**
 * The page of one run: its curves and figures, its attempts and what was found out about their faults.
 */
import type * as Recipe from "../../../dsl/Recipe.ts"
import type { AttemptResult, RunResult } from "../../run/Result.ts"
import type * as Inspection from "../../train/Inspection.ts"
import * as AttemptText from "../AttemptText.ts"
import * as FaultText from "../FaultText.ts"
import * as Figure from "../Figure.ts"
import * as RecipeText from "../RecipeText.ts"
import * as ResultText from "../ResultText.ts"
import * as Status from "../Status.ts"
import * as Chart from "./Chart.ts"
import * as Detections from "./Detections.ts"
import type { Facts } from "./Facts.ts"
import { type Html, html } from "./Html.ts"
import * as Page from "./Page.ts"
import * as RunCharts from "./RunCharts.ts"

const shortIdentity = 12

/** Writes where a run or an attempt stands. */
export const status = (state: Status.RunState): Html => {
  const { tone } = Status.of(state)
  return Page.toned(state, tone === "plain" || tone === "strong" ? null : tone)
}

const measured = (value: number): string | Html =>
  Number.isFinite(value) ? Figure.measured(value) : Page.toned(Figure.measured(value), "bad")

/** Lists what came of a run; before its end, how far it is. */
const figures = ({ recording, result }: Facts): ReadonlyArray<readonly [string, string | Html]> => {
  const last = recording.attempts.at(-1)
  const loss = last?.columns.loss.at(-1)
  if (result === null || Number.isNaN(result.metrics.seconds)) {
    return last === undefined || loss === undefined ? [] : [
      ["steps so far", `${(last.steps.at(-1) ?? 0) + 1} of ${last.totalSteps}`],
      ["last loss", measured(loss)]
    ]
  }
  const { clipRate, gradNorm, metrics, steps } = result
  const known = (name: string, value: number | null): ReadonlyArray<readonly [string, string]> =>
    value === null ? [] : [[name, Figure.precision(value)]]
  // What has not trained has no other figures.
  if (steps === 0) return [["steps", "0"], ["time", Figure.duration(metrics.seconds)]]
  return [
    ["steps", String(steps)],
    ["loss", measured(metrics.loss)],
    ...known("mAP50", metrics.map50),
    ...known("mAP50-95", metrics.map),
    ...known("accuracy", metrics.accuracy),
    ["steps clipped", Figure.percent(clipRate)],
    ["gradient norm, median", measured(gradNorm.median)],
    ["gradient norm, highest", measured(gradNorm.max)],
    ["images a second", Figure.rate(metrics.imagesPerSecond)],
    ["time", Figure.duration(metrics.seconds)]
  ]
}

/** Writes what was tried of a fault, and what of it cured it; null where it was not diagnosed. */
export const trials = ({ diagnosis }: AttemptResult): Html | null =>
  diagnosis === null ? null : Page.table(
    [{ heading: "tried from the last good state" }, { heading: "cured", whole: true }, { heading: "steps", number: true }, { heading: "why" }],
    diagnosis.trials.map(({ change, cured, reason, steps }) => [
      change,
      cured === null ? "not tried" : Page.toned(cured ? "yes" : "no", cured ? "good" : null),
      String(steps),
      reason ?? ""
    ])
  )

/** Writes where a run stands, and its id. */
export const standing = ({ id, result, status: state }: Pick<Facts, "id" | "result" | "status">): Html =>
  html`<p>${status(state)}${result?.remedied === true ? " on a changed recipe" : null} <span class="quiet">run ${id}</span></p>
`

/** Writes what is worth a try after a run that failed; null where nothing is known. */
export const worthATry = (result: RunResult): Html | null => {
  const worth = FaultText.remedies(result, result.directory)
  return worth.length === 0 ? null : html`<p>Worth a try:</p><ul>${worth.map((one) => html`<li>${one}</li>`)}</ul>`
}

/** Writes what ended a run that failed, and what is worth a try; null for any other. */
export const cause = ({ result }: Pick<Facts, "result">): Html | null =>
  result === null || result.status !== "failed" ? null : html`<div class="cause"><p>${FaultText.of(result)}</p>
${worthATry(result)}</div>
`

const attempt = (one: AttemptResult): Html => {
  const { diagnosis, fault, from, incident, number, remarks, remedy } = one
  return html`<h3>Attempt ${number}, from step ${from}: ${status(one.status)}</h3>
${remarks.map((remark) => html`<p class="doubtful">${remark}</p>`)}
${fault === null ? null : html`<p>${FaultText.say(fault)}</p>`}
${fault === null || diagnosis === null ? null : AttemptText.diagnosis(diagnosis, fault).map((text) => html`<p>${text}</p>`)}
${trials(one)}
${remedy === null ? null : html`<p><strong>${AttemptText.next(number + 1, remedy)}</strong></p>`}
${incident === null ? null : html`<p class="quiet">to replay it: <code>npx ballast replay ${incident}</code></p>`}
`
}

const evaluations = ({ recording }: Facts): Html | null => {
  const counted = recording.attempts.flatMap((attempt) =>
    attempt.evaluations.filter(({ step }) => step <= recording.until(attempt))
  )
  const figure = (value: number | null): string => value === null ? "-" : Figure.precision(value)
  const accuracy = counted.some((evaluation) => evaluation.accuracy !== null)
  return Page.table(
    [
      { heading: "after step", number: true },
      ...(accuracy ? [{ heading: "accuracy", number: true }] : [{ heading: "mAP50", number: true }, { heading: "mAP50-95", number: true }])
    ],
    counted.map(({ accuracy: share, map, map50, step }) => [
      String(step),
      ...(accuracy ? [figure(share)] : [figure(map50), figure(map)])
    ])
  )
}

/** Writes a recipe as an experiment's source does, a field a line. */
export const recipe = (recipe: Recipe.Recipe | null): Html | null =>
  recipe === null ? null : html`<details><summary>The recipe</summary>
<pre>${RecipeText.source(recipe).join("\n")}</pre></details>
`

const origin = ({ environment, identity, launch, result, started }: Facts): Html | null => {
  const engine = result === null ? null : ResultText.engine(result)
  const known = (name: string, value: string | Html | null): ReadonlyArray<readonly [string, string | Html]> => value === null ? [] : [[name, value]]
  const short = (hash: string): Html => html`<code>${hash.slice(0, shortIdentity)}</code>`
  const { commit = null, dirty = null } = environment ?? {}
  return Page.facts([
    ...known("launch", launch === "" ? null : launch),
    ...known("started", started === null ? null : Page.time(started)),
    ...known("engine", engine),
    ...known("commit", commit === null ? null : html`${short(commit)}${dirty === null ? null : ", with changes that were not committed"}`),
    ...(identity === null ? [] : Object.entries({ training: identity.training, data: identity.data })
      .map(([name, hash]) => [name, hash === null ? "not known" : short(hash)] as const))
  ])
}

/** Writes what a page says of a run before its curves: figures first, remarks and advice. */
export const above = (facts: Facts): ReadonlyArray<Html | null> => {
  const { result } = facts
  const remarks = result === null ? [] : AttemptText.remarks(result)
  return [
    Page.figures(figures(facts)),
    remarks.length === 0 ? null : html`<p>${remarks.join(", ")}</p>`,
    result?.stopped === undefined || result.stopped === null ? null : html`<p>${result.stopped}</p>`,
    Page.section("Advice", result === null || result.advice.length === 0 ? null : html`<ul>${result.advice.map(({ message, rule }) => html`<li>${message} <small>${rule}</small></li>`)}</ul>`)
  ]
}

/** Writes what a page says of a run after its curves: attempts, evaluations, what the last one saw, and the recipe. */
export const below = (facts: Facts, seen: ReadonlyArray<Html | null>): ReadonlyArray<Html | null> => {
  const { attempts } = facts
  return [
    Page.section("Attempts", ...(attempts.some(({ fault, remarks }) => fault !== null || remarks.length > 0) || attempts.length > 1 ? attempts.map(attempt) : [])),
    Page.section("Evaluations", evaluations(facts)),
    ...seen,
    Page.section("Made with", origin(facts), recipe(facts.recipe))
  ]
}

/** Writes the page; `seen` is what the last evaluation has left. */
export const of = async (facts: Facts, seen: Inspection.Left | null = null): Promise<string> => {
  const { arm, experiment, reason, seed } = facts
  return Page.of(`${experiment}: ${arm}, seed ${seed}`, [
    html`<h1>${experiment}: ${arm}, seed ${seed}</h1>
${standing(facts)}
${reason === null ? null : html`<p>${reason}</p>`}
${cause(facts)}
`,
    ...above(facts),
    Page.section("Curves", Page.charts(await Chart.draw(RunCharts.ofRun(facts.recording)))),
    ...below(facts, await Detections.sections(seen === null ? null : Detections.embedded(seen)))
  ])
}
