/**
 * The pictures of an attempt's last evaluation, with their boxes, as TensorBoard's images.
 */
import * as Photograph from "../../data/Photograph.ts"
import * as Inspection from "../../train/Inspection.ts"
import * as BoxDrawing from "../html/BoxDrawing.ts"
import * as Summary from "./Summary.ts"

const quality = 85

/** Pictures, and after how many steps they were made. */
export interface Pictures {
  readonly step: number
  readonly values: ReadonlyArray<Summary.Value>
}

/** Draws the pictures; null where an attempt has left none. TensorBoard shows no SVG, so that they are JPEGs. */
export const of = async (attempt: string): Promise<Pictures | null> => {
  const left = Inspection.read(attempt)
  if (left === null) return null
  const { document: { classes, step, worst }, pictures } = left
  const sharp = await Photograph.library()
  const name: BoxDrawing.Name = (kind) => classes[kind] ?? `class ${kind}`
  const values = await Promise.all(worst.map(async (image, place) => {
    const jpeg = pictures[place] ?? null
    if (jpeg === null || !BoxDrawing.canDraw(image)) return []
    const svg = BoxDrawing.draw(image, BoxDrawing.embedded(jpeg), name, "").toString()
    const { data, info } = await sharp(Buffer.from(svg)).jpeg({ quality }).toBuffer({ resolveWithObject: true })
    return [Summary.image(`detections/${place + 1}`, { bytes: data, width: info.width, height: info.height })]
  }))
  return { step, values: values.flat() }
}
