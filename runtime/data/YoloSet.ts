/**
 * Data sets in the YOLO layout: a `data.yaml`, folders or lists of images, and a label file beside each image.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Dataset from "../../dsl/Dataset.ts"
import { DataFault } from "../../dsl/Fault.ts"
import * as Words from "../../dsl/Words.ts"
import type { Split } from "./Batch.ts"
import { type DataMissing, missing, unplaced } from "./DataMissing.ts"
import * as DataYaml from "./DataYaml.ts"
import * as Inside from "./Inside.ts"
import * as Labels from "./Labels.ts"
import * as Listing from "./Listing.ts"
import type { Candidate, FolderSet, Labelled, SplitImages } from "./Scan.ts"

const layout = `It is laid out as the YOLO tools have it:
  PATH/
    data.yaml             train: images/train
                          val: images/val
                          names: [first-class, second-class]
    images/train/a.jpg    JPEG, PNG or WebP
    images/val/b.jpg
    labels/train/a.txt    a row a box: class x-centre y-centre width height,
    labels/val/b.txt      the last four as shares of the image`

const findYaml = (
  dataset: Dataset.Yolo,
  place: string | null,
  known: ReadonlyArray<string>
): Effect.Effect<string, DataMissing> => {
  const refuse = (what: string): Effect.Effect<never, DataMissing> => Effect.fail(missing(dataset, what, layout))
  if (place === null) return refuse(unplaced(known))
  const real = Inside.realOf(place)
  if (real === null) return refuse(`${place} is not there`)
  if (!fs.statSync(real).isDirectory()) {
    return /\.ya?ml$/i.test(real) ? Effect.succeed(real) : refuse(`${place} is no folder`)
  }
  const file = ["data.yaml", "data.yml"].map((name) => path.join(real, name)).find((name) => fs.existsSync(name))
  return file === undefined ? refuse(`there is no data.yaml in ${place}`) : Effect.succeed(file)
}

const background: Labelled = { sha256: null, labels: { boxes: [], classes: [] }, duplicates: 0 }

const problemOf = (file: string, problems: ReadonlyArray<Labels.Problem>): Listing.Fault | null => {
  const [first, ...others] = problems
  if (first === undefined) return null
  const lines = others.map(({ line }) => String(line))
  return { file, line: first.line, reason: first.reason + Listing.others(lines, lines.length === 1 ? "line" : "lines") }
}

/** Label files are small, and are read each time. */
const readLabels = (root: string, file: string, classes: number): Labelled | Listing.Fault => {
  const refuse = (reason: string): Listing.Fault => ({ file, line: null, reason })
  const found = Inside.find(root, file)
  if (found._tag === "Outside") return refuse("it leads outside the data set's folder, where nothing is read")
  if (found._tag === "Missing") return background
  if (found._tag === "Special") return refuse("it is no file")
  try {
    const bytes = fs.readFileSync(found.real)
    const { boxes, duplicates, problems, classes: numbers } = Labels.parse(bytes.toString("utf8"), classes)
    const sha256 = createHash("sha256").update(bytes).digest("hex")
    return problemOf(file, problems) ?? { sha256, labels: { boxes, classes: numbers }, duplicates }
  } catch (cause) {
    return refuse(`it cannot be read: ${Words.reasonOf(cause)}`)
  }
}

const imagesOf = ({ classes, places, root }: DataYaml.DataYaml, split: Split): SplitImages => {
  const { excluded, files } = Listing.list(root, split, places[split])
  return {
    excluded,
    candidates: files.map((file): Candidate => ({
      file,
      labels: () => readLabels(root, Listing.labelOf(file), classes.length)
    }))
  }
}

/** Finds a set's images and labels. `known` are the sets whose places are named. Fails with DataMissing where it is not at hand, DataFault where it is not right. */
export const open = Effect.fn("YoloSet.open")(
  function*(
    dataset: Dataset.Yolo,
    place: string | null,
    known: ReadonlyArray<string> = []
  ): Effect.fn.Return<FolderSet, DataMissing | DataFault> {
    const yaml = yield* DataYaml.read(yield* findYaml(dataset, place, known))
    const { classes, root } = yaml
    return yield* Effect.try({
      try: (): FolderSet => ({
        root,
        classes,
        version: { labels: Labels.version },
        images: { train: imagesOf(yaml, "train"), val: imagesOf(yaml, "val") },
        nothingIn: (split) => `no .jpg, .jpeg, .png or .webp is where its data.yaml's "${split}" points`,
        noBoxOn: (file) =>
          `one whose label file is missing or empty shows nothing, and that of ${file} is looked for at `
          + Listing.labelOf(file)
      }),
      catch: (cause) =>
        new DataFault({ sample: root, message: `${root} cannot be listed: ${Words.reasonOf(cause)}` })
    })
  }
)
