/**
 * A data set's `data.yaml`: its classes, and where the images of its splits are.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { DataFault } from "../../dsl/Fault.ts"
import * as Words from "../../dsl/Words.ts"
import type { Split } from "./Batch.ts"
import * as Inside from "./Inside.ts"

/** A folder of images, or a text file that lists them; relative to the data set's folder, with `/` between names. */
export interface Place {
  readonly relative: string
  readonly real: string
}

export interface DataYaml {
  /** The real path of the data set's folder: nothing outside it is read. */
  readonly root: string
  readonly classes: ReadonlyArray<string>
  readonly places: Readonly<Record<Split, ReadonlyArray<Place>>>
}

type Document = Readonly<Record<string, unknown>>

const isDocument = (value: unknown): value is Document =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"

/** No data set comes near it; a network's head grows with every class. */
const mostClasses = 10_000

const namesOf = (document: Document): ReadonlyArray<string> | string => {
  const { names, nc } = document
  if (names === undefined || names === null) {
    return typeof nc === "number" && Number.isSafeInteger(nc) && nc > 0 && nc <= mostClasses
      ? Array.from({ length: nc }, (_, index) => `class_${index}`)
      : `"names" is missing: write names: [first, second], or a map from numbers to names`
  }
  if (!Array.isArray(names) && !isDocument(names)) return `"names" must be a list, or a map from numbers to names`
  const list: ReadonlyArray<unknown> = Array.isArray(names)
    ? names
    : Array.from({ length: Object.keys(names).length }, (_, index) => names[String(index)])
  if (!list.every(isScalar)) {
    return Array.isArray(names)
      ? `"names" must list texts`
      : `the numbers in "names" must go from 0 up, with a name each`
  }
  const texts = list.map((name) => String(name).trim())
  if (texts.length > mostClasses) return `"names" holds ${texts.length} names; ${mostClasses} are the most`
  const seen = new Set<string>()
  const twice = texts.find((name) => seen.size === seen.add(name).size)
  if (texts.length === 0 || texts.includes("")) return `"names" holds no name, or an empty one`
  if (twice !== undefined) return `"names" holds ${JSON.stringify(twice)} twice`
  if (nc !== undefined && nc !== null && nc !== texts.length) {
    return `"nc" is ${JSON.stringify(nc)}, but "names" holds ${texts.length}`
  }
  return texts
}

/**
 * Chooses the folder that train and val are relative to. Published files often name another machine's folder, or one
 * beside their own; those mean the folder in which the file itself lies.
 */
const baseOf = (root: string, { path: stated }: Document): string => {
  const found = typeof stated === "string" && stated.trim() !== "" ? Inside.find(root, stated) : null
  return found?._tag === "Here" && fs.statSync(found.real).isDirectory() ? found.real : root
}

const placeOf = (root: string, base: string, key: Split, text: string): Place | string => {
  const within = Inside.find(root, path.resolve(base, text))
  // A widespread export writes ../train/images where it means train/images.
  const found = within._tag !== "Here" && text.startsWith("../")
    ? Inside.find(root, path.resolve(base, text.slice("../".length)))
    : within
  if (found._tag === "Here") return { relative: found.relative.split(path.sep).join("/"), real: found.real }
  return within._tag === "Outside"
    ? `"${key}" names ${text}, which leads outside the data set's folder ${root}: files there are not read; put copies `
      + "into the folder, or name a folder that holds them all"
    : `"${key}" names ${text}, which is not there: it is looked for in ${base}`
}

const placesOf = (root: string, base: string, document: Document, key: Split): ReadonlyArray<Place> | string => {
  const stated = document[key]
  const list: ReadonlyArray<unknown> = Array.isArray(stated) ? stated : [stated]
  const texts = list.filter((item) => typeof item === "string" && item.trim() !== "") as ReadonlyArray<string>
  if (texts.length === 0 || texts.length < list.length) {
    return `"${key}" must name a folder of images, as in ${key}: images/${key}, a text file that lists them, or several`
  }
  const places = texts.map((text) => placeOf(root, base, key, text.trim()))
  return places.find((place) => typeof place === "string") ?? (places as ReadonlyArray<Place>)
}

/**
 * Reads a `data.yaml`. `path` is honoured where it leads to a folder within that of the file, and taken for the file's
 * own folder otherwise. Fails with DataFault.
 */
export const read = Effect.fn("DataYaml.read")(function*(file: string) {
  const refuse = (what: string) => new DataFault({ sample: file, message: `${file}: ${what}` })
  const { parse } = yield* Effect.promise(() => import("yaml"))
  const document = yield* Effect.try({
    try: (): unknown => {
      if (!fs.statSync(file).isFile()) throw new Error("it is no file")
      return parse(fs.readFileSync(file, "utf8"))
    },
    catch: (cause) => refuse(`it cannot be read: ${Words.reasonOf(cause).trim().split("\n")[0]}`)
  })
  if (!isDocument(document)) return yield* refuse("it must hold train, val and names")
  const root = Inside.realOf(path.dirname(file)) ?? path.dirname(file)
  const classes = namesOf(document)
  if (typeof classes === "string") return yield* refuse(classes)
  const base = baseOf(root, document)
  const train = placesOf(root, base, document, "train")
  if (typeof train === "string") return yield* refuse(train)
  const val = placesOf(root, base, document, "val")
  if (typeof val === "string") return yield* refuse(val)
  const yaml: DataYaml = { root, classes, places: { train, val } }
  return yaml
})
