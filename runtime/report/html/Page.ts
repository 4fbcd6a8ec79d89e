/**
 * A page that stands by itself: no script, no network, light and dark, on a phone and on paper.
 */
import * as Figure from "../Figure.ts"
import { type Html, html, trusted } from "./Html.ts"

/** How a page looks, as CSS. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1d1f23; --quiet: #62676f; --rule: #d9dce1; --panel: #f6f7f9;
  --good: #14713d; --bad: #b3261e; --doubtful: #9a5b00;
  --curve-1: #1f5fbf; --curve-2: #c2500c; --curve-3: #1b7a4b; --curve-4: #8a3ea8;
  --curve-5: #a07a00; --curve-6: #0d7f8c; --curve-7: #b8336a; --curve-8: #555b66;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e6e8eb; --quiet: #9aa1ab; --rule: #363b42; --panel: #1d2024;
    --good: #6cc78f; --bad: #ff8a80; --doubtful: #f0b35a;
    --curve-1: #7db1ff; --curve-2: #ff9d5c; --curve-3: #6fd39b; --curve-4: #d59bf0;
    --curve-5: #e3c04d; --curve-6: #5fd0dc; --curve-7: #ff8fb7; --curve-8: #b6bcc6;
  }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 84rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; text-wrap: balance } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
h3 { font-size: 1rem; margin: 1rem 0 .25rem }
p { margin: .25rem 0 } p, li { max-width: 56rem } small, .quiet { color: var(--quiet) } small { font-size: .85em }
.good { color: var(--good) } .bad { color: var(--bad) } .doubtful { color: var(--doubtful) }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { margin: .5rem 0; padding: .75rem; background: var(--panel); overflow-x: auto; white-space: pre-wrap }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(9.5rem, 50% - .25rem), 1fr)); gap: .5rem; margin: 1rem 0 }
.figures div { display: flex; flex-direction: column; justify-content: space-between; background: var(--panel); padding: .5rem .75rem }
.figures dt { color: var(--quiet); font-size: .85rem } .figures dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1.25rem; margin: .5rem 0 }
.facts dt { color: var(--quiet) } .facts dd { margin: 0 }
.cause { margin: .75rem 0; padding-left: .75rem; border-left: 3px solid var(--bad) } .cause ul { margin: .25rem 0 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; margin: .5rem 0; font-size: .95rem; overflow-wrap: normal }
th, td { padding: .25rem 1rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule) }
th { color: var(--quiet); font-weight: normal } thead th { vertical-align: bottom }
th:last-child, td:last-child { padding-right: 0 } td.text:last-child:not(.whole) { min-width: min(18rem, 70vw) }
.number { text-align: right; font-variant-numeric: tabular-nums } .whole, time { white-space: nowrap }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.25rem 1.5rem }
figure { margin: 0; min-width: 0; break-inside: avoid } figcaption { font-weight: 600 } figcaption small { font-weight: normal }
svg, img { display: block; max-width: 100%; height: auto } .chart svg { width: 100% }
.legend { list-style: none; margin: .25rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .85rem }
.swatch { display: inline-block; width: 1.1em; border-top: 2px solid var(--colour); vertical-align: .25em }
.swatch.dashed { border-top-style: dashed }
.swatch.dot { width: .5em; height: .5em; border: 0; border-radius: 50%; background: var(--colour); vertical-align: .1em }
.curve-1 { --colour: var(--curve-1) } .curve-2 { --colour: var(--curve-2) } .curve-3 { --colour: var(--curve-3) }
.curve-4 { --colour: var(--curve-4) } .curve-5 { --colour: var(--curve-5) } .curve-6 { --colour: var(--curve-6) }
.curve-7 { --colour: var(--curve-7) } .curve-8 { --colour: var(--curve-8) }
.swatch.quiet { --colour: var(--quiet) } .swatch.bad { --colour: var(--bad) } .swatch.doubtful { --colour: var(--doubtful) }
.picture svg { width: 100% }
.key { display: inline-block; width: 1.6em; height: .9em; border: 2px solid #fff; background: #666; vertical-align: -.1em; print-color-adjust: exact }
.key.dashed { border: 2px dashed #ffb000 }
.note { color: var(--quiet); font-size: .85rem }
.confusion td { padding: .25rem .6rem; border: 1px solid var(--rule); print-color-adjust: exact } .confusion tr:first-child td { border: 0 }
.shade-1 { --shade: 9% } .shade-2 { --shade: 18% } .shade-3 { --shade: 27% } .shade-4 { --shade: 36% } .shade-5 { --shade: 45% }
.confusion td[class*="shade"] { background: color-mix(in srgb, var(--curve-1) var(--shade, 0%), transparent) }
details { margin: .5rem 0 } summary { cursor: pointer }
@media screen and (max-width: 40rem) {
  .folds, .folds tbody, .folds tr, .folds td { display: block }
  .folds thead, .folds td.none { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .folds tr { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .6rem 0; border-bottom: 1px solid var(--rule) }
  .folds tr:first-child { border-top: 1px solid var(--rule) }
  .folds td { padding: 0; border: 0; text-align: left; overflow-wrap: anywhere }
  .folds td::before { content: attr(data-label) " "; color: var(--quiet); font-size: .85em }
  .folds td.none::before { content: none } .folds .whole { white-space: normal } td.text:last-child:not(.whole) { min-width: 0 }
}
@media print {
  @page { margin: 12mm }
  :root { --paper: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --panel: #fff; --good: #0b5a2e; --bad: #a01710; --doubtful: #7a4700;
    --curve-1: #1f5fbf; --curve-2: #c2500c; --curve-3: #1b7a4b; --curve-4: #8a3ea8;
    --curve-5: #a07a00; --curve-6: #0d7f8c; --curve-7: #b8336a; --curve-8: #555b66 }
  body { padding: 0; max-width: none; font-size: 10pt } .charts { grid-template-columns: 1fr 1fr } h2, h3, h2 + p { break-after: avoid }
  .figures div { border: 1px solid var(--rule) } tr { break-inside: avoid }
  .scroll { overflow: visible } table { font-size: .9em } th, td { padding-right: .6em } td.text:last-child:not(.whole) { min-width: 0 }
  .folds { font-size: .75em; overflow-wrap: anywhere } .folds :is(th, .number) { overflow-wrap: normal } .folds td.text:last-child:not(.whole) { min-width: 10em }
}
`

/** Names how something is judged; null for what is not. */
export type Tone = "good" | "bad" | "doubtful" | "quiet" | null

/** Writes text in the colour of a tone. */
export const toned = (text: string, tone: Tone): Html => tone === null ? html`${text}` : html`<span class="${tone}">${text}</span>`

/** Writes names with their values; nothing where there is none. */
export const figures = (entries: ReadonlyArray<readonly [name: string, value: string | Html]>): Html | null =>
  entries.length === 0 ? null : html`<dl class="figures">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`

/** Writes names with their values as lines; nothing where there is none. */
export const facts = (entries: ReadonlyArray<readonly [name: string, value: string | Html]>): Html | null =>
  entries.length === 0 ? null : html`<dl class="facts">${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
`

/** Writes a moment, in milliseconds since 1970, for people in a time zone, by default the host's, and for programs. */
export const time = (at: number, timeZone?: string): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${Figure.zoned(at, timeZone)}</time>`

/** A column of a table; numbers stand on the right, and what is `whole` in one line. */
export interface Column {
  readonly heading: string
  readonly number?: boolean
  readonly whole?: boolean
}

/** A table of more columns has a row's cells below each other where a page is narrow. */
const mostBeside = 3

const classesOf = ({ number, whole }: Column, cell: string | Html | null): string =>
  [number === true ? "number" : "text", ...(whole === true ? ["whole"] : []), ...(cell === "" ? ["none"] : [])].join(" ")

/** Writes a table; nothing where it has no row. */
export const table = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string | Html>>): Html | null => {
  if (rows.length === 0) return null
  const folds = columns.length > mostBeside
  const cell = (content: string | Html, column: Column): Html =>
    folds
      ? html`<td class="${classesOf(column, content)}" data-label="${column.heading}"><span>${content}</span></td>`
      : html`<td class="${classesOf(column, content)}">${content}</td>`
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table: ${columns.map(({ heading }) => heading).join(", ")}"><table${folds ? html` class="folds"` : null}>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${classesOf(column, null)}">${column.heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column, index) => cell(row[index] ?? "", column))}</tr>
`)}</tbody></table></div>
`
}

/** Writes a part of a page under its heading; nothing where there is nothing in it. */
export const section = (heading: string, ...content: ReadonlyArray<Html | null>): Html | null =>
  content.every((part) => part === null) ? null : html`<section><h2>${heading}</h2>
${content}</section>
`

/** Writes charts beside each other; nothing where there is none. */
export const charts = (figures: ReadonlyArray<Html>): Html | null =>
  figures.length === 0 ? null : html`<div class="charts">${figures}</div>
`

/** Writes the whole page. What it may load is nothing but what stands in it. */
export const of = (title: string, content: ReadonlyArray<Html | null>): string =>
  html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>${trusted(style)}</style>
<body>
<main>
${content}</main>
</body>
</html>
`.toString()
