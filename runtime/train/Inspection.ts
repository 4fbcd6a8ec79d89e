/**
 * What an attempt's last evaluation is kept as, for people to look at: curves, what was taken for what, and the images with
 * most mistakes, in a folder of its own.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"
import * as Thumbnail from "../data/Thumbnail.ts"
import type * as AveragePrecision from "../detect/AveragePrecision.ts"
import * as Confusion from "../detect/Confusion.ts"
import * as Fence from "./Fence.ts"
import * as Seen from "./Seen.ts"

/** The top left corner and the sides, in pixels of the original image. */
const Box = Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite])

/** An image with what there is on it, and what was detected; classes are positions in the document's list. */
const Image = Schema.Struct({
  /** Relative to the data set's folder; null for a generated image. */
  file: Schema.NullOr(Schema.String),
  index: Schema.Natural,
  width: Schema.Finite,
  height: Schema.Finite,
  mistakes: Schema.Natural,
  /** `as` is the class that the box was found as, null for none. */
  truth: Schema.Array(Schema.Struct({ box: Box, class: Schema.Natural, as: Schema.NullOr(Schema.Natural) })),
  /** `of` is the class of the box that the detection takes, null for none. */
  detections: Schema.Array(Schema.Struct({ box: Box, class: Schema.Natural, score: Schema.Finite, of: Schema.NullOr(Schema.Natural) })),
  /** How many boxes and detections are not listed, because they are too many. */
  leftOut: Schema.Natural
})

/** The document `evaluation.json`. */
const Document = Schema.Struct({
  format: Schema.Literal("ballast.evaluation/1"),
  /** How many steps the weights had taken. */
  step: Schema.Natural,
  images: Schema.Natural,
  classes: Schema.Array(Schema.String),
  /** `precision` at IoU .5 and recall 0, .01 … 1; null where the class has no box. */
  curves: Schema.Array(Schema.Struct({
    class: Schema.String,
    boxes: Schema.Natural,
    precision: Schema.NullOr(Schema.Array(Schema.Finite).check(Schema.isMaxLength(101)))
  })),
  /** Rows are what there is, columns what it was found as, the last of each the background. */
  confusion: Schema.Struct({ score: Schema.Finite, iou: Schema.Finite, counts: Schema.Array(Schema.Array(Schema.Natural)) }),
  worst: Schema.Array(Image)
})
export type Document = typeof Document.Type
export type Image = typeof Image.Type

/** What is kept of an evaluation until it is known whether it was the last one. */
export interface Inspection {
  readonly document: Document
  readonly pictures: ReadonlyArray<Thumbnail.Pixels>
}

/** How many boxes, and how many detections, are listed of an image. */
const mostBoxes = 60

const imageOf = ({ judged: { detections, truth }, mistakes, sample: { file, height, index, width } }: Seen.Kept): Image => ({
  file,
  index,
  width,
  height,
  mistakes,
  truth: truth.slice(0, mostBoxes),
  detections: detections.slice(0, mostBoxes),
  leftOut: Math.max(0, truth.length - mostBoxes) + Math.max(0, detections.length - mostBoxes)
})

/** Makes what is kept of an evaluation after so many steps. */
export const of = (
  step: number,
  seen: Seen.Seen,
  { curves, evaluation }: AveragePrecision.Surveyed
): Inspection => ({
  document: {
    format: "ballast.evaluation/1",
    step,
    images: seen.images,
    classes: evaluation.perClass.map((one) => one.class),
    curves: evaluation.perClass.map((one, kind) => ({
      class: one.class,
      boxes: one.boxes,
      precision: curves[kind] ?? null
    })),
    confusion: { score: Confusion.leastScore, iou: Confusion.leastOverlap, counts: seen.confusion },
    worst: seen.worst.map(imageOf)
  },
  pictures: seen.worst.map(({ picture }) => picture)
})

/** Names the folder in an attempt's. */
const folder = (attempt: string): string => path.join(attempt, "evaluation")

const documentName = "evaluation.json"
/** Names are counted, never taken from a data set. */
const pictureName = (place: number): string => `${place + 1}.jpg`

const write = async (attempt: string, { document, pictures }: Inspection, guard: () => void): Promise<void> => {
  const directory = folder(attempt)
  const temporary = `${directory}.${process.pid}.tmp`
  try {
    const encoded = await Promise.all(pictures.map(Thumbnail.jpeg))
    fs.mkdirSync(temporary, { recursive: true })
    encoded.forEach((bytes, place) => fs.writeFileSync(path.join(temporary, pictureName(place)), bytes))
    fs.writeFileSync(path.join(temporary, documentName), `${JSON.stringify(document)}\n`)
    guard()
    fs.rmSync(directory, { recursive: true, force: true })
    fs.renameSync(temporary, directory)
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true })
  }
}

/**
 * Keeps an inspection in an attempt's folder, as a whole or not at all, and returns why it could not be kept, or null: a
 * training does not fail by what is only to be looked at.
 */
export const keep = (
  { directory, token }: { readonly directory: string; readonly token: string },
  inspection: Inspection
): Effect.Effect<string | null> =>
  Effect.tryPromise(() => write(directory, inspection, () => Fence.pass(directory, token))).pipe(
    Effect.match({
      onSuccess: () => null,
      onFailure: ({ cause }) => `what the evaluation saw is not kept: ${Words.reasonOf(cause)}`
    })
  )

/** What an attempt's last evaluation has left; a picture is null where it is not there. */
export interface Left {
  readonly document: Document
  readonly pictures: ReadonlyArray<Uint8Array | null>
}

/** Reads a file; null where it is not there, or has more than `most` bytes. */
export type Reader = (file: string, most: number) => Uint8Array | null

const readAtMost: Reader = (file, most) => {
  try {
    return fs.statSync(file).size > most ? null : fs.readFileSync(file)
  } catch {
    return null
  }
}

/** The most that is read of a picture, in bytes. */
const mostPicture = 96 * 1024

/** The most that is read of a document, in bytes. */
const mostDocument = 16 * 1024 * 1024

/** How much of a name is shown, in characters: a page says it many times. */
const longestName = 200

const shortened = (name: string): string => name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name

/** Bounds what a document that somebody else has written makes of a page. */
const bounded = (document: Document): Document => ({
  ...document,
  classes: document.classes.map(shortened),
  curves: document.curves.map((curve) => ({ ...curve, class: shortened(curve.class) })),
  worst: document.worst.slice(0, Seen.most).map((image) => ({
    ...image,
    file: image.file === null ? null : shortened(image.file),
    truth: image.truth.slice(0, mostBoxes),
    detections: image.detections.slice(0, mostBoxes)
  }))
})

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Document))

/** Names the document in an attempt's folder. */
export const documentFile = (attempt: string): string => path.join(folder(attempt), documentName)

/** Reads a picture of an attempt's last evaluation by its place, from 0 on; null where it is not there, or is not one as it leaves. */
export const picture = (attempt: string, place: number, read: Reader = readAtMost): Uint8Array | null => {
  const bytes = read(path.join(folder(attempt), pictureName(place)), mostPicture)
  return bytes !== null && Thumbnail.isOne(bytes) ? bytes : null
}

/** Reads what an attempt's last evaluation has left; null where it is not there, or is not what one leaves. */
export const read = (attempt: string, read: Reader = readAtMost): Left | null => {
  const bytes = read(documentFile(attempt), mostDocument)
  const document = bytes === null ? null : Option.getOrNull(decode(Buffer.from(bytes).toString("utf8")))
  if (document === null) return null
  const shown = bounded(document)
  return { document: shown, pictures: shown.worst.map((_, place) => picture(attempt, place, read)) }
}
