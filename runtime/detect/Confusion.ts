/**
 * What detections are taken for what. They are matched as COCO does it (pycocotools' `COCOeval.evaluateImg`): best score
 * first, each takes the free box that it overlaps most, from IoU .5 on; but over all classes at once, so that a box that is
 * found as another class counts as that. What lies in a crowd counts neither for nor against.
 */
import type { Detection, Image, TruthBox } from "./AveragePrecision.ts"
import * as Matching from "./Matching.ts"

/** Detections below are not counted: they would be far more than the boxes. */
export const leastScore = 0.25

/** From this overlap on a detection takes a box. */
export const leastOverlap = 0.5

/** A box to be found, and whether it was. */
export interface JudgedBox extends Pick<TruthBox, "box" | "class"> {
  /** The class of the detection that takes it; null where none does. */
  readonly as: number | null
}

/** A detection that counts, and what it has found. */
export interface JudgedDetection extends Detection {
  /** The class of the box that it takes; null where it takes none. */
  readonly of: number | null
}

/** What became of an image's boxes and detections; the latter are those that count, best first. */
export interface Judged {
  readonly truth: ReadonlyArray<JudgedBox>
  readonly detections: ReadonlyArray<JudgedDetection>
}

/** Judges one image. */
export const judge = ({ detections, truth }: Image): Judged => {
  const counted = detections.filter(({ score }) => score >= leastScore).toSorted((a, b) => b.score - a.score)
  const taken = Matching.takenBy({
    truth: truth.map(({ box, crowd }) => ({ box, crowd: crowd === true, area: box[2] * box[3], uncredited: false })),
    detections: counted
  }, leastOverlap)
  const crowded = (column: number | undefined): boolean => truth[column ?? -1]?.crowd === true
  return {
    truth: truth.flatMap(({ box, class: kind }, column) =>
      crowded(column) ? [] : [{ box, class: kind, as: counted[taken.indexOf(column)]?.class ?? null }]
    ),
    detections: counted.flatMap((detection, row) =>
      crowded(taken[row]) ? [] : [{ ...detection, of: truth[taken[row] ?? -1]?.class ?? null }]
    )
  }
}

/** Counts how much of an image is wrong: boxes that are missed or found as another class, and detections of nothing. */
export const mistakes = ({ detections, truth }: Judged): number =>
  truth.filter((box) => box.as !== box.class).length + detections.filter(({ of }) => of === null).length

/** A square of counts: the row is what there is, the column what it was found as; the last of each is the background. */
export class Confusion {
  readonly #counts: ReadonlyArray<Array<number>>

  constructor(classes: number) {
    this.#counts = Array.from({ length: classes + 1 }, () => Array.from({ length: classes + 1 }, () => 0))
  }

  get counts(): ReadonlyArray<ReadonlyArray<number>> {
    return this.#counts
  }

  #count(is: number | null, as: number | null): void {
    const background = this.#counts.length - 1
    const row = this.#counts[is ?? background]
    if (row !== undefined) row[as ?? background] = (row[as ?? background] ?? 0) + 1
  }

  add({ detections, truth }: Judged): void {
    for (const box of truth) this.#count(box.class, box.as)
    for (const detection of detections) if (detection.of === null) this.#count(null, detection.class)
  }
}
