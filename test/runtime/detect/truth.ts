import * as tf from "@tensorflow/tfjs-core"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Assigner from "../../../runtime/detect/Assigner.ts"

/** Made by test/reference/loss.py. */
export interface Case {
  readonly name: string
  readonly input: number
  readonly strides: ReadonlyArray<number>
  readonly batch: number
  readonly anchors: number
  readonly gains: { readonly box: number; readonly class: number; readonly dfl: number }
  readonly boxes: ReadonlyArray<ReadonlyArray<readonly [number, number, number, number]>>
  readonly classes: ReadonlyArray<ReadonlyArray<number>>
  readonly present: ReadonlyArray<ReadonlyArray<number>>
  readonly distances: ReadonlyArray<number>
  readonly logits: ReadonlyArray<number>
  readonly expected: {
    readonly total: number
    readonly box: number
    readonly class: number
    readonly dfl: number
    readonly owner: ReadonlyArray<ReadonlyArray<number>>
    readonly score: ReadonlyArray<number>
    readonly distances: ReadonlyArray<number>
    readonly logits: ReadonlyArray<number>
  }
}

export const cases = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "../../fixtures/detect/loss.json"), "utf8")
) as ReadonlyArray<Case>

/** Lays boxes out in columns, as many as the fullest image needs; null leaves a column empty. */
export const truthOf = (
  images: ReadonlyArray<ReadonlyArray<readonly [box: ReadonlyArray<number>, kind: number] | null>>
): Assigner.Truth => {
  const columns = Math.max(...images.map((image) => image.length))
  const cells = images.flatMap((image) => Array.from({ length: columns }, (_, column) => image[column] ?? null))
  const shape = [images.length, columns] as [number, number]
  return {
    boxes: tf.tensor3d(cells.flatMap((cell) => [...(cell?.[0] ?? [0, 0, 0, 0])]), [...shape, 4]),
    classes: tf.tensor2d(cells.map((cell) => cell?.[1] ?? 0), shape, "int32"),
    present: tf.tensor2d(cells.map((cell) => cell === null ? 0 : 1), shape)
  }
}

/** The ground truth of a stored case. */
export const truthOfCase = ({ boxes, classes, present }: Case): Assigner.Truth =>
  truthOf(boxes.map((image, i) => image.map((box, j) => present[i]?.[j] === 1 ? [box, classes[i]?.[j] ?? 0] as const : null)))
