/**
 * The pictures of an opened data set, by split and index.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"
import * as Quarantine from "../plan/Quarantine.ts"
import type { Split } from "./Batch.ts"
import * as Photograph from "./Photograph.ts"
import { type Picture, UnreadablePicture } from "./Picture.ts"
import * as Shapes from "./Shapes.ts"
import type { Source } from "./Source.ts"

const readPhotograph = async (source: Source, split: Split, index: number, input: number): Promise<Picture> => {
  const entry = source.images[split][index]
  const { file, labels, size } = entry ?? { file: null, labels: null, size: null }
  if (source.directory === null || file === null || labels === null || size === null) {
    throw new UnreadablePicture(Quarantine.nameOf(file, index), `the data set has no ${split} image ${index}`)
  }
  const absolute = path.join(source.directory, file)
  const changed = (what: string) =>
    new UnreadablePicture(file, `${absolute} is not what it was when the data set was opened: ${what}`)
  try {
    const { height, original, pixels, width } = await Photograph.decode(await fs.promises.readFile(absolute), input)
    if (original.width !== size.width || original.height !== size.height) {
      throw changed(`it was ${size.width} x ${size.height} pixels and is ${original.width} x ${original.height}`)
    }
    const scale = input / Math.max(size.width, size.height)
    const sideOf = (at: number): number => (at % 2 === 0 ? size.width : size.height) * scale
    const boxes = Float64Array.from(labels.boxes, (share, at) => share * sideOf(at))
    return { width, height, pixels, boxes, classes: Int32Array.from(labels.classes), original, scale }
  } catch (cause) {
    throw cause instanceof UnreadablePicture ? cause : changed(Words.reasonOf(cause))
  }
}

/** Loads a picture whose longer side is `input` pixels. Rejects with UnreadablePicture, which names the file. */
export const load = (source: Source, split: Split, index: number, input: number): Picture | Promise<Picture> => {
  const { dataset } = source
  return dataset._tag === "Shapes"
    ? Shapes.draw(dataset, split, index, input)
    : readPhotograph(source, split, index, input)
}
