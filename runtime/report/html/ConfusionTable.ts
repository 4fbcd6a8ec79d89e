/**
 * What was taken for what, as a table whose cells are shaded by their share of a row.
 */
import type { Document } from "../../train/Inspection.ts"
import { type Html, html } from "./Html.ts"

/** How many shades a page has. */
export const shades = 5

/** The most classes that are shown. */
const most = 20

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** Lists the classes that are shown, in their order: all, or those with most boxes. */
const shownOf = ({ classes, confusion: { counts } }: Document): ReadonlyArray<number> =>
  classes.map((_, kind) => kind)
    .toSorted((a, b) => sum(counts[b] ?? []) - sum(counts[a] ?? []))
    .slice(0, most)
    .toSorted((a, b) => a - b)

const cell = (count: number, whole: number, possible: boolean): Html => {
  if (!possible) return html`<td class="number quiet">-</td>`
  const shade = whole === 0 ? 0 : Math.ceil(shades * count / whole)
  return html`<td class="number shade-${shade}">${count}</td>`
}

/** Writes the table as a figure; none where there is no class. */
export const of = (document: Document): ReadonlyArray<Html> => {
  const { classes, confusion: { counts, iou, score } } = document
  const shown = shownOf(document)
  if (shown.length === 0) return []
  const background = classes.length
  const columns = [...shown, background]
  const name = (kind: number): string => kind === background ? "background" : classes[kind] ?? ""
  return [html`<figure>
<figcaption>What was found as what</figcaption>
<div class="scroll" tabindex="0" role="group" aria-label="Table: what was found as what"><table class="confusion">
<tr><td></td>${columns.map((kind) => html`<th scope="col" class="number">${name(kind)}</th>`)}</tr>
${columns.map((row) => {
    const values = counts[row] ?? []
    return html`<tr><th scope="row">${name(row)}</th>${
      columns.map((column) => cell(values[column] ?? 0, sum(values), row !== background || column !== background))
    }</tr>
`
  })}</table></div>
<p class="note">A row is what there is, a column what it was found as: detections from score ${score} on, matched from IoU ${iou} on, the best first, over all classes at once. The background's row counts what was found where nothing is, its column what was missed.${
    shown.length < classes.length ? html` These are the ${shown.length} of ${classes.length} classes with most boxes; <code>evaluation.json</code> has all.` : null
  }</p>
</figure>
`]
}
