/**
 * The page that compares runs: figures, recipes and curves.
 */
import * as Figure from "../../report/Figure.ts"
import * as Chart from "../../report/html/Chart.ts"
import { type Html, html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import * as RunCharts from "../../report/html/RunCharts.ts"
import * as ReportPage from "../../report/html/RunPage.ts"
import type * as Difference from "../Difference.ts"
import type { Response } from "../Http.ts"
import type { Held } from "../Recordings.ts"
import type { RunRecord } from "../../run/store/Listing.ts"
import * as Charts from "./Charts.ts"
import * as RunsPage from "./RunsPage.ts"
import * as Shell from "./Shell.ts"
import * as Zoom from "./Zoom.ts"

/** What the page shows. */
export interface Shown {
  readonly runs: ReadonlyArray<{ readonly run: RunRecord; readonly held: Held }>
  readonly differences: ReadonlyArray<ReturnType<typeof Difference.of>>
  readonly zoom: Zoom.Asked
}

/** Names a run among others by no more than tells it from them. */
const nameOf = ({ arm, experiment, id, seed }: RunRecord, all: ReadonlyArray<RunRecord>): string => {
  const alike = all.filter((run) => run.experiment === experiment)
  const name = alike.length === all.length ? `${arm}, seed ${seed}` : `${experiment}: ${arm}, seed ${seed}`
  return alike.some((run) => run.id !== id && run.arm === arm && run.seed === seed) ? `${name} (${id})` : name
}

type Metric = "map50" | "accuracy"

const figures = (runs: ReadonlyArray<RunRecord>): Html | null => {
  const number = (heading: string): Page.Column => ({ heading, number: true, whole: true })
  const measured = (["map50", "accuracy"] as const).filter((metric) => runs.some(({ result }) => (result?.metrics[metric] ?? null) !== null))
  const headings: Readonly<Record<Metric, string>> = { map50: "mAP50", accuracy: "accuracy" }
  const figure = (metric: Metric, { result }: RunRecord): string => {
    const value = result?.metrics[metric] ?? null
    return value === null ? "" : Figure.precision(value)
  }
  return Page.table(
    [
      { heading: "run", whole: true },
      { heading: "experiment" },
      { heading: "arm" },
      number("seed"),
      { heading: "status" },
      number("loss"),
      ...measured.map((metric) => number(headings[metric])),
      number("clipped"),
      number("norm, median"),
      number("norm, highest")
    ],
    runs.map((run, colour) => {
      const result = run.result === null || run.result.steps === 0 ? null : run.result
      return [
        html`${Chart.swatch(colour, RunCharts.isDashed(colour) ? "dashed" : "line")} ${Shell.runLink(run.id)}`,
        run.experiment,
        run.arm,
        String(run.seed),
        html`${ReportPage.status(run.status)}${result?.remedied === true ? " on a changed recipe" : null}`,
        RunsPage.loss(result === null ? null : result.metrics.loss),
        ...measured.map((metric) => figure(metric, run)),
        result === null ? "" : Figure.percent(result.clipRate),
        result === null ? "" : Figure.measured(result.gradNorm.median),
        result === null ? "" : Figure.measured(result.gradNorm.max)
      ]
    })
  )
}

const nodes = ({ nodes }: Shown["differences"][number]): Html | null => {
  if (nodes === null) return null
  const named = [["added", nodes.added], ["removed", nodes.removed], ["changed", nodes.changed]] as const
  const some = named.filter(([, ids]) => ids.length > 0)
  return some.length === 0 ? html`<p>The same graph.</p>` : html`<ul>${some.map(([what, ids]) => html`<li>${Figure.plural(ids.length, "node")} ${what}: <code>${ids.join(", ")}</code></li>`)}</ul>
`
}

const difference = (one: Shown["differences"][number], names: ReadonlyMap<string, string>, first: string): Html =>
  html`<h3>${names.get(one.run) ?? one.run}, against ${first}</h3>
${
    one.recipe === null
      ? html`<p>One of the two recipes is not there, or of another version.</p>`
      : one.recipe.length === 0
      ? html`<p>The same recipe.</p>`
      : html`<ul>${one.recipe.map(({ text }) => html`<li><code>${text}</code></li>`)}</ul>`
  }
${nodes(one)}
${one.data === true ? html`<p class="doubtful">The data is another: its fingerprint differs.</p>` : null}
`

/** Writes the page. */
export const of = async ({ differences, runs, zoom }: Shown): Promise<Response> => {
  const records = runs.map(({ run }) => run)
  const names = new Map(records.map((run) => [run.id, nameOf(run, records)]))
  const compared = runs.map(({ held, run }) => ({ name: names.get(run.id) ?? run.id, recording: held.recording }))
  const charts = await Charts.draw(RunCharts.ofRuns(compared, zoom.steps))
  const first = records[0]
  return Shell.of({
    title: "Compare",
    here: "/",
    content: [
      html`<h1>Compare ${runs.length === 0 ? "runs" : Figure.plural(runs.length, "run")}</h1>
`,
      runs.length < 2 ? html`<p>Tick two runs or more in <a href="/">the list</a> to compare them.</p>
` : null,
      figures(records),
      Zoom.section(zoom, { path: "/compare", query: records.map(({ id }) => ["run", id]) }, charts),
      Page.section("Recipes", first === undefined || differences.length === 0 ? null : html`${differences.map((one) => difference(one, names, names.get(first.id) ?? first.id))}`)
    ]
  })
}
