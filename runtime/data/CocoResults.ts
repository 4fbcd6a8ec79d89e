/**
 * Files of results in COCO's format: a list of detections, each with an image, a category, a box and a score.
 */
import * as Result from "effect/Result"
import type * as Issue from "../../dsl/Issue.ts"
import type { Detection, Image } from "../detect/AveragePrecision.ts"
import * as CocoAnnotations from "./CocoAnnotations.ts"
import * as CocoFields from "./CocoFields.ts"

type Known = Pick<CocoAnnotations.Annotations, "classOf"> & { readonly images: ReadonlyMap<CocoFields.Id, Array<Detection>> }

const detectionOf = (entry: unknown, path: string, { classOf, images }: Known): Issue.Issue | null => {
  if (!CocoFields.isFields(entry)) return { path, message: CocoFields.unexpected("an object", entry) }
  const { category_id: category, image_id: image } = entry
  if (!CocoFields.isId(image)) {
    return { path: `${path}.image_id`, message: CocoFields.unexpected("an image's id", image) }
  }
  const detections = images.get(image)
  if (detections === undefined) return { path: `${path}.image_id`, message: `the annotations know no image ${image}` }
  if (!CocoFields.isId(category)) {
    return { path: `${path}.category_id`, message: CocoFields.unexpected("a category's id", category) }
  }
  const number = classOf.get(category)
  if (number === undefined) {
    return { path: `${path}.category_id`, message: `the annotations know no category ${category}` }
  }
  const box = CocoFields.boxOf(entry["bbox"])
  if (typeof box === "string") return { path: `${path}.bbox`, message: box }
  const score = CocoFields.numberOf(entry["score"])
  if (typeof score === "string") return { path: `${path}.score`, message: score }
  detections.push({ box, class: number, score })
  return null
}

/** Pairs a parsed list of results with the truth, image by image in the order of the images' ids. */
export const pair = (
  document: unknown,
  { annotations, classOf, images }: CocoAnnotations.Annotations
): Result.Result<ReadonlyArray<Image>, ReadonlyArray<Issue.Issue>> => {
  if (!Array.isArray(document)) {
    return Result.fail([{ path: "", message: "expected a list of { image_id, category_id, bbox, score }" }])
  }
  const results: ReadonlyArray<unknown> = document
  const detections = new Map(images.map(({ id }): readonly [CocoFields.Id, Array<Detection>] => [id, []]))
  const issues: Array<Issue.Issue> = []
  for (const [index, entry] of results.entries()) {
    const issue = detectionOf(entry, `[${index}]`, { classOf, images: detections })
    if (issue !== null) issues.push(issue)
  }
  if (issues.length > 0) return Result.fail(issues)
  const truth = Map.groupBy(annotations, ({ image }) => image)
  return Result.succeed(CocoAnnotations.inOrder(images).map(({ id }) => ({
    detections: detections.get(id) ?? [],
    truth: (truth.get(id) ?? []).map(({ area, box, class: number, crowd, id }) => ({
      box,
      class: number,
      crowd,
      // pycocotools keeps a match as the annotation's id, and takes 0 for none.
      uncredited: id === 0,
      ...(area === null ? {} : { area })
    }))
  })))
}
