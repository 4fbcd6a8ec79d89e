/**
 * What all pages have in common: the way around, and what makes them live.
 */
import { type Hole, type Html, html } from "../../report/html/Html.ts"
import { HttpServerResponse, type Response } from "../Http.ts"

const places = [
  ["/", "Runs"],
  ["/incidents", "Incidents"],
  ["/queue", "Queue"],
  ["/triggers", "Triggers"]
] as const

export interface Page {
  readonly title: string
  /** The place of the navigation that it belongs to; null for none. */
  readonly here: typeof places[number][0] | null
  readonly content: Hole
  readonly status?: number
  /** Whether it leads to the others: whoever has not signed in would only come back. */
  readonly leads?: boolean
  /** How it is kept up to date: by looking again every so many milliseconds, or by a run's events from a position on. */
  readonly live?: { readonly every: number } | { readonly events: string } | undefined
}

const liveness = (live: Page["live"]): Html =>
  live === undefined ? html`` : "every" in live ? html` data-every="${live.every}"` : html` data-events="${live.events}"`

/** Writes a page. */
export const of = ({ content, here, leads = true, live, status = 200, title }: Page): Response =>
  HttpServerResponse.text(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Ballast</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/dashboard.css">
<script type="module" src="/assets/dashboard.js"></script>
</head>
<body${liveness(live)}>
<a class="skip" href="#content">Skip to the content</a>
<header><span class="mark">Ballast</span>
${leads ? html`<nav aria-label="Dashboard">${places.map(([path, name]) => html`<a href="${path}"${path === here ? html` aria-current="page"` : null}>${name}</a>
`)}</nav>` : null}</header>
<main id="content" tabindex="-1">
${content}</main>
<p id="news" class="unseen" role="status"></p>
</body>
</html>
`.toString(),
    { status, contentType: "text/html; charset=utf-8" }
  )

/** Marks a part of a page that is fetched anew while somebody looks at it. */
export const living = (id: string, ...content: ReadonlyArray<Hole>): Html => html`<div id="${id}" data-live>${content}</div>
`

/** Writes a link to the next page of a list; nothing where there is none. */
export const next = (path: string, query: ReadonlyArray<readonly [string, string]>, after: string | null): Html | null =>
  after === null ? null : html`<p><a rel="next" href="${path}?${new URLSearchParams([...query, ["after", after]] as Array<[string, string]>).toString()}">Older ones</a></p>
`

/** Names the place of a run's page. */
export const runPath = (id: string): string => `/runs/${encodeURIComponent(id)}`

/** Writes a link to a run's page. */
export const runLink = (id: string): Html => html`<a class="id" href="${runPath(id)}">${id}</a>`

/** Writes a link to an incident's page. */
export const incidentLink = (id: string): Html => html`<a class="id" href="/incidents/${encodeURIComponent(id)}">${id}</a>`
