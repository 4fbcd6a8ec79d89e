/**
 * What pages load: how they look, and the script that makes them live.
 */
import * as esbuild from "esbuild"
import * as path from "node:path"
import * as Page from "../report/html/Page.ts"
import { type Response, text } from "./Http.ts"

const own = `
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0 }
.skip { position: absolute; left: -100rem; padding: .5rem 1rem; background: var(--paper); color: var(--ink); z-index: 1 }
.skip:focus { left: .5rem; top: .5rem }
a { color: var(--curve-1) }
:focus-visible { outline: 3px solid var(--curve-1); outline-offset: 2px }
main:focus { outline: none }
header, header nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem }
header { padding-bottom: .75rem; margin-bottom: 1rem; border-bottom: 1px solid var(--rule) }
.mark { font-weight: 700 }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none }
.filters, .steps { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: end; margin: .5rem 0 1rem }
label { color: var(--quiet); font-size: .85rem; display: block }
input, select, button { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--quiet); border-radius: 4px;
  padding: 0 .5rem; height: 2.25rem; max-width: 100% }
.filters :is(input, select) { width: 12rem }
.steps input { width: 8rem } [aria-invalid] { border-color: var(--bad) }
.hint { display: none } .chosen { fill: var(--curve-1); opacity: .2 }
@media (scripting: enabled) and (any-pointer: fine) { .hint { display: inline } [data-first] { cursor: crosshair; -webkit-user-select: none; user-select: none } }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; margin: 0; vertical-align: middle } #token { width: 24rem }
button { cursor: pointer } button:disabled { color: var(--quiet); cursor: default }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; margin: .75rem 0 }
.chart text { font: 12px sans-serif }
#answer:empty { display: none }
td code { overflow-wrap: anywhere }
.id { white-space: nowrap }
@media (max-width: 40rem) {
  header, header nav { column-gap: .9rem }
  .filters { display: grid; grid-template-columns: 1fr 1fr } .filters p { min-width: 0 } .filters :is(input, select) { width: 100% }
}
@media print { header, .skip, .filters, .steps, .actions, input, button { display: none } }
`

/** What is kept by whoever asked for it, and by nobody on the way. */
export const forAnHour = { "cache-control": "private, max-age=3600" }

/** Answers with how pages look. */
export const style = (): Response => text(`${Page.style}${own}`, "text/css; charset=utf-8", { headers: forAnHour })

let bundled: Promise<string> | null = null

const bundle = async (): Promise<string> => {
  const { outputFiles: [file] } = await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, "page/Dashboard.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    legalComments: "none",
    logLevel: "silent"
  })
  return file?.text ?? ""
}

/** Answers with the script, which is bundled once. */
export const script = async (): Promise<Response> => text(await (bundled ??= bundle()), "text/javascript; charset=utf-8", { headers: forAnHour })
