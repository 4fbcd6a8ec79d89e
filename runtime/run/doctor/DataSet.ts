import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Dataset from "../../../dsl/Dataset.ts"
import type { Split } from "../../data/Batch.ts"
import * as CheckCache from "../../data/CheckCache.ts"
import * as Inside from "../../data/Inside.ts"
import * as Listing from "../../data/Listing.ts"
import * as YoloSet from "../../data/YoloSet.ts"
import * as Home from "../Home.ts"
import * as Check from "./Check.ts"

const splits = ["train", "val"] as const

/** So many images tell whether a set's are known. */
const sampled = 500

/** What a data set's folder holds, in whichever layout. */
interface Content {
  readonly layout: "YOLO" | "COCO"
  readonly root: string
  readonly images: Readonly<Record<Split, Listing.Listing>>
}

/** Lists a set in the YOLO layout. Throws where its `data.yaml` is not right. */
const yolo = Effect.fn("DataSet.yolo")(function*(name: string, place: string) {
  const { images, root } = yield* YoloSet.open(Dataset.yolo({ name }), place)
  const listed = (split: Split): Listing.Listing => ({
    files: images[split].candidates.map(({ file }) => file),
    excluded: images[split].excluded
  })
  const content: Content = { layout: "YOLO", root, images: { train: listed("train"), val: listed("val") } }
  return content
})

/** Lists the folders of a set in the COCO layout: its annotations can take longer to read than anybody waits here. */
const coco = (root: string): Content => {
  const listed = (split: Split): Listing.Listing => {
    const folder = [`${split}2017`, split].find((name) => isThere(path.join(root, `annotations/instances_${name}.json`)))
    const found = folder === undefined ? null : Inside.find(root, folder)
    return found?._tag === "Here" ? Listing.list(root, split, [found]) : { files: [], excluded: [] }
  }
  return { layout: "COCO", root, images: { train: listed("train"), val: listed("val") } }
}

const isThere = (file: string): boolean => fs.existsSync(file)

const layoutOf = (place: string): Content["layout"] | null => {
  if (!fs.statSync(place).isDirectory()) return "YOLO"
  if (["data.yaml", "data.yml"].some((file) => isThere(path.join(place, file)))) return "YOLO"
  return splits.some((split) =>
      [`${split}2017`, split].some((name) => isThere(path.join(place, `annotations/instances_${name}.json`)))
    )
    ? "COCO"
    : null
}

/** Tells of how many images, looked at evenly, the checksum and the size are kept. */
const known = ({ images, root }: Content, home: string): { readonly kept: number; readonly of: number } => {
  const cache = CheckCache.open(Home.at(home).cache, root, false)
  const files = splits.flatMap((split) => images[split].files)
  const every = Math.max(1, Math.ceil(files.length / sampled))
  const some = files.filter((_, index) => index % every === 0)
  const kept = some.filter((file) => {
    try {
      return cache.get(file, CheckCache.stampOf(path.join(root, file))) !== null
    } catch {
      return false
    }
  })
  return { kept: kept.length, of: some.length }
}

const fingerprint = (content: Content, home: string): string => {
  const { kept, of } = known(content, home)
  if (kept === of) return "its fingerprint is cached"
  return kept === 0
    ? "its fingerprint is not cached: the first use reads every image"
    : `about ${Math.ceil((1 - kept / of) * 100)}% of its images are new or changed since its fingerprint was cached`
}

const describe = (own: string, home: string, content: Content): Check.Diagnosis => {
  const { images, layout, root } = content
  const counts = splits.map((split) => `${split} ${images[split].files.length}`).join(", ")
  const found = `${layout} in ${root}: ${counts} images`
  const empty = splits.find((split) => images[split].files.length === 0)
  if (empty !== undefined) {
    return Check.failed(
      own,
      `${found}; there is no ${empty} image`,
      "npx ballast validate with an experiment that names it says where they are looked for"
    )
  }
  const excluded = splits.flatMap((split) => images[split].excluded)
  const [first] = excluded
  return first === undefined ? Check.ok(own, `${found}; ${fingerprint(content, home)}`) : Check.warning(
    own,
    `${found}; ${excluded.length} left out, ${first.file}: ${first.reason}`,
    "npx ballast validate with an experiment that names it lists all of them"
  )
}

const examine = Effect.fn("DataSet.examine")(function*(own: string, name: string, place: string, home: string) {
  const rename = `name its folder with --data ${name}=PATH, or in ${path.join(home, "datasets.json")}`
  const real = Inside.realOf(place)
  if (real === null) return Check.failed(own, `${place} is not there`, rename)
  try {
    fs.accessSync(real, fs.constants.R_OK | (fs.statSync(real).isDirectory() ? fs.constants.X_OK : 0))
  } catch {
    return Check.failed(own, `${place} cannot be read`, `chmod -R u+rX ${place}, as its owner`)
  }
  const layout = layoutOf(real)
  if (layout === null) {
    return Check.warning(
      own,
      `${place} has neither a data.yaml nor annotations/instances_train.json`,
      `${rename}; a recipe may name other places within it, which npx ballast validate tells`
    )
  }
  return yield* (layout === "COCO" ? Effect.sync(() => coco(real)) : yolo(name, place)).pipe(
    Effect.map((content) => describe(own, home, content)),
    Effect.catch(({ message }) => Effect.succeed(Check.failed(own, message.split("\n")[0] ?? message, rename)))
  )
})

/** Looks at the one data set whose place is given. */
export const check: Check.Check = {
  name: "data",
  module: import.meta.url,
  look: Effect.fn("DataSet.look")(function*({ data: [flag = ""], home }) {
    const at = flag.indexOf("=")
    const name = flag.slice(0, at)
    return [yield* examine(`data ${name}`, name, flag.slice(at + 1), home)]
  })
}
