/**
 * The list of runs, with what picks some of them out.
 */
import * as Figure from "../../report/Figure.ts"
import { type Html, html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import * as RunPage from "../../report/html/RunPage.ts"
import * as Status from "../../report/Status.ts"
import type { Response } from "../Http.ts"
import type { Picked, row } from "../Views.ts"
import * as Shell from "./Shell.ts"

type Row = ReturnType<typeof row>

/** How often the list is looked at again, in milliseconds. */
const every = 4000

const field = (name: string, label: string, value: string | undefined, kind = "text"): Html =>
  html`<p><label for="${name}">${label}</label> <input id="${name}" name="${name}" type="${kind}" value="${value ?? ""}" maxlength="200"></p>
`

const isPicky = (picked: Picked): boolean => Object.values(picked).some((value) => value !== undefined && value !== "")

const filters = (picked: Picked): Html => {
  const { arm, experiment, since, status, text } = picked
  return html`<form class="filters" method="get" action="/" role="search" aria-label="Runs">
${field("text", "Id, experiment or arm has", text, "search")}
<p><label for="status">Status</label> <select id="status" name="status"><option value="">any</option>
${Status.states.map((state) => html`<option${state === status ? html` selected` : null}>${state}</option>`)}</select></p>
${field("experiment", "Experiment", experiment)}
${field("arm", "Arm", arm)}
${field("since", "Launched since", since, "date")}
<p><button>Show</button>${isPicky(picked) ? html` <a href="/">Show all</a>` : null}</p>
</form>
`
}

const known = (value: number | null, write: (value: number) => string): string => value === null ? "" : write(value)

/** Writes a loss; one that is not finite stands out. */
export const loss = (value: number | null): string | Html =>
  value === null ? "" : Number.isFinite(value) ? Figure.measured(value) : Page.toned(Figure.measured(value), "bad")

const steps = ({ progress, steps }: Row): string =>
  progress === null ? known(steps, String) : `${progress.steps} of ${progress.totalSteps}`

const rowOf = (run: Row): ReadonlyArray<string | Html> => [
  html`<input type="checkbox" name="run" value="${run.id}" aria-label="Compare ${run.id}">`,
  Shell.runLink(run.id),
  run.experiment,
  run.arm,
  String(run.seed),
  RunPage.status(run.status),
  steps(run),
  loss(run.progress?.loss ?? (run.steps === 0 ? null : run.loss)),
  run.map50 === null ? known(run.accuracy, Figure.precision) : Figure.precision(run.map50),
  run.started === null ? "" : Page.time(run.started),
  known(run.seconds, Figure.duration)
]

const columns: ReadonlyArray<Page.Column> = [
  { heading: "compare" },
  { heading: "run" },
  { heading: "experiment" },
  { heading: "arm" },
  { heading: "seed", number: true },
  { heading: "status", whole: true },
  { heading: "steps", number: true },
  { heading: "loss", number: true },
  { heading: "mAP50 or accuracy", number: true },
  { heading: "started" },
  { heading: "time", number: true, whole: true }
]

const nothing = (picked: Picked): Html =>
  isPicky(picked)
    ? html`<p>No run is like that: <a href="/">show all</a>.</p>`
    : html`<p>There are no runs yet: <code>npx ballast run FILE</code> makes some, and <code>npx ballast submit FILE</code> has a worker make them.</p>`

/** Writes the page. */
export const of = (picked: Picked, { next, runs }: { readonly runs: ReadonlyArray<Row>; readonly next: string | null }): Response => {
  const query = Object.entries(picked).flatMap(([name, value]) => name === "after" || !value ? [] : [[name, String(value)] as const])
  return Shell.of({
    title: "Runs",
    here: "/",
    // Further pages are of the past, and a list that moves is read badly.
    live: picked.after === undefined || picked.after === "" ? { every } : undefined,
    content: [
      html`<h1>Runs</h1>
`,
      filters(picked),
      html`<form method="get" action="/compare">
`,
      Shell.living("runs", runs.length === 0 ? nothing(picked) : Page.table(columns, runs.map(rowOf)), Shell.next("/", query, next)),
      runs.length === 0 ? null : html`<p><button>Compare those that are ticked</button></p>
`,
      html`</form>
`
    ]
  })
}
