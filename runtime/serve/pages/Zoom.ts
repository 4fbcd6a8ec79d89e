/**
 * Which steps a page's curves show: asked for by the page's address, as the API's are, and by a form above them.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type Html, html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import * as RunCharts from "../../report/html/RunCharts.ts"
import * as Api from "../Api.ts"
import * as Shell from "./Shell.ts"

const ends = ["from", "to"] as const
type End = typeof ends[number]

/** What is asked for. */
export interface Asked {
  /** All of them where what was written cannot be read. */
  readonly steps: RunCharts.Steps
  readonly written: Readonly<Record<End, string>>
  /** What is wrong with what was written, by where it stands. */
  readonly wrong: ReadonlyArray<{ readonly end: End; readonly message: string }>
}

/** Nobody writes a longer number. */
const longest = 40

const decode = Schema.decodeUnknownOption(Api.step)

/** Reads an end; null where it is no step, and what is there without one where nothing is written. */
const read = (written: string, without: number): number | null =>
  written === "" ? without : Option.getOrNull(decode(written))

/** Reads what a page's address asks for. */
export const asked = (parameters: URLSearchParams): Asked => {
  const [from, to] = ends.map((end) => (parameters.get(end) ?? "").trim().slice(0, longest)) as [string, string]
  const written = { from, to }
  const steps = { from: read(from, RunCharts.allSteps.from), to: read(to, RunCharts.allSteps.to) }
  const unread = ends.flatMap((end) => steps[end] === null ? [{ end, message: `"${written[end]}" is no step: write a whole number from 0 on, or nothing.` }] : [])
  const wrong = unread.length === 0 && Number(steps.from) > Number(steps.to)
    ? [{ end: "to" as const, message: `No step from ${from} to ${to}: write the smaller one first.` }]
    : unread
  return {
    steps: wrong.length > 0 || steps.from === null || steps.to === null ? RunCharts.allSteps : { from: steps.from, to: steps.to },
    written,
    wrong
  }
}

/** Where a page lies, and what its address says beside the steps. */
export interface Place {
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
}

const labels: Readonly<Record<End, string>> = { from: "From step", to: "To step" }

const field = (end: End, { written, wrong }: Asked): Html => {
  const invalid = wrong.some((one) => one.end === end)
  return html`<p><label for="${end}">${labels[end]}</label> <input id="${end}" name="${end}" value="${written[end]}" inputmode="numeric" autocomplete="off" maxlength="${longest}"${
    invalid ? html` aria-invalid="true" aria-describedby="wrong-${end}"` : null
  }></p>
`
}

const form = (asked: Asked, { path, query }: Place): Html => {
  const isWhole = asked.written.from === "" && asked.written.to === ""
  const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString()
  return html`<form class="steps" method="get" action="${path}#zoom" aria-label="Steps of the curves">
${query.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">
`)}${ends.map((end) => field(end, asked))}<p><button>Show</button>${
    isWhole ? null : html` <a href="${path}${search === "" ? "" : `?${search}`}#zoom">Show all</a>`
  } <small class="hint">or drag over a chart</small></p>
</form>
${asked.wrong.map(({ end, message }) => html`<p class="bad" id="wrong-${end}">${message}</p>
`)}${asked.wrong.length === 0 ? null : html`<p>These are all steps.</p>
`}`
}

/** Writes the curves under their heading and the form; nothing where there is none, and all were asked for. */
export const section = (asked: Asked, place: Place, charts: ReadonlyArray<Html>): Html => {
  const isThere = charts.length > 0 || RunCharts.isPart(asked.steps)
  return html`<section>
${Shell.living("zoom", isThere ? html`<h2>Curves</h2>
${form(asked, place)}` : null)}${Shell.living("curves", charts.length > 0 ? Page.charts(charts) : isThere ? html`<p>Nothing was told of these steps.</p>` : null)}</section>
`
}
