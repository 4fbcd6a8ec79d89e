/**
 * Files of annotations in COCO's format: images, categories, and boxes on the images.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Issue from "../../dsl/Issue.ts"
import type { Box } from "../detect/AveragePrecision.ts"
import * as CocoFields from "./CocoFields.ts"
import * as CocoFile from "./CocoFile.ts"

/** Names an entry of a list by its place, as in `annotations[12]`. */
export const pathOf = (list: "annotations" | "categories" | "images", at: number): string => `${list}[${at}]`

export interface ImageEntry {
  /** The entry's place in its list. */
  readonly at: number
  readonly id: CocoFields.Id
  readonly file: string | null
  readonly width: number | null
  readonly height: number | null
}

export interface Annotation {
  /** The entry's place in its list. */
  readonly at: number
  readonly id: CocoFields.Id
  readonly image: CocoFields.Id
  /** Counted from 0 in the order of the categories' ids. */
  readonly class: number
  readonly box: Box
  readonly area: number | null
  readonly crowd: boolean
}

/** Something wrong with an entry, and the image that it belongs to, where that is known. */
export interface Problem extends Issue.Issue {
  readonly image: CocoFields.Id | null
}

export interface Annotations {
  /** Names in the order of the categories' ids; a category without one has its id for a name. */
  readonly classes: ReadonlyArray<string>
  /** The classes by the categories' ids. */
  readonly classOf: ReadonlyMap<CocoFields.Id, number>
  readonly images: ReadonlyArray<ImageEntry>
  readonly annotations: ReadonlyArray<Annotation>
  readonly problems: ReadonlyArray<Problem>
}

const byId = (left: CocoFields.Id, right: CocoFields.Id): number => {
  if (typeof left !== typeof right) return typeof left === "number" ? -1 : 1
  return left < right ? -1 : Number(left > right)
}

/** Orders images as COCO does: by their ids. */
export const inOrder = (images: ReadonlyArray<ImageEntry>): ReadonlyArray<ImageEntry> =>
  images.toSorted((left, right) => byId(left.id, right.id))

type Classes = Pick<Annotations, "classes" | "classOf">

const classesOf = (entries: ReadonlyArray<unknown>): Result.Result<Classes, ReadonlyArray<Issue.Issue>> => {
  const issues: Array<Issue.Issue> = []
  const names = new Map<CocoFields.Id, string>()
  entries.forEach((entry, at) => {
    const path = pathOf("categories", at)
    if (!CocoFields.isFields(entry)) {
      issues.push({ path, message: CocoFields.unexpected("an object", entry) })
      return
    }
    const { id, name = id } = entry
    if (!CocoFields.isId(id)) issues.push({ path: `${path}.id`, message: CocoFields.unexpected("a whole number", id) })
    else if (names.has(id)) issues.push({ path: `${path}.id`, message: `${id} is the id of an earlier category` })
    else if (!CocoFields.isId(name)) issues.push({ path: `${path}.name`, message: CocoFields.unexpected("text", name) })
    else names.set(id, String(name).trim())
  })
  if (issues.length > 0) return Result.fail(issues)
  const ids = [...names.keys()].toSorted(byId)
  return Result.succeed({
    classes: ids.map((id) => names.get(id) ?? String(id)),
    classOf: new Map(ids.map((id, index) => [id, index]))
  })
}

type Report = (path: string, message: string, image?: CocoFields.Id) => void

const imagesOf = (entries: ReadonlyArray<unknown>, report: Report): ReadonlyArray<ImageEntry> => {
  const images = new Map<CocoFields.Id, ImageEntry>()
  entries.forEach((entry, at) => {
    const path = pathOf("images", at)
    if (!CocoFields.isFields(entry)) return report(path, CocoFields.unexpected("an object", entry))
    const { file_name: file, id } = entry
    if (!CocoFields.isId(id)) return report(`${path}.id`, CocoFields.unexpected("a whole number or text", id))
    const before = images.get(id)
    if (before !== undefined) return report(`${path}.id`, `${id} is the id of ${pathOf("images", before.at)}, too`, id)
    const width = CocoFields.sizeOf(entry["width"])
    const height = CocoFields.sizeOf(entry["height"])
    if (typeof width === "string") report(`${path}.width`, width, id)
    if (typeof height === "string") report(`${path}.height`, height, id)
    images.set(id, {
      at,
      id,
      file: typeof file === "string" && file !== "" ? file : null,
      width: typeof width === "string" ? null : width,
      height: typeof height === "string" ? null : height
    })
  })
  return [...images.values()]
}

const annotationOf = (
  entry: unknown,
  at: number,
  known: { readonly images: ReadonlySet<CocoFields.Id>; readonly classOf: Classes["classOf"] },
  report: Report
): Annotation | null => {
  const refuse = (field: string, message: string, image?: CocoFields.Id): null => {
    report(`${pathOf("annotations", at)}${field}`, message, image)
    return null
  }
  if (!CocoFields.isFields(entry)) return refuse("", CocoFields.unexpected("an object", entry))
  const { category_id: category, id, image_id: image } = entry
  if (!CocoFields.isId(image)) return refuse(".image_id", CocoFields.unexpected("an image's id", image))
  if (!known.images.has(image)) return refuse(".image_id", `there is no image ${image}`)
  if (!CocoFields.isId(id)) return refuse(".id", CocoFields.unexpected("a whole number or text", id), image)
  const number = CocoFields.isId(category) ? known.classOf.get(category) : undefined
  if (number === undefined) {
    const what = CocoFields.isId(category) ? `there is no category ${category}` : CocoFields.unexpected("a category's id", category)
    return refuse(".category_id", what, image)
  }
  const box = CocoFields.boxOf(entry["bbox"])
  if (typeof box === "string") return refuse(".bbox", box, image)
  const area = CocoFields.sizeOf(entry["area"])
  if (typeof area === "string") return refuse(".area", area, image)
  const crowd = CocoFields.flagOf(entry["iscrowd"])
  if (typeof crowd === "string") return refuse(".iscrowd", crowd, image)
  return { at, id, image, class: number, box, area, crowd }
}

const lists = ["images", "annotations", "categories"] as const

/**
 * Reads a parsed document. Its lists must be there, and its categories right; other entries that are wrong are listed
 * among the problems and left out.
 */
export const parse = (document: unknown): Result.Result<Annotations, ReadonlyArray<Issue.Issue>> => {
  if (!CocoFields.isFields(document)) {
    return Result.fail([{ path: "", message: "expected an object with images, annotations and categories" }])
  }
  const absent = lists.filter((name) => !Array.isArray(document[name]))
  if (absent.length > 0) {
    return Result.fail(absent.map((name) => ({ path: name, message: CocoFields.unexpected("a list", document[name]) })))
  }
  const { annotations: entries, categories, images: imageEntries } = document as Readonly<Record<string, ReadonlyArray<unknown>>>
  return Result.map(classesOf(categories ?? []), ({ classOf, classes }) => {
    const problems: Array<Problem> = []
    const report: Report = (path, message, image) => {
      problems.push({ path, message, image: image ?? null })
    }
    const images = imagesOf(imageEntries ?? [], report)
    const known = { classOf, images: new Set(images.map(({ id }) => id)) }
    const annotations = new Map<CocoFields.Id, Annotation>()
    for (const [at, entry] of (entries ?? []).entries()) {
      const annotation = annotationOf(entry, at, known, report)
      if (annotation === null) continue
      const before = annotations.get(annotation.id)
      if (before === undefined) {
        annotations.set(annotation.id, annotation)
        continue
      }
      const [first, second] = [before, annotation].map((entry) => pathOf("annotations", entry.at))
      report(`${second}.id`, `${annotation.id} is the id of ${first}, too`, annotation.image)
      if (before.image !== annotation.image) report(`${first}.id`, `${annotation.id} is the id of ${second}, too`, before.image)
    }
    return { classes, classOf, images, annotations: [...annotations.values()], problems }
  })
}

/** Reads a file. Fails with CocoInvalid where it is no such document at all; wrong entries are among the problems. */
export const read = Effect.fn("CocoAnnotations.read")(function*(file: string) {
  const parsed = parse(yield* CocoFile.read(file))
  return Result.isSuccess(parsed) ? parsed.success : yield* CocoFile.invalid(file, parsed.failure)
})
