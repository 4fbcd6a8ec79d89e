/**
 * The page of one fault: what happened, why, what was tried, and how to replay it.
 */
import * as AttemptText from "../../report/AttemptText.ts"
import * as FaultText from "../../report/FaultText.ts"
import * as Figure from "../../report/Figure.ts"
import { type Html, html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import * as RunPage from "../../report/html/RunPage.ts"
import type { Account } from "../../report/IncidentText.ts"
import type { AttemptResult } from "../../run/Result.ts"
import type { IncidentRecord } from "../../run/store/Incidents.ts"
import type { RunRecord } from "../../run/store/Listing.ts"
import type { Response } from "../Http.ts"
import * as Charts from "./Charts.ts"
import * as Shell from "./Shell.ts"

/** What the page shows; null for what is not there, as before the diagnosis. */
export interface Shown {
  readonly incident: IncidentRecord
  readonly run: RunRecord
  readonly attempt: AttemptResult | null
  readonly account: unknown
}

/** An account is read from a file; one of another version has other fields. */
const accountOf = (document: unknown): Account | null =>
  typeof document === "object" && document !== null && "format" in document && document.format === "ballast.incident/1"
    ? document as Account
    : null

const suspects = ({ diagnosis }: AttemptResult): Html | null =>
  diagnosis === null || diagnosis.files.length === 0
    ? null
    : html`<ul>${diagnosis.files.map((file) => html`<li>${AttemptText.suspect(file)}</li>`)}</ul>
`

const finding = ({ diagnosis }: AttemptResult): Html | null =>
  diagnosis === null ? null : Page.facts([
    ...(diagnosis.node === null ? [] : [["node", diagnosis.node] as const]),
    ...(diagnosis.direction === null ? [] : [["where", AttemptText.ways[diagnosis.direction]] as const])
  ])

const before = async (account: Account | null): Promise<Html | null> => {
  if (account === null || account.before.length === 0) return null
  const x = account.before.map(({ step }) => step)
  const fault = account.fault.step
  const charts = await Charts.draw([
    { title: "Loss before the fault", curves: [{ name: "loss", colour: 0, x, y: account.before.map(({ loss }) => loss) }] },
    {
      title: "Gradient norm before clipping",
      curves: [{ name: "norm", colour: 0, x, y: account.before.map(({ gradNorm }) => gradNorm) }]
    }
  ].map((chart) => ({ ...chart, steps: true, marks: fault === null ? [] : [{ x: fault, name: "fault", colour: "bad" as const }] })))
  return html`${Page.charts(charts)}${Page.table(
    [
      { heading: "step", number: true },
      { heading: "loss", number: true },
      { heading: "gradient norm", number: true },
      { heading: "bound", number: true },
      { heading: "clipped" },
      { heading: "learning rate", number: true }
    ],
    account.before.map(({ clipBound, clipped, gradNorm, learningRate, loss, step }) => [
      String(step),
      Figure.measured(loss),
      Figure.measured(gradNorm),
      Number.isFinite(clipBound) ? Figure.measured(clipBound) : "none",
      clipped ? "yes" : "no",
      Figure.chosen(learningRate)
    ])
  )}`
}

/** Writes the page. */
export const of = async ({ account, attempt, incident, run }: Shown): Promise<Response> => {
  const fault = attempt?.fault ?? null
  const told = accountOf(account)
  return Shell.of({
    title: `${incident.fault} in ${run.experiment}: ${run.arm}, seed ${run.seed}`,
    here: "/incidents",
    content: [
      html`<h1>${incident.fault} in ${run.experiment}: ${run.arm}, seed ${run.seed}</h1>
<p class="quiet">incident ${incident.id}, of <a href="${Shell.runPath(run.id)}">run ${run.id}</a>, attempt ${incident.attempt}, ${Page.time(incident.at)}</p>
<p>${fault === null ? incident.fault : FaultText.say(fault)}</p>
`,
      Page.section(
        "Diagnosis",
        attempt === null || fault === null || attempt.diagnosis === null
          ? html`<p>${incident.explanation ?? "It was not diagnosed, or is not yet."}</p>`
          : html`${AttemptText.diagnosis(attempt.diagnosis, fault).map((text) => html`<p>${text}</p>`)}`,
        attempt === null ? null : finding(attempt),
        attempt === null ? null : suspects(attempt)
      ),
      Page.section("Trials", attempt === null ? null : RunPage.trials(attempt)),
      Page.section(
        "What was done",
        attempt === null ? null : attempt.remedy === null
          ? html`<p>Nothing: the run ended with it.</p>${run.result?.status === "failed" ? RunPage.worthATry(run.result) : null}`
          : html`<p>${AttemptText.next(incident.attempt + 1, attempt.remedy)}</p>`
      ),
      Page.section("The steps before it", await before(told)),
      Page.section("To replay it", attempt?.incident === null || attempt === null ? null : html`<pre>npx ballast replay ${attempt.incident}</pre>`)
    ]
  })
}
