/**
 * Data sets in the COCO layout: folders of images, and a file of annotations for each split.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Dataset from "../../dsl/Dataset.ts"
import { DataFault } from "../../dsl/Fault.ts"
import type { Split } from "./Batch.ts"
import * as CocoAnnotations from "./CocoAnnotations.ts"
import { type DataMissing, missing, unplaced } from "./DataMissing.ts"
import * as Inside from "./Inside.ts"
import * as Labels from "./Labels.ts"
import * as Listing from "./Listing.ts"
import type { Size } from "./Photograph.ts"
import type { Candidate, FolderSet, Labelled, SplitImages } from "./Scan.ts"

/** Raised whenever the same annotations would give other boxes, or other problems. */
export const version = 1

const layout = `It is laid out as COCO is:
  PATH/
    annotations/instances_train2017.json    images, categories and annotations
    annotations/instances_val2017.json
    train2017/a.jpg                         JPEG, PNG or WebP
    val2017/b.jpg
or without the year; Dataset.coco's train and val name other places.`

const usual = (split: Split): ReadonlyArray<Dataset.CocoSplit> =>
  [`${split}2017`, split].map((name) => ({ images: name, annotations: `annotations/instances_${name}.json` }))

/** Where a split lies: paths relative to the data set's folder, with `/` between names. */
interface Place {
  readonly images: string
  readonly annotations: string
  readonly file: string
}

const rootOf = (
  dataset: Dataset.Coco,
  place: string | null,
  known: ReadonlyArray<string>
): Effect.Effect<string, DataMissing> => {
  const refuse = (what: string): Effect.Effect<never, DataMissing> => Effect.fail(missing(dataset, what, layout))
  if (place === null) return refuse(unplaced(known))
  const real = Inside.realOf(place)
  if (real === null) return refuse(`${place} is not there`)
  return fs.statSync(real).isDirectory() ? Effect.succeed(real) : refuse(`${place} is no folder`)
}

const findIn = (root: string, name: string, kind: "file" | "folder"): string | Inside.Found & { readonly _tag: "Here" } => {
  const found = Inside.find(root, name)
  if (found._tag === "Outside") return `${name} leads outside the data set's folder, where nothing is read`
  if (found._tag === "Missing") return `${name} is not there`
  const right = found._tag === "Here" && fs.statSync(found.real).isDirectory() === (kind === "folder")
  return right ? found : `${name} is no ${kind}`
}

const placeOf = Effect.fn("CocoSet.placeOf")(function*(dataset: Dataset.Coco, root: string, split: Split) {
  const stated = dataset[split]
  const tried = stated === undefined ? usual(split) : [stated]
  const named = tried.find(({ annotations }) => Inside.find(root, annotations)._tag !== "Missing")
  if (stated === undefined && named === undefined) {
    const names = tried.map(({ annotations }) => annotations).join(" nor ")
    return yield* missing(dataset, `there is neither ${names} in ${root}`, layout)
  }
  const { annotations, images } = named ?? stated ?? { annotations: "", images: "" }
  const refuse = (what: string) =>
    new DataFault({ sample: null, message: `the data set "${dataset.name}" in ${root}: its ${split} ${what}` })
  const file = findIn(root, annotations, "file")
  if (typeof file === "string") return yield* refuse(`annotations cannot be read: ${file}`)
  const folder = findIn(root, images, "folder")
  if (typeof folder === "string") return yield* refuse(`images cannot be read: ${folder}`)
  const place: Place = { images: folder.relative, annotations: file.relative.split(path.sep).join("/"), file: file.real }
  return place
})

const shownPixels = ({ height, width }: Size) => (share: number, side: number): string => {
  const pixels = Number((share * (side % 2 === 0 ? width : height)).toFixed(2))
  return `${pixels}, outside the image: it is ${width} wide and ${height} high`
}

const boxOf = ({ box: [x, y, width, height] }: CocoAnnotations.Annotation, size: Size) =>
  width <= 0 || height <= 0
    ? Labels.noArea(width, height)
    : Labels.within(
      [x / size.width, y / size.height, (x + width) / size.width, (y + height) / size.height],
      shownPixels(size)
    )

/** Says of an entry about an image that the file is of another size; null where it is as it says. */
const otherSize = (entry: CocoAnnotations.ImageEntry, { height, width }: Size): string | null => {
  const stated = { width: entry.width ?? width, height: entry.height ?? height }
  if (stated.width === width && stated.height === height) return null
  const turned = stated.width === height && stated.height === width
  return `the image is ${width} x ${height} pixels, and not ${stated.width} x ${stated.height}`
    + (turned ? ": its EXIF orientation may turn it, and the boxes were drawn before that" : "")
}

interface Drawn {
  readonly boxes: Array<number>
  readonly classes: Array<number>
  readonly areas: Array<number | null>
}

const labelsOf = (
  entry: CocoAnnotations.ImageEntry,
  annotations: ReadonlyArray<CocoAnnotations.Annotation>,
  size: Size
): Omit<Labelled, "sha256"> | { readonly problems: ReadonlyArray<readonly [path: string, reason: string]> } => {
  const other = otherSize(entry, size)
  if (other !== null) return { problems: [[CocoAnnotations.pathOf("images", entry.at), other]] }
  const problems: Array<readonly [path: string, reason: string]> = []
  const objects: Drawn = { boxes: [], classes: [], areas: [] }
  const crowds: Drawn = { boxes: [], classes: [], areas: [] }
  const seen = new Set<string>()
  let duplicates = 0
  for (const annotation of annotations) {
    const box = boxOf(annotation, size)
    if (typeof box === "string") {
      problems.push([`${CocoAnnotations.pathOf("annotations", annotation.at)}.bbox`, box])
      continue
    }
    const { area, class: number, crowd } = annotation
    const key = [crowd, number, ...box].join(" ")
    if (seen.has(key)) {
      duplicates++
      continue
    }
    seen.add(key)
    const into = crowd ? crowds : objects
    into.boxes.push(...box)
    into.classes.push(number)
    into.areas.push(area)
  }
  if (problems.length > 0) return { problems }
  return {
    duplicates,
    labels: {
      boxes: objects.boxes,
      classes: objects.classes,
      ...(objects.areas.some((area) => area !== null) ? { areas: objects.areas } : {}),
      ...(crowds.classes.length > 0 ? { crowds: { boxes: crowds.boxes, classes: crowds.classes } } : {})
    }
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

/** What is read of one split's annotations, and where they lie. */
interface Read extends CocoAnnotations.Annotations {
  readonly place: Place
}

const faultAt = ({ place }: Read, problems: ReadonlyArray<readonly [path: string, reason: string]>): Listing.Fault => {
  const [[path, reason] = ["", ""], ...others] = problems
  return {
    file: place.annotations,
    line: null,
    reason: `${path}: ${reason}${Listing.others(others.map(([path]) => path))}`
  }
}

const candidateOf = (
  read: Read,
  entry: CocoAnnotations.ImageEntry,
  file: string,
  annotations: ReadonlyArray<CocoAnnotations.Annotation>
): Candidate => ({
  file,
  labels: (size) => {
    const found = labelsOf(entry, annotations, size)
    if ("problems" in found) return faultAt(read, found.problems)
    return { ...found, sha256: annotations.length === 0 ? null : sha256(JSON.stringify(found.labels)) }
  }
})

/** Finds the file that an entry names, or says why it is not read. A file's name is data, and may lead anywhere. */
const fileOf = (root: string, { images }: Place, { file }: CocoAnnotations.ImageEntry): { readonly file: string } | string => {
  if (file === null) return "is missing, or no text"
  const found = Inside.find(root, path.resolve(root, images, file))
  switch (found._tag) {
    case "Outside":
      return `${file}: ${Listing.outside}`
    case "Missing":
      return `${file} is not there: it is looked for in ${images === "" ? "the data set's folder" : images}`
    case "Special":
      return `${file}: ${Listing.special}`
    case "Here":
      return { file: found.relative.split(path.sep).join("/") }
  }
}

const imagesOf = (root: string, split: Split, read: Read): SplitImages => {
  const annotations = Map.groupBy(read.annotations, ({ image }) => image)
  const problems = Map.groupBy(read.problems, ({ image }) => image)
  const excluded: Array<Listing.Excluded> = (problems.get(null) ?? []).map(({ message, path }) => ({
    split,
    ...faultAt(read, [[path, message]])
  }))
  const named = new Map<string, Array<CocoAnnotations.ImageEntry>>()
  for (const entry of read.images) {
    const wrong = problems.get(entry.id)
    if (wrong !== undefined) {
      excluded.push({ split, ...faultAt(read, wrong.map(({ message, path }) => [path, message])) })
      continue
    }
    const found = fileOf(root, read.place, entry)
    if (typeof found === "string") {
      excluded.push({ split, ...faultAt(read, [[`${CocoAnnotations.pathOf("images", entry.at)}.file_name`, found]]) })
      continue
    }
    named.set(found.file, [...(named.get(found.file) ?? []), entry])
  }
  const candidates: Array<Candidate> = []
  for (const [file, entries] of [...named].toSorted(([left], [right]) => Listing.byText(left, right))) {
    const [entry, ...others] = entries
    if (entry === undefined) continue
    if (others.length === 0) candidates.push(candidateOf(read, entry, file, annotations.get(entry.id) ?? []))
    else {
      // Which boxes are on the image, those of one entry or of all, nobody can tell.
      const paths = entries.map(({ at }) => `${CocoAnnotations.pathOf("images", at)}.file_name`)
      const problems = paths.map((path) => [path, `${file} is named ${entries.length} times`] as const)
      excluded.push({ split, ...faultAt(read, problems) })
    }
  }
  return { candidates, excluded }
}

const differentCategories = (train: Read, val: Read): string | null => {
  const shown = ({ classOf, classes }: Read): ReadonlyArray<string> =>
    [...classOf].map(([id, number]) => `${id} "${classes[number]}"`)
  const [left, right] = [shown(train), shown(val)]
  const odd = left.find((category) => !right.includes(category)) ?? right.find((category) => !left.includes(category))
  return odd === undefined
    ? null
    : `${train.place.annotations} and ${val.place.annotations} list other categories: ${odd} is in one of them alone`
}

const wrongClasses = ({ classes, place }: Read): string | null => {
  const seen = new Set<string>()
  const twice = classes.find((name) => seen.size === seen.add(name).size)
  if (classes.length === 0) return `${place.annotations} lists no category`
  if (classes.includes("")) return `${place.annotations} lists a category without a name`
  return twice === undefined ? null : `${place.annotations} lists two categories called "${twice}"`
}

const readSplit = Effect.fn("CocoSet.readSplit")(function*(dataset: Dataset.Coco, root: string, split: Split) {
  const place = yield* placeOf(dataset, root, split)
  const annotations = yield* CocoAnnotations.read(place.file).pipe(
    Effect.mapError(({ message }) => new DataFault({ sample: place.annotations, message }))
  )
  const read: Read = { ...annotations, place }
  return read
})

/** Finds a set's images and labels. `known` are the sets whose places are named. Fails with DataMissing where it is not at hand, DataFault where it is not right. */
export const open = Effect.fn("CocoSet.open")(
  function*(
    dataset: Dataset.Coco,
    place: string | null,
    known: ReadonlyArray<string>
  ): Effect.fn.Return<FolderSet, DataMissing | DataFault> {
    const root = yield* rootOf(dataset, place, known)
    const train = yield* readSplit(dataset, root, "train")
    const val = yield* readSplit(dataset, root, "val")
    const wrong = wrongClasses(train) ?? differentCategories(train, val)
    if (wrong !== null) {
      return yield* new DataFault({ sample: null, message: `the data set "${dataset.name}" in ${root}: ${wrong}` })
    }
    const annotationsOf = { train: train.place.annotations, val: val.place.annotations }
    return {
      root,
      classes: train.classes,
      version: { coco: version },
      images: { train: imagesOf(root, "train", train), val: imagesOf(root, "val", val) },
      nothingIn: (split) => `${annotationsOf[split]} names none`,
      noBoxOn: () => `${annotationsOf.train} has none but of crowds, which are not trained on`
    }
  }
)
