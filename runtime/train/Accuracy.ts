/**
 * How often a classifier is right about which classes an image shows.
 */
import * as Effect from "effect/Effect"
import type { Loader, LoaderFault } from "../data/Loader.ts"
import type { Step } from "../step/Step.ts"

/** The document of `ballast eval --json` for a classifier: shares of images and, as a whole, of image and class pairs. */
export interface Accuracy {
  readonly format: "ballast.eval/1"
  readonly accuracy: number
  readonly images: number
  /** `images` counts those that show the class, `accuracy` all of which it is said rightly whether they do. */
  readonly perClass: ReadonlyArray<{ readonly class: string; readonly accuracy: number; readonly images: number }>
}

/** A class is said to be shown from this score on. */
const threshold = 0.5

/** Predicts every validation image and compares what it is said to show with what it does. */
export const evaluate: (
  step: Step,
  loader: Loader,
  classes: ReadonlyArray<string>
) => Effect.Effect<Accuracy, LoaderFault> = Effect.fn("Accuracy.evaluate")(function*(step, loader, classes) {
  const counts = classes.map(() => ({ right: 0, shown: 0 }))
  let images = 0
  for (let index = 0; index < loader.validationBatches; index++) {
    const batch = yield* loader.validation(index)
    const { scores } = step.predict(batch.images)
    const columns = batch.present.length / step.batch
    for (let image = 0; image < batch.samples.length; image++) {
      const rows = Array.from({ length: columns }, (_, column) => image * columns + column)
      const shown = new Set(rows.filter((row) => batch.present[row] === 1).map((row) => batch.classes[row]))
      images += 1
      for (const [kind, count] of counts.entries()) {
        if ((scores[image * classes.length + kind] ?? NaN) >= threshold === shown.has(kind)) count.right += 1
        if (shown.has(kind)) count.shown += 1
      }
    }
  }
  const right = counts.reduce((sum, count) => sum + count.right, 0)
  return {
    format: "ballast.eval/1",
    accuracy: right / (images * classes.length),
    images,
    perClass: classes.map((name, kind) => ({
      class: name,
      accuracy: (counts[kind]?.right ?? NaN) / images,
      images: counts[kind]?.shown ?? 0
    }))
  }
})
