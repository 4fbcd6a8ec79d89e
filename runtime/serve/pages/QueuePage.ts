/**
 * The page of the queue and of the workers that are at it.
 */
import * as Figure from "../../report/Figure.ts"
import { type Html, html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import type * as Demand from "../../run/queue/Demand.ts"
import type { Overview } from "../../run/queue/Workers.ts"
import type { Response } from "../Http.ts"
import * as Shell from "./Shell.ts"

const every = 3000

const labels = (named: Readonly<Record<string, string | number>>): ReadonlyArray<string> =>
  Object.entries(named).map(([name, value]) => `${name}=${value}`)

const demanded = ({ ballast, data, device, engine, labels: asked, limits, memory }: Demand.Demand): string =>
  [
    `Ballast ${ballast}`,
    `engine ${engine}`,
    ...(device === "any" ? [] : [device]),
    ...(memory === null ? [] : [Figure.quantity(memory, "B")]),
    ...labels(asked),
    ...Object.entries(limits).map(([name, most]) => `at most ${most} of ${name}`),
    ...(data === null ? [] : [`data ${data}`])
  ].join(", ")

const offered = ({ ballast, data, engines, labels: own }: Demand.Offer): string =>
  [
    `Ballast ${ballast}`,
    ...engines.map(({ device, engine }) => `${engine} on ${device}`),
    ...labels(own),
    ...data.map((name) => `data ${name}`)
  ].join(", ")

/** Says why nobody takes what waits in a line, where that is so. */
const hindrance = (lacking: Overview["lines"][number]["lacking"], workers: number): string | Html => {
  if (workers === 0) return Page.toned("there is no worker", "doubtful")
  return lacking.length === 0
    ? Page.toned("none: a worker takes them when it is free", "quiet")
    : Page.toned(lacking.map(({ what, worker }) => `${worker}: ${what}`).join("; "), "doubtful")
}

const lines = ({ lines, workers }: Overview): Html | null =>
  Page.table(
    [{ heading: "waiting", number: true }, { heading: "since" }, { heading: "what they demand" }, { heading: "what hinders them" }],
    lines.map(({ demand, lacking, since, waiting }) => [
      String(waiting),
      Page.time(since),
      demanded(demand),
      hindrance(lacking, workers.length)
    ])
  )

const workers = ({ workers }: Overview): Html =>
  Page.table(
    [{ heading: "worker" }, { heading: "slots", number: true }, { heading: "since" }, { heading: "what it offers" }],
    workers.map(({ id, offer, slots, started }) => [id, String(slots), Page.time(started), offered(offer)])
  ) ?? html`<p>No worker is heard of: <code>npx ballast worker</code> starts one.</p>
`

/** Writes the page. */
export const of = (overview: Overview): Response =>
  Shell.of({
    title: "Queue",
    here: "/queue",
    live: { every },
    content: [
      html`<h1>Queue</h1>
`,
      Shell.living(
        "queue",
        Page.figures([["at work", String(overview.leased)], ["waiting", String(overview.waiting)], ["held back", String(overview.held)]]),
        overview.held === 0 ? null : html`<p class="note">What is held back waits until its time has come, or another launch has ended.</p>
`,
        Page.section("Workers", workers(overview)),
        Page.section("What waits", lines(overview) ?? html`<p>Nothing waits: <code>npx ballast submit FILE</code> puts runs here.</p>`)
      )
    ]
  })
