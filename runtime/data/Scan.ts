/**
 * Looks through a data set of photographs: what of it can be used, what is left out and why, and its fingerprint.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"
import * as Canonical from "../plan/Canonical.ts"
import type { Split } from "./Batch.ts"
import * as CheckCache from "./CheckCache.ts"
import type * as Labels from "./Labels.ts"
import type * as Listing from "./Listing.ts"
import * as Photograph from "./Photograph.ts"

/** What is known of an image's boxes; `sha256` is that of all that decides them, null where nothing does. */
export interface Labelled {
  readonly labels: Labels.Labels
  /** How many boxes were dropped because they repeat another. */
  readonly duplicates: number
  readonly sha256: string | null
}

/** An image file that a data set names, relative to its folder, and how its labels are found once its size is known. */
export interface Candidate {
  readonly file: string
  readonly labels: (size: Photograph.Size) => Labelled | Listing.Fault
}

/** What a data set names as one of its splits, in the order of the files' names, and what of it is left out already. */
export interface SplitImages {
  readonly candidates: ReadonlyArray<Candidate>
  readonly excluded: ReadonlyArray<Listing.Excluded>
}

/** A data set of photographs in a folder, in whichever layout. */
export interface FolderSet {
  /** The real path of its folder. */
  readonly root: string
  readonly classes: ReadonlyArray<string>
  readonly images: Readonly<Record<Split, SplitImages>>
  /** How its labels are read: a part of the fingerprint. */
  readonly version: Readonly<Record<string, number>>
  /** Says why there may be no image in a split. */
  readonly nothingIn: (split: Split) => string
  /** Says why there may be no box on train images, of which `file` is the first. */
  readonly noBoxOn: (file: string) => string
}

/** An image that can be used, with what its labels say. */
export interface Image {
  readonly file: string
  readonly size: Photograph.Size
  readonly labels: Labels.Labels
}

export interface Scanned {
  readonly images: Readonly<Record<Split, ReadonlyArray<Image>>>
  readonly excluded: ReadonlyArray<Listing.Excluded>
  /** How many boxes were dropped because they repeat another of their image. */
  readonly duplicates: number
  /** How many val images are train images, too: files of equal content. */
  readonly leaked: number
  readonly fingerprint: string
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const checkImage = async (root: string, file: string, cache: CheckCache.CheckCache): Promise<CheckCache.Check> => {
  const absolute = path.join(root, file)
  try {
    const stamp = CheckCache.stampOf(absolute)
    const known = cache.get(file, stamp)
    if (known !== null) return known
    const bytes = await fs.promises.readFile(absolute)
    const judged = await Photograph.check(bytes).then(
      ({ height, width }) => ({ width, height, problem: null }),
      (cause: unknown) => ({ width: 0, height: 0, problem: Words.reasonOf(cause) })
    )
    const check = { sha256: sha256(bytes), ...judged }
    cache.set(file, stamp, check)
    return check
  } catch (cause) {
    return { sha256: "", width: 0, height: 0, problem: `it cannot be read: ${Words.reasonOf(cause)}` }
  }
}

interface Judged {
  readonly image: Image
  readonly hashes: readonly [file: string, image: string, label: string | null]
  readonly duplicates: number
}

const judge = (split: Split, { file, labels }: Candidate, check: CheckCache.Check): Judged | Listing.Excluded => {
  if (check.problem !== null) return { split, file, line: null, reason: check.problem }
  const size = { width: check.width, height: check.height }
  const found = labels(size)
  return "reason" in found
    ? { split, ...found }
    : { image: { file, size, labels: found.labels }, hashes: [file, check.sha256, found.sha256], duplicates: found.duplicates }
}

const isJudged = (item: Judged | Listing.Excluded): item is Judged => "image" in item
const isExcluded = (item: Judged | Listing.Excluded): item is Listing.Excluded => !isJudged(item)

const lookThrough = Effect.fn("Scan.lookThrough")(
  function*(split: Split, { images, root }: FolderSet, cache: CheckCache.CheckCache) {
    const { candidates, excluded } = images[split]
    const items = yield* Effect.forEach(
      candidates,
      (candidate) =>
        Effect.promise(async () => judge(split, candidate, await checkImage(root, candidate.file, cache))),
      { concurrency: os.availableParallelism() }
    )
    return { used: items.filter(isJudged), excluded: [...excluded, ...items.filter(isExcluded)] }
  }
)

const leakedOf = (train: ReadonlyArray<Judged>, val: ReadonlyArray<Judged>): number => {
  const known = new Set(train.map(({ hashes: [, image] }) => image))
  return val.filter(({ hashes: [, image] }) => known.has(image)).length
}

/**
 * Looks through both splits. An image that cannot be decoded, or of whose labels one is wrong, is left out as a whole:
 * half a ground truth teaches that the other half is background.
 */
export const scan = Effect.fn("Scan.scan")(function*(set: FolderSet, cache: CheckCache.CheckCache) {
  const train = yield* lookThrough("train", set, cache)
  const val = yield* lookThrough("val", set, cache)
  cache.save()
  const scanned: Scanned = {
    images: { train: train.used.map(({ image }) => image), val: val.used.map(({ image }) => image) },
    excluded: [...train.excluded, ...val.excluded],
    duplicates: [...train.used, ...val.used].reduce((sum, { duplicates }) => sum + duplicates, 0),
    leaked: leakedOf(train.used, val.used),
    fingerprint: Canonical.hash({
      ...set.version,
      classes: set.classes,
      train: train.used.map(({ hashes }) => hashes),
      val: val.used.map(({ hashes }) => hashes)
    })
  }
  return scanned
})
