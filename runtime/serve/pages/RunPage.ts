/**
 * The page of one run, which follows it while it runs.
 */
import * as AttemptText from "../../report/AttemptText.ts"
import * as Figure from "../../report/Figure.ts"
import type { Facts } from "../../report/html/Facts.ts"
import { type Html, html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import type * as Recording from "../../report/html/Recording.ts"
import * as ReportPage from "../../report/html/RunPage.ts"
import * as RunCharts from "../../report/html/RunCharts.ts"
import type { IncidentRecord } from "../../run/store/Incidents.ts"
import type { RunRecord } from "../../run/store/Listing.ts"
import type { Response } from "../Http.ts"
import type { Held, Told } from "../Recordings.ts"
import * as Charts from "./Charts.ts"
import * as Incidents from "./IncidentsPage.ts"
import * as Shell from "./Shell.ts"
import * as Zoom from "./Zoom.ts"

/** What the page shows. */
export interface Shown {
  readonly run: RunRecord
  readonly facts: Facts
  readonly held: Held
  readonly incidents: ReadonlyArray<IncidentRecord>
  /** What the last evaluation saw, as sections. */
  readonly seen: ReadonlyArray<Html | null>
  readonly zoom: Zoom.Asked
  readonly report: boolean
  /** The attempts whose process wrote something beside its answer. */
  readonly logs: ReadonlyArray<number>
}

const goesOn = ({ status }: RunRecord): boolean => status === "waiting" || status === "running"

/** A button that does nothing without the script, which shows it. */
const button = (action: "cancel" | "rerun", label: string, run: string, question: string): Html =>
  html`<button type="button" hidden data-action="${Shell.runPath(run)}" data-do="${action}" data-question="${question}">${label}</button>
`

const links = ({ id }: RunRecord, { logs, report }: Pick<Shown, "logs" | "report">): Html =>
  html`<a href="${Shell.runPath(id)}/plan">Plan</a>
${report ? html`<a href="${Shell.runPath(id)}/report">Report</a>` : null}
${logs.map((attempt) => html`<a href="${Shell.runPath(id)}/attempts/${attempt}/log">Process log of attempt ${attempt}</a>
`)}`

const actions = (run: RunRecord, shown: Pick<Shown, "logs" | "report">): Html =>
  html`<div class="actions">${
    goesOn(run) && run.queued ? button("cancel", "Cancel", run.id, `Cancel run ${run.id}? One that runs ends with a checkpoint.`) : null
  }${button("rerun", "Run again", run.id, `Put ${run.id} into the queue once more, as it was recorded?`)}${links(run, shown)}<noscript><p class="quiet">Without a script: <code>npx ballast runs cancel ${run.id}</code> and <code>npx ballast runs rerun ${run.id}</code></p></noscript></div>
<p id="answer" role="alert"></p>
`

const lastOf = (recording: Recording.Recording) => {
  const attempt = recording.attempts.at(-1)
  const at = (values: ArrayLike<number> | undefined): number => values?.[values.length - 1] ?? NaN
  return attempt === undefined || attempt.steps.length === 0 ? null : {
    step: at(attempt.steps) + 1,
    totalSteps: attempt.totalSteps,
    loss: at(attempt.columns.loss),
    gradNorm: at(attempt.columns.gradNorm),
    clipBound: at(attempt.columns.clipBound),
    learningRate: at(attempt.columns.learningRate),
    imagesPerSecond: at(attempt.columns.imagesPerSecond),
    parts: [...attempt.parts].map(([name, values]) => [name, at(values)] as const)
  }
}

/** The figures of the last step, which the script writes anew with each that it hears of. */
const now = (run: RunRecord, { recording }: Held): Html | null => {
  const last = lastOf(recording)
  if (last === null || !goesOn(run)) return null
  const figure = (name: string, label: string, value: string): Html =>
    html`<div><dt>${label}</dt><dd data-figure="${name}">${value}</dd></div>`
  return html`<section aria-label="The last step"><dl class="figures">
${figure("step", "steps", `${last.step} of ${last.totalSteps}`)}
${figure("loss", "loss", Figure.measured(last.loss))}
${last.parts.length < 2 ? null : last.parts.map(([name, value]) => figure(`parts.${name}`, `${name} loss`, Figure.measured(value)))}
${figure("gradNorm", "gradient norm", Figure.measured(last.gradNorm))}
${Number.isFinite(last.clipBound) ? figure("clipBound", "its bound", Figure.measured(last.clipBound)) : null}
${figure("learningRate", "learning rate", Figure.chosen(last.learningRate))}
${figure("imagesPerSecond", "images a second", Figure.rate(last.imagesPerSecond))}
</dl></section>
`
}

const said = (event: Told): string => {
  switch (event.kind) {
    case "eval":
      return event.accuracy === null
        ? `evaluated: mAP50 ${Figure.precision(event.map50 ?? NaN)}, mAP50-95 ${Figure.precision(event.map ?? NaN)}`
        : `evaluated: accuracy ${Figure.precision(event.accuracy)}`
    case "spike":
      return [["loss", event.loss] as const, ["gradient norm", event.gradNorm] as const]
        .flatMap(([name, spike]) => spike === null ? [] : [`${name} ${Figure.measured(spike.value)}, where the median is ${Figure.measured(spike.median)}`])
        .join("; ")
    case "incident":
      return `${event.tag}: ${event.message}`
    case "trial":
      return AttemptText.trial(event)
    case "checkpoint":
      return event.directory
    case "status":
      return event.detail === null ? event.status : `${event.status}: ${event.detail}`
  }
}

/** How much of the log a page shows. */
const shownTold = 100

const log = ({ told }: Held): Html | null => {
  const shown = told.slice(-shownTold).toReversed()
  const several = shown.some(({ attempt }) => attempt !== shown[0]?.attempt)
  return Page.table(
    [...(several ? [{ heading: "attempt", number: true }] : []), { heading: "step", number: true }, { heading: "what", whole: true }, { heading: "it says" }],
    shown.map((event) => [...(several ? [String(event.attempt)] : []), String(event.step), event.kind, said(event)])
  )
}

/** Writes the page. */
export const of = async (shown: Shown): Promise<Response> => {
  const { facts, held, incidents, run, seen, zoom } = shown
  const last = now(run, held)
  const [figures = null, ...remarks] = ReportPage.above(facts)
  const charts = await Charts.draw(RunCharts.ofRun(held.recording, zoom.steps))
  return Shell.of({
    title: `${run.experiment}: ${run.arm}, seed ${run.seed}`,
    here: "/",
    live: goesOn(run)
      ? { events: `/api${Shell.runPath(run.id)}/events?from=${held.attempt}.${held.byte}` }
      : undefined,
    content: [
      html`<h1>${run.experiment}: ${run.arm}, seed ${run.seed}</h1>
`,
      Shell.living(
        "standing",
        html`${ReportPage.standing(run)}
<p class="unseen" data-status="${run.status}"></p>
${run.reason === null ? null : html`<p>${run.reason}</p>`}
${ReportPage.cause(run)}${actions(run, shown)}${last}`
      ),
      Shell.living(
        "summary",
        // Those of the last step say more while it runs.
        last === null ? figures : null,
        remarks,
        Page.section("Incidents", Incidents.ofRun(incidents))
      ),
      Zoom.section(zoom, { path: Shell.runPath(run.id), query: [] }, charts),
      Shell.living(
        "facts",
        ReportPage.below(facts, seen).map((part) => part === null ? null : Charts.unstyled(part)),
        Page.section("Log", log(held))
      )
    ]
  })
}
