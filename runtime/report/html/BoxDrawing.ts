/**
 * A picture with the boxes that are on it and those that were predicted: SVG that tells them apart without colour, by solid
 * and dashed lines and by what their labels say.
 */
import type { Image } from "../../train/Inspection.ts"
import { type Html, html } from "./Html.ts"

/** The drawing's width, whatever the picture's: lines and letters look the same on all. */
const width = 400

const letter = 5.9
const lineHeight = 14
const longestLabel = 28

/** Colours that stand out from photographs, and under which a black letter can be read, in light, in dark and on paper. */
const colours = { true: "#ffffff", predicted: "#ffb000" } as const
type Kind = keyof typeof colours

/** A box and what is said of it; null for nothing. */
interface Labelled {
  readonly kind: Kind
  readonly box: Image["truth"][number]["box"]
  readonly label: string | null
}

/** Names a class by its position. */
export type Name = (kind: number) => string

/** Says what became of a true box; null where it was found as what it is. */
export const ofTrue = (box: Image["truth"][number], name: Name): string | null => {
  if (box.as === box.class) return null
  return box.as === null ? `missed ${name(box.class)}` : `is ${name(box.class)}`
}

/** Says what a detection is. */
export const ofDetection = (detection: Image["detections"][number], name: Name): string =>
  `${detection.of === null ? "false " : ""}${name(detection.class)} ${detection.score.toFixed(2)}`

const shortened = (label: string): string =>
  label.length > longestLabel ? `${label.slice(0, longestLabel - 1)}…` : label

const within = (value: number, most: number): number => Math.max(0, Math.min(value, most))

const rounded = (value: number): number => Math.round(value * 10) / 10

const rectangle = ({ box, kind }: Labelled, scale: number): Html => {
  const [left, top, across, down] = box.map((side) => rounded(side * scale))
  const of = (stroke: string, thickness: number) =>
    html`<rect x="${left ?? 0}" y="${top ?? 0}" width="${across ?? 0}" height="${down ?? 0}" fill="none" stroke="${stroke}" stroke-width="${thickness}"${
      kind === "predicted" ? html` stroke-dasharray="6 4"` : null
    }/>`
  // The dark one below is seen where the picture is bright.
  return html`${of("#000000", 3.5)}${of(colours[kind], 1.8)}`
}

/** A true box's label stands at its lower edge, a detection's at its upper one, so that both can be read. */
const labelOf = ({ box, kind, label }: Labelled, scale: number, height: number): Html | null => {
  if (label === null) return null
  const text = shortened(label)
  const across = text.length * letter + 6
  const [left, top, , down] = box.map((side) => side * scale) as [number, number, number, number]
  const x = rounded(within(left, width - across))
  const y = rounded(within(kind === "true" ? top + down - lineHeight : top - lineHeight, height - lineHeight))
  return html`<rect x="${x}" y="${y}" width="${rounded(across)}" height="${lineHeight}" fill="${colours[kind]}"/><text x="${x + 3}" y="${rounded(y + 10.5)}" font-family="sans-serif" font-size="11" fill="#000000">${text}</text>`
}

const plural = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`

/** Says in words what a picture shows. */
export const describe = ({ detections, truth }: Image): string => {
  const right = truth.filter((box) => box.as === box.class).length
  const mistaken = truth.filter((box) => box.as !== null && box.as !== box.class).length
  const wrong = detections.filter(({ of }) => of === null).length
  return [
    plural(truth.length, "box", "boxes"),
    `${right} found`,
    ...(mistaken === 0 ? [] : [`${mistaken} as another class`]),
    `${truth.length - right - mistaken} missed`,
    plural(wrong, "false detection", "false detections")
  ].join(", ")
}

/** The longest side that is drawn is so many times the shorter one. */
const longestAspect = 20

/** Tells whether an image has a shape that can be drawn. */
export const canDraw = ({ height, width }: Image): boolean =>
  width >= 1 && height >= 1 && Math.max(width / height, height / width) <= longestAspect

/** Writes a JPEG as an address that holds all of it. */
export const embedded = (jpeg: Uint8Array): string => `data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}`

/** Draws a picture and its boxes; `address` says where it lies, and `alternative` in words what is seen. */
export const draw = (image: Image, address: string, name: Name, alternative: string): Html => {
  const scale = width / image.width
  const height = rounded(image.height * scale)
  const boxes: ReadonlyArray<Labelled> = [
    ...image.truth.map((box): Labelled => ({ kind: "true", box: box.box, label: ofTrue(box, name) })),
    ...image.detections.map((box): Labelled => ({ kind: "predicted", box: box.box, label: ofDetection(box, name) }))
  ]
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${alternative}">
<image href="${address}" width="${width}" height="${height}" preserveAspectRatio="none"/>
${boxes.map((box) => rectangle(box, scale))}
${boxes.map((box) => labelOf(box, scale, height))}
</svg>`
}
