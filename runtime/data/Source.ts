/**
 * An opened data set: plain data that says all that batches are made from, and can be sent to a thread.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Dataset from "../../dsl/Dataset.ts"
import { DataFault } from "../../dsl/Fault.ts"
import * as Canonical from "../plan/Canonical.ts"
import type { DataFacts } from "../plan/Facts.ts"
import type { Split } from "./Batch.ts"
import * as CheckCache from "./CheckCache.ts"
import * as Counts from "./Counts.ts"
import * as DataYaml from "./DataYaml.ts"
import * as Inside from "./Inside.ts"
import type * as Labels from "./Labels.ts"
import { type Excluded, labelOf } from "./Listing.ts"
import type { Locations } from "./Locations.ts"
import type { Size } from "./Photograph.ts"
import * as Random from "./Random.ts"
import * as Scan from "./Scan.ts"
import * as Scene from "./Scene.ts"

/** A named data set's place is not known, or nothing is there; `message` says what it is and how to name its place. */
export class DataMissing extends Schema.TaggedError<DataMissing>()("DataMissing", {
  name: Schema.String,
  message: Schema.String
}) {}

/** An image that is used. A generated one has no file, is drawn at any size, and shows its boxes once it is drawn. */
export interface Entry {
  /** Relative to the data set's folder, with `/` between names. */
  readonly file: string | null
  /** In pixels, upright. */
  readonly size: Size | null
  readonly labels: Labels.Labels | null
}

export interface Source {
  readonly dataset: Dataset.Dataset
  /** The real path of the data set's folder; null for generated images. */
  readonly directory: string | null
  readonly facts: DataFacts
  readonly excluded: ReadonlyArray<Excluded>
  /** How many label rows were dropped because they repeat another of their file. */
  readonly duplicates: number
  readonly images: Readonly<Record<Split, ReadonlyArray<Entry>>>
}

export interface Options {
  readonly locations: Locations
  /** The folder that keeps what was found out about files; made where it is missing. */
  readonly cache: string
  /** Looks at every file again, whatever is kept of it. */
  readonly rehash?: boolean
}

const factsOf = (
  name: string,
  classes: ReadonlyArray<string>,
  shown: Readonly<Record<Split, Iterable<Counts.Shown>>>,
  found: Pick<DataFacts, "fingerprint" | "leaked">
): DataFacts => {
  const train = Counts.of(shown.train, classes.length)
  const val = Counts.of(shown.val, classes.length)
  return {
    name,
    classes,
    images: { train: train.images, val: val.images },
    boxes: { train: train.boxes, val: val.boxes },
    maxBoxes: Math.max(1, train.most, val.most),
    background: train.background,
    boxesByClass: train.boxesByClass,
    medianSide: train.medianSide,
    ...found
  }
}

const openShapes = (dataset: Dataset.Shapes): Source => {
  const classes = Scene.classesOf(dataset)
  const { seed } = dataset
  const generated: Entry = { file: null, size: null, labels: null }
  const shown = { train: Scene.shown(dataset, "train"), val: Scene.shown(dataset, "val") }
  return {
    dataset,
    directory: null,
    facts: factsOf("shapes", classes, shown, {
      // Every image is drawn from a random stream of its own.
      leaked: 0,
      fingerprint: Canonical.hash({
        generator: [Scene.version, Random.version],
        train: dataset.train,
        val: dataset.val,
        seed,
        classes
      })
    }),
    excluded: [],
    duplicates: 0,
    images: {
      train: Array.from({ length: dataset.train }, () => generated),
      val: Array.from({ length: dataset.val }, () => generated)
    }
  }
}

const layout = `  PATH/
    data.yaml             train: images/train
                          val: images/val
                          names: [first-class, second-class]
    images/train/a.jpg    JPEG, PNG or WebP
    images/val/b.jpg
    labels/train/a.txt    a row a box: class x-centre y-centre width height, as shares of the image
    labels/val/b.txt`

const missing = ({ about, name }: Dataset.Yolo, what: string): DataMissing =>
  new DataMissing({
    name,
    message: [
      `the data set "${name}"${about === undefined ? "" : ` (${about})`} is not at hand: ${what}`,
      `Name its folder with --data ${name}=PATH, or in the home's datasets.json: { "${name}": "PATH" }`,
      `It is laid out as the YOLO tools have it:`,
      layout
    ].join("\n")
  })

const findYaml = (dataset: Dataset.Yolo, place: string | null): Effect.Effect<string, DataMissing> => {
  if (place === null) return Effect.fail(missing(dataset, "nothing says where it lies"))
  const real = Inside.realOf(place)
  if (real === null) return Effect.fail(missing(dataset, `${place} is not there`))
  if (!fs.statSync(real).isDirectory()) {
    return /\.ya?ml$/i.test(real)
      ? Effect.succeed(real)
      : Effect.fail(missing(dataset, `${place} is no folder`))
  }
  const file = ["data.yaml", "data.yml"].map((name) => path.join(real, name)).find((name) => fs.existsSync(name))
  return file === undefined
    ? Effect.fail(missing(dataset, `there is no data.yaml in ${place}`))
    : Effect.succeed(file)
}

const placeOf = ({ file, line }: Excluded): string => line === null ? file : `${file}, line ${line}`

const shownFaults = 5

const listFaults = (excluded: ReadonlyArray<Excluded>): ReadonlyArray<string> => {
  const lines = excluded.slice(0, shownFaults).map((item) => `  ${placeOf(item)}: ${item.reason}`)
  const rest = excluded.length - lines.length
  return rest > 0 ? [...lines, `  and ${rest} more`] : lines
}

const refusal = ({ name, strict }: Dataset.Yolo, directory: string, scanned: Scan.Scanned): DataFault | null => {
  const { excluded, images } = scanned
  const fault = (message: string, listed: ReadonlyArray<Excluded>): DataFault =>
    new DataFault({
      sample: listed[0]?.file ?? null,
      message: [`the data set "${name}" in ${directory} ${message}`, ...listFaults(listed)].join("\n")
    })
  if (strict && excluded.length > 0) {
    const what = excluded.length === 1 ? "1 image" : `${excluded.length} images`
    return fault(`is strict, and ${what} cannot be used: mend or remove them, or drop strict`, excluded)
  }
  for (const split of ["train", "val"] as const) {
    if (images[split].length > 0) continue
    const left = excluded.filter((item) => item.split === split)
    return left.length === 0
      ? fault(`has no ${split} image: no .jpg, .jpeg, .png or .webp is where its data.yaml's "${split}" points`, [])
      : fault(`has no ${split} image that can be used`, left)
  }
  if (images.train.every(({ labels }) => labels.classes.length === 0)) {
    const file = images.train[0]?.file ?? ""
    return fault(
      `has no box on any train image: one whose label file is missing or empty shows nothing, and that of ${file} is `
        + `looked for at ${labelOf(file)}`,
      []
    )
  }
  return null
}

const shownIn = (images: ReadonlyArray<Scan.Image>): ReadonlyArray<Counts.Shown> =>
  images.map(({ labels: { boxes, classes } }) => ({
    classes,
    sides: classes.map((_, index) => {
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes.slice(4 * index, 4 * index + 4)
      return Math.sqrt((right - left) * (bottom - top))
    })
  }))

const openYolo = Effect.fn("Source.openYolo")(function*(dataset: Dataset.Yolo, options: Options) {
  const file = yield* findYaml(dataset, options.locations.of(dataset.name))
  const yaml = yield* DataYaml.read(file)
  const scanned = yield* Scan.scan(yaml, CheckCache.open(options.cache, yaml.root, options.rehash ?? false))
  const fault = refusal(dataset, yaml.root, scanned)
  if (fault !== null) return yield* fault
  const { duplicates, excluded, fingerprint, images, leaked } = scanned
  const source: Source = {
    dataset,
    directory: yaml.root,
    facts: factsOf(dataset.name, yaml.classes, { train: shownIn(images.train), val: shownIn(images.val) }, {
      leaked,
      fingerprint
    }),
    excluded,
    duplicates,
    images
  }
  return source
})

/**
 * Opens a data set: generated images from their description alone, a named one by reading all its files, or what is
 * kept of them. Bad images are left out and listed. Fails with DataFault where there are any and the set is strict, or
 * where nothing is left to train on or to validate with, and with DataMissing where a named data set is not at hand.
 */
export const open = Effect.fn("Source.open")(
  function*(dataset: Dataset.Dataset, options: Options): Effect.fn.Return<Source, DataMissing | DataFault> {
    return dataset._tag === "Shapes" ? openShapes(dataset) : yield* openYolo(dataset, options)
  }
)
