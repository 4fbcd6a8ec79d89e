/**
 * What an attempt's last evaluation saw, as sections of a page: pictures with boxes, curves, and what was taken for what.
 */
import type * as Inspection from "../../train/Inspection.ts"
import * as Figure from "../Figure.ts"
import * as BoxDrawing from "./BoxDrawing.ts"
import * as Chart from "./Chart.ts"
import * as ConfusionTable from "./ConfusionTable.ts"
import { type Html, html } from "./Html.ts"
import * as Page from "./Page.ts"

type Document = Inspection.Document

/** What an evaluation has left, and where each picture lies; null where it is not there. */
export interface Shown {
  readonly document: Document
  readonly pictures: ReadonlyArray<string | null>
}

/** Takes the pictures into the page itself. */
export const embedded = ({ document, pictures }: Inspection.Left): Shown => ({
  document,
  pictures: pictures.map((jpeg) => jpeg === null ? null : BoxDrawing.embedded(jpeg))
})

/** How many classes have a curve in one chart, and how many charts there are. */
const curvesAtOnce = 8
const mostCharts = 3

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Lists charts of precision by recall, a curve a class: those with most boxes where there are many. */
export const charts = ({ curves }: Document): ReadonlyArray<Chart.Chart> => {
  const known = curves.flatMap(({ boxes, class: name, precision }) =>
    precision === null ? [] : [{ boxes, name, precision }]
  ).toSorted((a, b) => b.boxes - a.boxes)
  const parts = Array.from(
    { length: Math.min(mostCharts, Math.ceil(known.length / curvesAtOnce)) },
    (_, part) => known.slice(part * curvesAtOnce, (part + 1) * curvesAtOnce)
  )
  const shown = Math.min(known.length, curvesAtOnce * mostCharts)
  return parts.map((part, index): Chart.Chart => ({
    title: "Precision by recall at IoU 0.5",
    note: parts.length === 1 ? "recall to the right" : `classes ${1 + index * curvesAtOnce} to ${index * curvesAtOnce + part.length} by boxes, ${shown} of ${known.length} shown`,
    curves: part.map(({ name, precision }, colour) => ({
      name: `${name}, AP ${Figure.precision(mean(precision))}`,
      colour,
      dashed: colour % 2 === 1,
      x: precision.map((_, place) => place / (precision.length - 1)),
      y: precision
    })),
    across: [0, 1],
    range: [0, 1]
  }))
}

const boxesOf = ({ detections, truth }: Inspection.Image, name: BoxDrawing.Name): Html | null => {
  const place = (box: ReadonlyArray<number>): string => box.map((side) => String(Math.round(side))).join(" ")
  return Page.table(
    [{ heading: "kind" }, { heading: "what" }, { heading: "left top width height", number: true }],
    [
      ...truth.map((box) => ["true", BoxDrawing.ofTrue(box, name) ?? name(box.class), place(box.box)]),
      ...detections.map((box) => ["predicted", BoxDrawing.ofDetection(box, name), place(box.box)])
    ]
  )
}

const pictures = ({ document: { classes, worst }, pictures }: Shown): Html | null => {
  const name: BoxDrawing.Name = (kind) => classes[kind] ?? `class ${kind}`
  const drawn = worst.flatMap((image, place): ReadonlyArray<Html> => {
    const address = pictures[place] ?? null
    if (address === null || !BoxDrawing.canDraw(image)) return []
    const title = image.file ?? `generated image ${image.index}`
    const said = BoxDrawing.describe(image)
    return [html`<figure class="picture">
<figcaption>${title} <small>${said}${image.leftOut === 0 ? null : `; ${image.leftOut} more are not drawn`}</small></figcaption>
${BoxDrawing.draw(image, address, name, `${title}: ${said}`)}
<details><summary>Its boxes</summary>
${boxesOf(image, name)}</details>
</figure>
`]
  })
  return drawn.length === 0 ? null : html`<p>The images with most mistakes. <span class="key solid"></span> solid: what there is, with a label where it was not found as that. <span class="key dashed"></span> dashed: what was predicted, with class and score; <em>false</em> where nothing is.</p>
<div class="charts">${drawn}</div>
`
}

/** Writes the sections; none where nothing is kept. */
export const sections = async (shown: Shown | null): Promise<ReadonlyArray<Html | null>> => {
  if (shown === null) return []
  const { document } = shown
  return [
    Page.section(
      "Detections",
      html`<p class="quiet">${Figure.plural(document.images, "validation image")}, after step ${document.step}</p>
`,
      Page.charts([...(await Chart.draw(charts(document))), ...ConfusionTable.of(document)])
    ),
    Page.section("Pictures", pictures(shown))
  ]
}
