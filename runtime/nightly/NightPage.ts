/**
 * A night's page: what is worse first, then each experiment's arms against their baselines.
 */
import { type Html, html } from "../report/html/Html.ts"
import * as Page from "../report/html/Page.ts"
import * as Figure from "../report/Figure.ts"
import type { Row } from "./Night.ts"
import type { NightReport } from "./NightReport.ts"
import * as NightWords from "./NightWords.ts"

const columns: ReadonlyArray<Page.Column> = [
  { heading: "arm" },
  { heading: "of" },
  { heading: "baseline", number: true },
  { heading: "now", number: true },
  { heading: "difference, 95%", number: true },
  { heading: "matters from", number: true },
  { heading: "p", number: true },
  { heading: "runs, now / baseline", number: true },
  { heading: "verdict" },
  { heading: "why" }
]

const signed = (value: number): string => `${value > 0 ? "+" : ""}${Figure.measured(value)}`

const difference = ({ shift }: Row): string =>
  shift === null ? "-" : `${signed(shift.shift)} (${signed(shift.low)} to ${signed(shift.high)})`

const place = ({ arm, engine, hardware }: Row): Html =>
  html`${arm}${engine === null || hardware === null ? null : html`<br><small>${engine} on ${hardware}</small>`}`

const cells = (row: Row): ReadonlyArray<string | Html> => [
  place(row),
  NightWords.metric(row),
  NightWords.figure(row, row.baseline),
  NightWords.figure(row, row.observed),
  difference(row),
  row.floor === null ? "-" : Figure.measured(row.floor),
  NightWords.chance(row),
  NightWords.samples(row),
  Page.toned(row.verdict, NightWords.tones[row.verdict]),
  row.reason
]

/** Writes the page. */
export const of = (report: NightReport): string => {
  const besides = NightWords.besides(report)
  const experiments = Map.groupBy(NightWords.gravestFirst(report), ({ experiment }) => experiment)
  return Page.of(`night: ${report.verdict}`, [
    html`<h1>Night: ${Page.toned(report.verdict, NightWords.tones[report.verdict])}</h1>
<p>${NightWords.counted(report)}</p>
<p class="quiet">${NightWords.about(report)}</p>
`,
    Page.section("Besides", besides.length === 0 ? null : html`<ul>${besides.map((said) => html`<li>${said}</li>`)}</ul>`),
    ...[...experiments].map(([experiment, rows]) => Page.section(experiment, Page.table(columns, rows.map(cells)))),
    Page.section(
      "Launches",
      Page.table(
        [{ heading: "experiment" }, { heading: "launch" }, { heading: "" }],
        report.launches.map(({ experiment, launch, repeat }) => [experiment, launch, repeat ? "made once more" : ""])
      )
    )
  ])
}
