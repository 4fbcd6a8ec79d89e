/**
 * The list of faults.
 */
import { type Html, html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import type { IncidentRecord } from "../../run/store/Incidents.ts"
import type { Response } from "../Http.ts"
import * as Shell from "./Shell.ts"

const every = 10_000

const undiagnosed = Page.toned("not diagnosed", "quiet")

/** Writes the faults of one run, whose page tells more of each. */
export const ofRun = (incidents: ReadonlyArray<IncidentRecord>): Html | null =>
  Page.table(
    [
      { heading: "incident" },
      { heading: "when" },
      { heading: "fault", whole: true },
      { heading: "step", number: true },
      { heading: "verdict", whole: true }
    ],
    incidents.map(({ at, fault, id, step, verdict }) => [
      Shell.incidentLink(id),
      Page.time(at),
      Page.toned(fault, "bad"),
      step === null ? "" : String(step),
      verdict ?? undiagnosed
    ])
  )

const table = (incidents: ReadonlyArray<IncidentRecord>): Html | null =>
  Page.table(
    [
      { heading: "incident" },
      { heading: "when" },
      { heading: "run" },
      { heading: "fault", whole: true },
      { heading: "step", number: true },
      { heading: "verdict", whole: true },
      { heading: "explanation" }
    ],
    incidents.map(({ arm, at, experiment, explanation, fault, id, run, seed, step, verdict }) => [
      Shell.incidentLink(id),
      Page.time(at),
      html`<a href="${Shell.runPath(run)}">${experiment}: ${arm}, seed ${seed}</a>`,
      Page.toned(fault, "bad"),
      step === null ? "" : String(step),
      verdict ?? undiagnosed,
      explanation ?? ""
    ])
  )

/** Writes the page. */
export const of = (
  { incidents, next }: { readonly incidents: ReadonlyArray<IncidentRecord>; readonly next: string | null },
  after: string | undefined
): Response =>
  Shell.of({
    title: "Incidents",
    here: "/incidents",
    live: after === undefined ? { every } : undefined,
    content: [
      html`<h1>Incidents</h1>
`,
      Shell.living("incidents", table(incidents) ?? html`<p>No run has had a fault: one that has comes here, with its diagnosis.</p>`, Shell.next("/incidents", [], next))
    ]
  })
