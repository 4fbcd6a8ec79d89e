/**
 * An opened data set: plain data that says all that batches are made from, and can be sent to a thread.
 */
import * as Effect from "effect/Effect"
import type * as Dataset from "../../dsl/Dataset.ts"
import { DataFault } from "../../dsl/Fault.ts"
import * as Canonical from "../plan/Canonical.ts"
import type { DataFacts } from "../plan/Facts.ts"
import type { Split } from "./Batch.ts"
import * as CheckCache from "./CheckCache.ts"
import * as Counts from "./Counts.ts"
import * as CocoSet from "./CocoSet.ts"
import { DataMissing } from "./DataMissing.ts"
import type * as Labels from "./Labels.ts"
import type { Excluded } from "./Listing.ts"
import type { Locations } from "./Locations.ts"
import type { Size } from "./Photograph.ts"
import * as Random from "./Random.ts"
import * as Scan from "./Scan.ts"
import * as Scene from "./Scene.ts"
import * as YoloSet from "./YoloSet.ts"

export { DataMissing }

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
  /** How many boxes were dropped because they repeat another of their image. */
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
  found: Pick<DataFacts, "fingerprint" | "leaked" | "leftOut" | "trainFiles">
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
      leftOut: [],
      trainFiles: null,
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

const placeOf = ({ file, line }: Excluded): string => line === null ? file : `${file}, line ${line}`

const shownFaults = 5

const listFaults = (excluded: ReadonlyArray<Excluded>): ReadonlyArray<string> => {
  const lines = excluded.slice(0, shownFaults).map((item) => `  ${placeOf(item)}: ${item.reason}`)
  const rest = excluded.length - lines.length
  return rest > 0 ? [...lines, `  and ${rest} more`] : lines
}

/** A data set that is named in a recipe, and lies somewhere else on every host. */
type Named = Exclude<Dataset.Dataset, Dataset.Shapes>

const refusal = ({ name, strict }: Named, set: Scan.FolderSet, { excluded, images }: Scan.Scanned): DataFault | null => {
  const fault = (message: string, listed: ReadonlyArray<Excluded>): DataFault =>
    new DataFault({
      sample: listed[0]?.file ?? null,
      message: [`the data set "${name}" in ${set.root} ${message}`, ...listFaults(listed)].join("\n")
    })
  if (strict && excluded.length > 0) {
    const what = excluded.length === 1 ? "1 image" : `${excluded.length} images`
    return fault(`is strict, and ${what} cannot be used: mend or remove them, or drop strict`, excluded)
  }
  for (const split of ["train", "val"] as const) {
    if (images[split].length > 0) continue
    const left = excluded.filter((item) => item.split === split)
    return left.length === 0
      ? fault(`has no ${split} image: ${set.nothingIn(split)}`, [])
      : fault(`has no ${split} image that can be used`, left)
  }
  if (images.train.every(({ labels }) => labels.classes.length === 0)) {
    return fault(`has no box on any train image: ${set.noBoxOn(images.train[0]?.file ?? "")}`, [])
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

const openNamed = Effect.fn("Source.openNamed")(function*(dataset: Named, options: Options) {
  const { known, of } = options.locations
  const place = of(dataset.name)
  const set = yield* (dataset._tag === "Yolo" ? YoloSet.open(dataset, place, known) : CocoSet.open(dataset, place, known))
  const scanned = yield* Scan.scan(set, CheckCache.open(options.cache, set.root, options.rehash ?? false))
  const fault = refusal(dataset, set, scanned)
  if (fault !== null) return yield* fault
  const { duplicates, excluded, fingerprint, images, leaked } = scanned
  const source: Source = {
    dataset,
    directory: set.root,
    facts: factsOf(dataset.name, set.classes, { train: shownIn(images.train), val: shownIn(images.val) }, {
      leaked,
      leftOut: excluded.map(({ file }) => file),
      trainFiles: images.train.map(({ file }) => file),
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
    return dataset._tag === "Shapes" ? openShapes(dataset) : yield* openNamed(dataset, options)
  }
)
