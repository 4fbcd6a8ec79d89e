/**
 * The image files of a split, in the order of their names.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import type { Split } from "./Batch.ts"
import type { Place } from "./DataYaml.ts"
import * as Inside from "./Inside.ts"

/** What is at fault: an image, or a file about images, of which `line` is wrong, or the entry that the reason names. */
export interface Fault {
  readonly file: string
  readonly line: number | null
  readonly reason: string
}

/** One image that is left out. */
export interface Excluded extends Fault {
  readonly split: Split
}

const shownOthers = 5

/** Names the other places at fault, behind the reason for the first; nothing where there are none. */
export const others = (places: ReadonlyArray<string>, what = ""): string => {
  if (places.length === 0) return ""
  const shown = places.slice(0, shownOthers).join(", ")
  return `; ${what === "" ? "" : `${what} `}${shown}${places.length > shownOthers ? " …" : ""} too`
}

/** `files` are relative to the data set's folder, with `/` between names, each once. */
export interface Listing {
  readonly files: ReadonlyArray<string>
  readonly excluded: ReadonlyArray<Excluded>
}

const isImage = (name: string): boolean => /\.(jpe?g|png|webp)$/i.test(name) && !name.startsWith(".")

/** Orders file names, the same everywhere. */
export const byText = (left: string, right: string): number => left < right ? -1 : Number(left > right)

/** Says why a path that leads outside is not followed. */
export const outside = "it leads outside the data set's folder, where nothing is read: put a copy in its place"

interface Walk {
  readonly root: string
  readonly split: Split
  readonly files: Set<string>
  readonly excluded: Array<Excluded>
}

const walkFolder = (walk: Walk, relative: string, above: ReadonlyArray<string>): void => {
  const { excluded, files, root, split } = walk
  for (const entry of fs.readdirSync(path.join(root, relative), { withFileTypes: true })) {
    const file = path.posix.join(relative, entry.name)
    if (entry.name.startsWith(".")) continue
    if (entry.isFile()) {
      if (isImage(entry.name)) files.add(file)
    } else if (entry.isDirectory()) {
      walkFolder(walk, file, above)
    } else if (entry.isSymbolicLink()) {
      const found = Inside.find(root, file)
      const folder = leadsToFolder(path.join(root, file))
      if (!folder && !isImage(entry.name)) continue
      if (found._tag === "Outside") excluded.push({ split, file, line: null, reason: outside })
      else if (found._tag === "Missing") excluded.push({ split, file, line: null, reason: "its link leads nowhere" })
      else if (found._tag === "Special") excluded.push({ split, file, line: null, reason: special })
      else if (!folder) files.add(file)
      // A link to a folder that holds it would be followed for ever.
      else if (!above.some((real) => Inside.holds(found.real, real))) walkFolder(walk, file, [...above, found.real])
    }
  }
}

/** A link that goes in a circle leads to nothing. */
const leadsToFolder = (place: string): boolean => {
  try {
    return fs.statSync(place).isDirectory()
  } catch {
    return false
  }
}

/** Says what is no file. */
export const special = "it is neither a file nor a folder"

const walkList = ({ excluded, files, root, split }: Walk, list: Place): void => {
  const text = fs.readFileSync(list.real, "utf8").replace(/^\ufeff/, "")
  const exclude = (index: number, reason: string): void => {
    excluded.push({ split, file: list.relative, line: index + 1, reason })
  }
  text.split(/\r\n|\n|\r/).forEach((line, index) => {
    const name = line.trim()
    if (name === "") return
    const beside = Inside.find(root, path.resolve(root, path.dirname(list.relative), name))
    const found = beside._tag === "Here" ? beside : Inside.find(root, name)
    if (found._tag === "Outside") exclude(index, `${name}: ${outside}`)
    else if (found._tag === "Missing") exclude(index, `${name} is not there`)
    else if (found._tag === "Special") exclude(index, `${name}: ${special}`)
    else if (!isImage(path.basename(name))) exclude(index, `${name} has no image's name: .jpg, .jpeg, .png or .webp`)
    else files.add(found.relative.split(path.sep).join("/"))
  })
}

/** Lists a split's images: those of its folders and the folders within, and those that its text files name. */
export const list = (root: string, split: Split, places: ReadonlyArray<Place>): Listing => {
  const walk: Walk = { root, split, files: new Set(), excluded: [] }
  for (const place of places) {
    if (fs.statSync(place.real).isDirectory()) walkFolder(walk, place.relative, [place.real])
    else if (place.relative.endsWith(".txt")) walkList(walk, place)
    else {
      walk.excluded.push({ split, file: place.relative, line: null, reason: "it is neither a folder nor a .txt list" })
    }
  }
  const excluded = walk.excluded.toSorted((left, right) =>
    byText(left.file, right.file) || (left.line ?? 0) - (right.line ?? 0)
  )
  return { files: [...walk.files].toSorted(byText), excluded }
}

/** Names the label file of an image: in `labels` where the image is in `images`, and beside it otherwise. */
export const labelOf = (file: string): string => {
  const folders = file.split("/").slice(0, -1)
  const at = folders.lastIndexOf("images")
  const name = path.posix.basename(file).replace(/\.[^.]*$/, ".txt")
  return [...(at < 0 ? folders : folders.with(at, "labels")), name].join("/")
}
