/**
 * Average precision and recall by COCO's definitions: IoU .50:.05:.95, precision interpolated at 101 recalls, areas
 * small, medium and large, at most 1, 10 or 100 detections of a class and image. Figures agree with pycocotools'.
 */
import * as Matching from "./Matching.ts"
import * as Ranking from "./Ranking.ts"

export type Box = Matching.Box

export interface TruthBox {
  readonly box: Box
  readonly class: number
  /** A region of many objects: it is not looked for, and whatever lies in it counts neither for nor against. */
  readonly crowd?: boolean
  /** Decides small, medium or large; the box's own area where it is not given. */
  readonly area?: number
  /** A detection that takes the box counts as false all the same: pycocotools treats annotations with the id 0 so. */
  readonly uncredited?: boolean
}

export interface Detection {
  readonly box: Box
  readonly class: number
  readonly score: number
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
type RangeName = keyof typeof ranges
const rangeNames = ["all", "small", "medium", "large"] as const
const most = 100

type Kept = Matching.Cell["detections"]

/** The best detections of a class on an image, best first; equal scores keep their order. */
const best = (detections: ReadonlyArray<Detection>): Kept => detections.toSorted((a, b) => b.score - a.score).slice(0, most)

/** Sorts what is on the images by class; images on which a class neither is nor is detected give no cell. */
const cellsOf = (images: ReadonlyArray<Image>, classes: number): ReadonlyArray<ReadonlyArray<Matching.Cell>> => {
  const cells = Array.from({ length: classes }, (): Array<Matching.Cell> => [])
  for (const image of images) {
    const truth = Map.groupBy(image.truth, (box) => box.class)
    const detections = Map.groupBy(image.detections, (detection) => detection.class)
    for (const kind of new Set([...truth.keys(), ...detections.keys()])) {
      cells[kind]?.push({
        truth: (truth.get(kind) ?? []).map(({ area, box, crowd, uncredited }) => ({
          box,
          crowd: crowd === true,
          area: area ?? box[2] * box[3],
          uncredited: uncredited === true
        })),
        detections: best(detections.get(kind) ?? [])
      })
    }
  }
  return cells
}

/** A class's curves by threshold; null where it has no box that counts. */
type Curves = ReadonlyArray<Ranking.Curve> | null

interface Measured {
  readonly boxes: number
  readonly byRange: Readonly<Record<RangeName, Curves>>
  readonly first: Curves
  readonly firstTen: Curves
}

const measure = (cells: ReadonlyArray<Matching.Cell>): Measured => {
  const ranking = Ranking.of(cells.map(({ detections }) => detections.map(({ score }) => score)))
  const matches = Matching.match(cells, thresholds, rangeNames.map((name) => ranges[name]))
  const curves = (range: RangeName, limit: number): Curves => {
    const found = matches[rangeNames.indexOf(range)]
    return found === undefined || found.boxes === 0
      ? null
      : thresholds.map((_, bit) => Ranking.follow(ranking, found, { bit, limit, recalls }))
  }
  return {
    boxes: matches[0]?.boxes ?? 0,
    byRange: {
      all: curves("all", most),
      small: curves("small", most),
      medium: curves("medium", most),
      large: curves("large", most)
    },
    first: curves("all", 1),
    firstTen: curves("all", 10)
  }
}

const mean = (values: ReadonlyArray<number>): number =>
  values.length === 0 ? -1 : values.reduce((sum, value) => sum + value, 0) / values.length

const precisionOf = (classes: ReadonlyArray<Curves>, threshold?: number): number =>
  mean(classes.flatMap((curves) =>
    (curves ?? [])
      .filter((_, index) => threshold === undefined || index === threshold)
      .map(({ precision }) => precision)
  ))

const recallOf = (classes: ReadonlyArray<Curves>): number =>
  mean(classes.flatMap((curves) => (curves ?? []).map(({ recall }) => recall)))

/** What an evaluation comes to, and the curves behind it. */
export interface Surveyed {
  readonly evaluation: Evaluation
  /** Each class's precision at IoU .50 by recall 0, .01 … 1, the best that any higher recall has; null where it has no box. */
  readonly curves: ReadonlyArray<ReadonlyArray<number> | null>
}

/** Evaluates as `evaluate` does, and keeps the curves. */
export const survey = (images: ReadonlyArray<Image>, classes: ReadonlyArray<string>): Surveyed => {
  const measured = cellsOf(images, classes.length).map(measure)
  const of = (range: RangeName): ReadonlyArray<Curves> => measured.map(({ byRange }) => byRange[range])
  const evaluation: Evaluation = {
    format: "ballast.eval/1",
    map: precisionOf(of("all")),
    map50: precisionOf(of("all"), 0),
    map75: precisionOf(of("all"), 5),
    mapSmall: precisionOf(of("small")),
    mapMedium: precisionOf(of("medium")),
    mapLarge: precisionOf(of("large")),
    ar1: recallOf(measured.map(({ first }) => first)),
    ar10: recallOf(measured.map(({ firstTen }) => firstTen)),
    ar100: recallOf(of("all")),
    arSmall: recallOf(of("small")),
    arMedium: recallOf(of("medium")),
    arLarge: recallOf(of("large")),
    perClass: measured.map(({ boxes, byRange: { all } }, kind) => ({
      class: classes[kind] ?? "",
      map: precisionOf([all]),
      map50: precisionOf([all], 0),
      boxes
    }))
  }
  return { evaluation, curves: measured.map(({ byRange }) => byRange.all?.[0]?.precisions ?? null) }
}

/**
 * Evaluates detections against the truth, image by image; `classes` names the classes by index. Detections need not be
 * sorted; of equal scores the earlier one, and the earlier image's, counts as the better.
 */
export const evaluate = (images: ReadonlyArray<Image>, classes: ReadonlyArray<string>): Evaluation =>
  survey(images, classes).evaluation
