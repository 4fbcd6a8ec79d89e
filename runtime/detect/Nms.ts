/**
 * Non-maximum suppression of one image's predictions.
 */
import { iou, type Numbers } from "./Overlap.ts"

export interface Detection {
  /** x1 y1 x2 y2 in the unit of the boxes given. */
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number]
  readonly class: number
  readonly score: number
}

export interface Options {
  /** Scores at or below are left out. */
  readonly confidence: number
  /** A box that overlaps a better one of its class by more is left out. */
  readonly iou: number
  /** The most detections of an image. */
  readonly most: number
}

/** The values that validation uses. */
export const validation: Options = { confidence: 0.001, iou: 0.7, most: 300 }

const infinityBits = 0x7f800000
const indexRange = 2 ** 22

/**
 * Orders positions by descending score, equal scores by position. A positive float's bits order as the float does, so
 * that one sort of plain numbers, bits and position packed together, serves for both.
 */
const byScore = (scores: Float32Array): Array<number> => {
  if (scores.length > indexRange) throw new RangeError(`${scores.length} candidates are more than ${indexRange}`)
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length)
  const keys = Float64Array.from(bits, (value, index) => (infinityBits - value) * indexRange + index).toSorted()
  return Array.from(keys, (key) => key % indexRange)
}

/**
 * Selects detections from boxes `[anchors, 4]` and scores `[anchors, classes]`, best first. An anchor may be detected
 * as several classes; boxes of different classes do not suppress each other. Scores that are NaN are left out.
 */
export const select = (
  boxes: Numbers,
  scores: Numbers,
  classes: number,
  options: Options = validation
): ReadonlyArray<Detection> => {
  const positions: Array<number> = []
  const values: Array<number> = []
  for (let position = 0; position < scores.length; position++) {
    const score = scores[position] ?? NaN
    if (score > options.confidence) {
      positions.push(position)
      values.push(score)
    }
  }
  const kept = Array.from({ length: classes }, (): Array<number> => [])
  const detections: Array<Detection> = []
  for (const candidate of byScore(Float32Array.from(values))) {
    if (detections.length >= options.most) break
    const position = positions[candidate] ?? 0
    const anchor = Math.floor(position / classes)
    const mine = kept[position % classes]
    if (mine === undefined || mine.some((better) => iou(boxes, better, boxes, anchor) > options.iou)) continue
    mine.push(anchor)
    const at = (side: number): number => boxes[anchor * 4 + side] ?? NaN
    detections.push({ box: [at(0), at(1), at(2), at(3)], class: position % classes, score: values[candidate] ?? NaN })
  }
  return detections
}
