import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Evaluation as Figures } from "../../../runtime/detect/AveragePrecision.ts"
import * as Evaluation from "../../../runtime/run/Evaluation.ts"
import { inFolder, write } from "../data/folder.ts"

type Bbox = ReadonlyArray<number>

interface Set {
  readonly images: ReadonlyArray<number>
  readonly categories: ReadonlyArray<number>
  readonly annotations: ReadonlyArray<
    readonly [id: number, image: number, category: number, bbox: Bbox, area: number | null, iscrowd: number]
  >
  readonly results: ReadonlyArray<readonly [image: number, category: number, bbox: Bbox, score: number]>
  readonly expected: Omit<Figures, "format" | "perClass"> & {
    readonly perClass: ReadonlyArray<{ readonly map: number; readonly map50: number; readonly boxes: number }>
  }
}

const sets = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "../../fixtures/detect/cocoEval.json"), "utf8")
) as ReadonlyArray<Set>

const documentsOf = ({ annotations, categories, images, results }: Set) => ({
  annotations: {
    images: images.map((id) => ({ id, file_name: `${id}.jpg` })),
    categories: categories.map((id) => ({ id, name: `category ${id}` })),
    annotations: annotations.map(([id, image_id, category_id, bbox, area, iscrowd]) => ({
      id,
      image_id,
      category_id,
      bbox,
      ...(area === null ? {} : { area }),
      iscrowd,
      ignore: id % 2
    }))
  },
  results: results.map(([image_id, category_id, bbox, score]) => ({ image_id, category_id, bbox, score }))
})

describe("Evaluation of files", () => {
  it("agrees with pycocotools on 50 sets", () => {
    assert.strictEqual(sets.length, 50)
    sets.forEach((set, number) => {
      const { annotations, results } = documentsOf(set)
      const { evaluation } = Result.getOrThrow(Evaluation.ofDocuments(results, annotations))
      const { perClass, ...figures } = set.expected
      for (const [field, value] of Object.entries(figures)) {
        assert.approximately(evaluation[field as keyof typeof figures], value, 1e-6, `set ${number}: ${field}`)
      }
      const kinds = set.categories.toSorted((a, b) => a - b)
      assert.deepStrictEqual(
        evaluation.perClass.map(({ boxes, class: name }) => [name, boxes]),
        perClass.map(({ boxes }, at) => [`category ${kinds[at]}`, boxes])
      )
      perClass.forEach(({ map, map50 }, at) => {
        assert.approximately(evaluation.perClass[at]?.map ?? NaN, map, 1e-6, `set ${number}: map of class ${at}`)
        assert.approximately(evaluation.perClass[at]?.map50 ?? NaN, map50, 1e-6, `set ${number}: map50 of class ${at}`)
      })
    })
  })
})
