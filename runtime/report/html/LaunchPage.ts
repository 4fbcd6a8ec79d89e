/**
 * The page of a launch: its arms in the same charts, what was expected of them, and the verdict.
 */
import type { ExpectationResult, Result, Verdict } from "../../run/Result.ts"
import * as AttemptText from "../AttemptText.ts"
import * as FaultText from "../FaultText.ts"
import * as Figure from "../Figure.ts"
import * as Chart from "./Chart.ts"
import type { Facts } from "./Facts.ts"
import { type Html, html } from "./Html.ts"
import * as Page from "./Page.ts"
import * as RunCharts from "./RunCharts.ts"
import * as RunPage from "./RunPage.ts"

/** What a launch came to, and its runs in their order; those that have not ended have no part in the result. */
export interface Launched {
  readonly result: Pick<Result, "experiment" | "launch" | "expectations" | "verdict">
  readonly runs: ReadonlyArray<Facts>
}

const verdicts: Readonly<Record<Verdict, Page.Tone>> = { holds: "good", fails: "bad", undecided: "doubtful" }

const answer = (holds: boolean | null): Html =>
  holds === null ? Page.toned("cannot be judged", "doubtful") : Page.toned(holds ? "holds" : "does not hold", holds ? "good" : "bad")

const expectations = (list: ReadonlyArray<ExpectationResult>): Html | null =>
  Page.table(
    [{ heading: "expected" }, { heading: "verdict", whole: true }, { heading: "seen" }],
    list.map(({ holds, observed, text }) => [html`<code>${text}</code>`, answer(holds), observed])
  )

/** Names a run among the others of its launch; its seed only where there are several. */
const nameOf = ({ arm, seed }: Facts, runs: ReadonlyArray<Facts>): string =>
  runs.some((run) => run.seed !== seed) ? `${arm}, seed ${seed}` : arm

const figure = (value: number | null | undefined, write: (value: number) => string = Figure.measured): string | Html => {
  if (value === null || value === undefined || Number.isNaN(value)) return "-"
  return Number.isFinite(value) ? write(value) : Page.toned(write(value), "bad")
}

const table = (runs: ReadonlyArray<Facts>): Html | null => {
  const accuracy = runs.some(({ result }) => result !== null && result.metrics.accuracy !== null)
  const number = (heading: string): Page.Column => ({ heading, number: true, whole: true })
  return Page.table(
    [
      { heading: "arm" },
      { heading: "status", whole: true },
      number("steps"),
      number("loss"),
      ...(accuracy ? [number("accuracy")] : [number("mAP50"), number("mAP50-95")]),
      number("norm, median"),
      number("norm, highest"),
      number("clipped"),
      number("time"),
      { heading: "attempts", whole: true },
      { heading: "run", whole: true }
    ],
    runs.map((run, colour) => {
      const { id, result, status } = run
      const { metrics } = result ?? {}
      return [
        html`${Chart.swatch(colour, RunCharts.isDashed(colour) ? "dashed" : "line")} ${nameOf(run, runs)}`,
        RunPage.status(status),
        figure(result?.steps, String),
        figure(result?.steps === 0 ? null : metrics?.loss),
        ...(accuracy
          ? [figure(metrics?.accuracy, Figure.precision)]
          : [figure(metrics?.map50, Figure.precision), figure(metrics?.map, Figure.precision)]),
        figure(result?.gradNorm.median),
        figure(result?.gradNorm.max),
        figure(result?.clipRate, Figure.percent),
        figure(metrics?.seconds, Figure.duration),
        result === null ? "" : AttemptText.count(result),
        id
      ]
    })
  )
}

const faults = (runs: ReadonlyArray<Facts>): ReadonlyArray<Html> =>
  runs.flatMap((run) => {
    const { result } = run
    if (result === null || !result.attempts.some(({ fault }) => fault !== null)) return []
    const found = FaultText.found(result)
    const last = FaultText.last(result)
    return [html`<h3>${nameOf(run, runs)}: ${RunPage.status(run.status)}</h3>
<p>${FaultText.of(result)}</p>
${found === null || last === null ? null : AttemptText.diagnosis(found, last).map((text) => html`<p>${text}</p>`)}
${result.attempts.flatMap(({ number, remedy }) => remedy === null ? [] : [html`<p><strong>${AttemptText.next(number + 1, remedy)}</strong></p>`])}
`]
  })

/** Writes the page. */
export const of = async ({ result, runs }: Launched): Promise<string> => {
  const { expectations: expected, experiment, launch, verdict } = result
  const started = runs.find((run) => run.started !== null)?.started ?? null
  return Page.of(experiment, [
    html`<h1>${experiment}</h1>
<p>${expected.length === 0 ? html`nothing was expected` : Page.toned(verdict, verdicts[verdict])} <span class="quiet">launch ${launch}${started === null ? null : html`, started ${Page.time(started)}`}</span></p>
`,
    Page.section("Expected", expectations(expected)),
    Page.section("Arms", table(runs)),
    Page.section(
      "Curves",
      Page.charts(await Chart.draw(RunCharts.ofRuns(runs.map((run) => ({ name: nameOf(run, runs), recording: run.recording })))))
    ),
    Page.section("Faults", ...faults(runs)),
    Page.section("Recipes", ...runs.map((run) => run.recipe === null ? null : html`<h3>${nameOf(run, runs)}</h3>${RunPage.recipe(run.recipe)}`))
  ])
}
