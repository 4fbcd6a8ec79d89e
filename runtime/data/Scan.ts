/**
 * Looks through a data set in the YOLO layout: what of it can be used, what is left out and why, and its fingerprint.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { DataFault } from "../../dsl/Fault.ts"
import * as Canonical from "../plan/Canonical.ts"
import type { Split } from "./Batch.ts"
import * as CheckCache from "./CheckCache.ts"
import type { DataYaml } from "./DataYaml.ts"
import * as Inside from "./Inside.ts"
import * as Labels from "./Labels.ts"
import * as Listing from "./Listing.ts"
import * as Photograph from "./Photograph.ts"

/** An image that can be used, with what its label file says. */
export interface Image {
  readonly file: string
  readonly size: Photograph.Size
  readonly labels: Labels.Labels
}

export interface Scanned {
  readonly images: Readonly<Record<Split, ReadonlyArray<Image>>>
  readonly excluded: ReadonlyArray<Listing.Excluded>
  /** How many rows were dropped because they repeat another. */
  readonly duplicates: number
  /** How many val images are train images, too: files of equal content. */
  readonly leaked: number
  readonly fingerprint: string
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const messageOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

const checkImage = async (root: string, file: string, cache: CheckCache.CheckCache): Promise<CheckCache.Check> => {
  const absolute = path.join(root, file)
  try {
    const stamp = CheckCache.stampOf(absolute)
    const known = cache.get(file, stamp)
    if (known !== null) return known
    const bytes = await fs.promises.readFile(absolute)
    const judged = await Photograph.check(bytes).then(
      ({ height, width }) => ({ width, height, problem: null }),
      (cause: unknown) => ({ width: 0, height: 0, problem: messageOf(cause) })
    )
    const check = { sha256: sha256(bytes), ...judged }
    cache.set(file, stamp, check)
    return check
  } catch (cause) {
    return { sha256: "", width: 0, height: 0, problem: `it cannot be read: ${messageOf(cause)}` }
  }
}

interface LabelFile extends Labels.Reading {
  /** Null where there is no file: the image is background. */
  readonly sha256: string | null
}

const background: LabelFile = { sha256: null, boxes: [], classes: [], duplicates: 0, problems: [] }

/** Label files are small, and are read each time; a text says why one cannot be. */
const readLabels = (root: string, file: string, classes: number): LabelFile | string => {
  const found = Inside.find(root, file)
  if (found._tag === "Outside") return "it leads outside the data set's folder, where nothing is read"
  if (found._tag === "Missing") return background
  if (found._tag === "Special") return "it is no file"
  try {
    const bytes = fs.readFileSync(found.real)
    return { sha256: sha256(bytes), ...Labels.parse(bytes.toString("utf8"), classes) }
  } catch (cause) {
    return `it cannot be read: ${messageOf(cause)}`
  }
}

const othersOf = (problems: ReadonlyArray<Labels.Problem>): string => {
  const [, ...others] = problems.map(({ line }) => line)
  if (others.length === 0) return ""
  const listed = others.slice(0, 5).join(", ")
  return `; ${others.length === 1 ? "line" : "lines"} ${listed}${others.length > 5 ? " …" : ""} too`
}

interface Judged {
  readonly image: Image
  readonly hashes: readonly [file: string, image: string, label: string | null]
  readonly duplicates: number
}

const judge = (
  split: Split,
  file: string,
  check: CheckCache.Check,
  label: string,
  labels: LabelFile | string
): Judged | Listing.Excluded => {
  if (check.problem !== null) return { split, file, line: null, reason: check.problem }
  if (typeof labels === "string") return { split, file: label, line: null, reason: labels }
  const [problem] = labels.problems
  if (problem !== undefined) {
    return { split, file: label, line: problem.line, reason: problem.reason + othersOf(labels.problems) }
  }
  const { boxes, classes, duplicates, sha256 } = labels
  const { height, width } = check
  return {
    image: { file, size: { width, height }, labels: { boxes, classes } },
    hashes: [file, check.sha256, sha256],
    duplicates
  }
}

const isJudged = (item: Judged | Listing.Excluded): item is Judged => "image" in item
const isExcluded = (item: Judged | Listing.Excluded): item is Listing.Excluded => !isJudged(item)

const lookThrough = Effect.fn("Scan.lookThrough")(
  function*(split: Split, { classes, places, root }: DataYaml, cache: CheckCache.CheckCache) {
    const { excluded, files } = yield* Effect.try({
      try: () => Listing.list(root, split, places[split]),
      catch: (cause) => new DataFault({ sample: root, message: `${root} cannot be listed: ${messageOf(cause)}` })
    })
    const items = yield* Effect.forEach(files, (file) =>
      Effect.promise(async () => {
        const label = Listing.labelOf(file)
        return judge(split, file, await checkImage(root, file, cache), label, readLabels(root, label, classes.length))
      }), { concurrency: os.availableParallelism() })
    return {
      used: items.filter(isJudged),
      excluded: [...excluded, ...items.filter(isExcluded)]
    }
  }
)

const leakedOf = (train: ReadonlyArray<Judged>, val: ReadonlyArray<Judged>): number => {
  const known = new Set(train.map(({ hashes: [, image] }) => image))
  return val.filter(({ hashes: [, image] }) => known.has(image)).length
}

/**
 * Looks through both splits. An image that cannot be decoded, or of whose label file one row is wrong, is left out as a
 * whole: half a ground truth teaches that the other half is background.
 */
export const scan = Effect.fn("Scan.scan")(function*(yaml: DataYaml, cache: CheckCache.CheckCache) {
  const train = yield* lookThrough("train", yaml, cache)
  const val = yield* lookThrough("val", yaml, cache)
  cache.save()
  const scanned: Scanned = {
    images: { train: train.used.map(({ image }) => image), val: val.used.map(({ image }) => image) },
    excluded: [...train.excluded, ...val.excluded],
    duplicates: [...train.used, ...val.used].reduce((sum, { duplicates }) => sum + duplicates, 0),
    leaked: leakedOf(train.used, val.used),
    fingerprint: Canonical.hash({
      labels: Labels.version,
      classes: yaml.classes,
      train: train.used.map(({ hashes }) => hashes),
      val: val.used.map(({ hashes }) => hashes)
    })
  }
  return scanned
})
