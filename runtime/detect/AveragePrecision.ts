/**
 * Average precision and recall by COCO's definitions: IoU .50:.05:.95, precision interpolated at 101 recalls, areas
 * small, medium and large, at most 1, 10 or 100 detections of a class and image. Figures agree with pycocotools'.
 */
import type { Detection } from "./Nms.ts"
import { area, intersection } from "./Overlap.ts"

export interface TruthBox {
  /** x1 y1 x2 y2 in pixels. */
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number]
  readonly class: number
  /** A region of many objects: it is not looked for, and whatever lies in it counts neither for nor against. */
  readonly crowd?: boolean
  /** Decides small, medium or large; the box's own area where it is not given. */
  readonly area?: number
}

export interface Image {
  readonly truth: ReadonlyArray<TruthBox>
  readonly detections: ReadonlyArray<Detection>
}

/** The evaluation as documents hold it. A figure is -1 where nothing was there to be found. */
export interface Evaluation {
  readonly format: "ballast.eval/1"
  readonly map: number
  readonly map50: number
  readonly map75: number
  readonly mapSmall: number
  readonly mapMedium: number
  readonly mapLarge: number
  readonly ar1: number
  readonly ar10: number
  readonly ar100: number
  readonly arSmall: number
  readonly arMedium: number
  readonly arLarge: number
  readonly perClass: ReadonlyArray<{
    readonly class: string
    readonly map: number
    readonly map50: number
    /** Boxes to be found: crowds are not counted. */
    readonly boxes: number
  }>
}

/** numpy's linspace, to the last bit. */
const spaced = (first: number, last: number, count: number): ReadonlyArray<number> => {
  const step = (last - first) / (count - 1)
  return Array.from({ length: count }, (_, index) => index === count - 1 ? last : first + index * step)
}

const thresholds = spaced(0.5, 0.95, 10)
const recalls = spaced(0, 1, 101)
const ranges = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10]
} as const
type Range = readonly [low: number, high: number]
const most = 100

/** Boxes and detections of one class on one image; detections best first. */
interface Cell {
  readonly truth: ReadonlyArray<TruthBox & { readonly pixels: number }>
  readonly detections: ReadonlyArray<Detection & { readonly pixels: number }>
  /** IoU of every detection (rows) with every box; with a crowd, the share of the detection that lies inside. */
  readonly overlaps: ReadonlyArray<ReadonlyArray<number>>
}

interface Matched {
  readonly score: number
  /** By threshold. A detection that is neither matched nor ignored is a false positive. */
  readonly matched: ReadonlyArray<boolean>
  readonly ignored: ReadonlyArray<boolean>
}

const cellOf = (image: Image, kind: number): Cell => {
  const truth = image.truth
    .filter((box) => box.class === kind)
    .map((box) => ({ ...box, pixels: box.area ?? area(box.box, 0) }))
  const detections = image.detections
    .filter((detection) => detection.class === kind)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most)
    .map((detection) => ({ ...detection, pixels: area(detection.box, 0) }))
  const overlaps = detections.map(({ box, pixels }) =>
    truth.map((other) => {
      const shared = intersection(box, 0, other.box, 0)
      const whole = other.crowd === true ? pixels : pixels + area(other.box, 0) - shared
      return shared === 0 ? 0 : shared / whole
    })
  )
  return { truth, detections, overlaps }
}

const outside = (pixels: number, [low, high]: Range): boolean => pixels < low || pixels > high

/** Gives each detection, best first, the free box that it overlaps most; a box that counts goes before an ignored one. */
const matchAt = (cell: Cell, order: ReadonlyArray<number>, ignored: ReadonlyArray<boolean>, threshold: number) => {
  const taken = new Set<number>()
  return cell.detections.map((_, row): number | null => {
    let best = Math.min(threshold, 1 - 1e-10)
    let match: number | null = null
    for (const column of order) {
      if (taken.has(column) && cell.truth[column]?.crowd !== true) continue
      if (match !== null && ignored[match] === false && ignored[column] === true) break
      const overlap = cell.overlaps[row]?.[column] ?? 0
      if (overlap < best) continue
      best = overlap
      match = column
    }
    if (match !== null) taken.add(match)
    return match
  })
}

interface MatchedCell {
  readonly matches: ReadonlyArray<Matched>
  /** How many boxes count. */
  readonly boxes: number
}

const matchCell = (cell: Cell, range: Range): MatchedCell => {
  const ignored = cell.truth.map((box) => box.crowd === true || outside(box.pixels, range))
  const order = cell.truth
    .map((_, column) => column)
    .toSorted((a, b) => Number(ignored[a]) - Number(ignored[b]))
  const matches = thresholds.map((threshold) => matchAt(cell, order, ignored, threshold))
  return {
    boxes: ignored.filter((skip) => !skip).length,
    matches: cell.detections.map(({ pixels, score }, row) => {
      const columns = matches.map((found) => found[row] ?? null)
      return {
        score,
        matched: columns.map((column) => column !== null),
        ignored: columns.map((column) => column === null ? outside(pixels, range) : ignored[column] === true)
      }
    })
  }
}

interface Curve {
  readonly recall: number
  readonly precisions: ReadonlyArray<number>
}

/** Follows precision and recall down the ranking, at one threshold. */
const curveAt = (ranked: ReadonlyArray<Matched>, boxes: number, threshold: number): Curve => {
  const recall: Array<number> = []
  const precision: Array<number> = []
  let right = 0
  let wrong = 0
  for (const { ignored, matched } of ranked) {
    if (ignored[threshold] !== true) {
      if (matched[threshold] === true) right++
      else wrong++
    }
    recall.push(right / boxes)
    precision.push(right / (right + wrong + Number.EPSILON))
  }
  for (let index = precision.length - 1; index > 0; index--) {
    precision[index - 1] = Math.max(precision[index - 1] ?? 0, precision[index] ?? 0)
  }
  let at = 0
  const precisions = recalls.map((wanted) => {
    while (at < recall.length && (recall[at] ?? 0) < wanted) at++
    return precision[at] ?? 0
  })
  return { recall: recall.at(-1) ?? 0, precisions }
}

/** Curves of one class by threshold, or null where the class has no box that counts. */
const curves = (cells: ReadonlyArray<MatchedCell>, limit: number): ReadonlyArray<Curve> | null => {
  const boxes = cells.reduce((sum, cell) => sum + cell.boxes, 0)
  if (boxes === 0) return null
  const ranked = cells.flatMap(({ matches }) => matches.slice(0, limit)).toSorted((a, b) => b.score - a.score)
  return thresholds.map((_, threshold) => curveAt(ranked, boxes, threshold))
}

const mean = (values: ReadonlyArray<number>): number =>
  values.length === 0 ? -1 : values.reduce((sum, value) => sum + value, 0) / values.length

type Curves = ReadonlyArray<ReadonlyArray<Curve> | null>

const precisionOf = (classes: Curves, threshold?: number): number =>
  mean(classes.flatMap((found) =>
    found === null
      ? []
      : found.flatMap((curve, index) => threshold === undefined || index === threshold ? curve.precisions : [])
  ))

const recallOf = (classes: Curves): number =>
  mean(classes.flatMap((found) => found === null ? [] : found.map(({ recall }) => recall)))

/**
 * Evaluates detections against the truth, image by image; `classes` names the classes by index. Detections need not be
 * sorted; of equal scores the earlier one, and the earlier image's, counts as the better.
 */
export const evaluate = (images: ReadonlyArray<Image>, classes: ReadonlyArray<string>): Evaluation => {
  const cells = classes.map((_, kind) => images.map((image) => cellOf(image, kind)))
  const matched = (range: Range): ReadonlyArray<ReadonlyArray<MatchedCell>> =>
    cells.map((images) => images.map((cell) => matchCell(cell, range)))
  const limited = (matches: ReadonlyArray<ReadonlyArray<MatchedCell>>, limit: number): Curves =>
    matches.map((images) => curves(images, limit))
  const everything = matched(ranges.all)
  const all = limited(everything, most)
  const small = limited(matched(ranges.small), most)
  const medium = limited(matched(ranges.medium), most)
  const large = limited(matched(ranges.large), most)
  return {
    format: "ballast.eval/1",
    map: precisionOf(all),
    map50: precisionOf(all, 0),
    map75: precisionOf(all, 5),
    mapSmall: precisionOf(small),
    mapMedium: precisionOf(medium),
    mapLarge: precisionOf(large),
    ar1: recallOf(limited(everything, 1)),
    ar10: recallOf(limited(everything, 10)),
    ar100: recallOf(all),
    arSmall: recallOf(small),
    arMedium: recallOf(medium),
    arLarge: recallOf(large),
    perClass: classes.map((name, kind) => {
      const own = [all[kind] ?? null]
      const boxes = (everything[kind] ?? []).reduce((sum, cell) => sum + cell.boxes, 0)
      return { class: name, map: precisionOf(own), map50: precisionOf(own, 0), boxes }
    })
  }
}
