/**
 * A night's page: what is worse first, then each experiment's arms against their baselines.
 */
import { type Html, html } from "../report/html/Html.ts"
import * as Page from "../report/html/Page.ts"
import * as Metric from "./Metric.ts"
import type { Row } from "./Night.ts"
import type { NightReport } from "./NightReport.ts"
import * as NightWords from "./NightWords.ts"

const columns: ReadonlyArray<Page.Column> = [
  { heading: "of", whole: true },
  { heading: "verdict", whole: true },
  { heading: "baseline", number: true, whole: true },
  { heading: "now", number: true, whole: true },
  { heading: "difference, with its 95% interval", number: true },
  { heading: "matters from", number: true, whole: true },
  { heading: "p", number: true, whole: true },
  { heading: "runs now / baseline", number: true },
  { heading: "why" }
]

/** The sign that is as wide as a plus. */
const minus = "\u2212"

const difference = ({ metric, shift }: Row): string | Html => {
  if (shift === null) return ""
  const signed = (value: number): string => `${value > 0 ? "+" : value < 0 ? minus : ""}${Metric.apart(metric, Math.abs(value))}`
  return html`<span class="whole">${signed(shift.shift)}</span><br><small class="whole">${signed(shift.low)} to ${signed(shift.high)}</small>`
}

const place = ({ arm, engine, hardware }: Row): string =>
  engine === null || hardware === null ? arm : `${arm}, ${engine} on ${hardware}`

const cells = (row: Row): ReadonlyArray<string | Html> => [
  NightWords.metric(row),
  Page.toned(row.verdict, NightWords.tones[row.verdict]),
  row.baseline === null ? "" : NightWords.figure(row, row.baseline),
  row.observed === null ? "" : NightWords.figure(row, row.observed),
  difference(row),
  row.floor === null ? "" : Metric.apart(row.metric, row.floor),
  row.p === null ? "" : NightWords.chance(row),
  NightWords.samples(row),
  row.reason
]

/** Writes an experiment's comparisons, those of an arm in a table of their own. */
const armsOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Html> =>
  [...Map.groupBy(rows, place)].map(([arm, own]) => html`<h3>${arm}</h3>
${Page.table(columns, own.map(cells))}`)

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
    ...[...experiments].map(([experiment, rows]) => Page.section(experiment, ...armsOf(rows))),
    Page.section(
      "Launches",
      Page.table(
        [{ heading: "experiment" }, { heading: "launch" }, { heading: "made" }],
        report.launches.map(({ experiment, launch, repeat }) => [experiment, launch, repeat ? "once more, for a repeat" : "first"])
      )
    )
  ])
}
