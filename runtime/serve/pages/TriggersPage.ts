/**
 * The page of what workers launch by themselves.
 */
import { html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import type { Kept } from "../../run/trigger/Keeping.ts"
import type * as Times from "../../run/trigger/Times.ts"
import type { Response } from "../Http.ts"
import * as Shell from "./Shell.ts"

const every = 30_000

/** A trigger with its last time and its next. */
export type Timed = Kept & { readonly times: ReturnType<typeof Times.describe> }

/** Writes the page. */
export const of = (triggers: ReadonlyArray<Timed>): Response =>
  Shell.of({
    title: "Triggers",
    here: "/triggers",
    live: { every },
    content: [
      html`<h1>Triggers</h1>
`,
      Shell.living(
        "triggers",
        Page.table(
          [
            { heading: "experiment" },
            { heading: "times" },
            { heading: "last time", whole: true },
            { heading: "next time", whole: true },
            { heading: "last launch" },
            { heading: "if one still runs", whole: true },
            { heading: "remark" }
          ],
          triggers.map(({ experiment, fires, last, remark, times }) => [
            html`<a href="/?experiment=${encodeURIComponent(experiment)}">${experiment}</a>`,
            html`<code class="whole">${fires.cron}</code> ${fires.timeZone}`,
            Page.time(Date.parse(times.last.utc), fires.timeZone),
            Page.time(Date.parse(times.next.utc), fires.timeZone),
            last === null ? "none yet" : html`<a href="/?text=${encodeURIComponent(last.launch)}">${last.launch}</a>, for ${Page.time(last.at, fires.timeZone)}`,
            fires.overlap,
            remark ?? ""
          ])
        ) ?? html`<p>No trigger is kept: <code>npx ballast triggers add FILE</code> has workers launch an experiment at the times that it declares.</p>`
      )
    ]
  })
