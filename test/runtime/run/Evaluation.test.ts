import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as path from "node:path"
import * as CocoAnnotations from "../../../runtime/data/CocoAnnotations.ts"
import * as CocoResults from "../../../runtime/data/CocoResults.ts"
import * as AveragePrecision from "../../../runtime/detect/AveragePrecision.ts"
import * as Evaluation from "../../../runtime/run/Evaluation.ts"
import * as Inspection from "../../../runtime/train/Inspection.ts"
import { Seen } from "../../../runtime/train/Seen.ts"
import { inFolder, write } from "../data/folder.ts"

type Bbox = ReadonlyArray<number>

interface Set {
  readonly images: ReadonlyArray<number>
  readonly categories: ReadonlyArray<number>
  readonly annotations: ReadonlyArray<
    readonly [id: number, image: number, category: number, bbox: Bbox, area: number | null, iscrowd: number]
  >
  readonly results: ReadonlyArray<readonly [image: number, category: number, bbox: Bbox, score: number]>
  readonly expected: Omit<AveragePrecision.Evaluation, "format" | "perClass"> & {
    readonly perClass: ReadonlyArray<{
      readonly map: number
      readonly map50: number
      readonly boxes: number
      readonly curve: ReadonlyArray<readonly [precision: number, recalls: number]> | null
    }>
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

  it("draws every class's precision by recall as pycocotools does, point by point", () => {
    const drawn = sets.map((set) => {
      const { annotations, results } = documentsOf(set)
      const truth = Result.getOrThrow(CocoAnnotations.parse(annotations))
      return AveragePrecision.survey(Result.getOrThrow(CocoResults.pair(results, truth)), truth.classes)
    })
    const wanted = sets.map(({ expected: { perClass } }) =>
      perClass.map(({ curve }) => curve?.flatMap(([precision, recalls]) => Array.from({ length: recalls }, () => precision)) ?? null)
    )
    drawn.forEach((surveyed, number) => {
      const { document: { curves } } = Inspection.of(1, new Seen(surveyed.curves.length), surveyed)
      wanted[number]?.forEach((points, at) => {
        const found = curves[at]?.precision ?? null
        assert.strictEqual(found?.length, points?.length, `set ${number}, class ${at}`)
        points?.forEach((precision, recall) =>
          assert.approximately(found?.[recall] ?? NaN, precision, 1e-12, `set ${number}, class ${at}, recall ${recall}`)
        )
      })
    })
    const all = wanted.flat()
    assert.isAbove(all.filter((points) => points === null).length, 10)
    assert.isAbove(all.filter((points) => new Set(points).size > 4).length, 10)
    assert.isTrue(all.every((points) => points === null || points.length === 101))
  })

  const sound = {
    annotations: {
      images: [{ id: 1 }, { id: 2 }],
      categories: [{ id: 5, name: "cat" }],
      annotations: [{ id: 1, image_id: 1, category_id: 5, bbox: [0, 0, 10, 10], area: 100, iscrowd: 0 }]
    },
    results: [{ image_id: 1, category_id: 5, bbox: [0, 0, 10, 10], score: 0.5 }]
  }

  const evaluate = (results: unknown, annotations: unknown) =>
    inFolder(Effect.fn(function*(folder) {
      write(folder, { "p.json": JSON.stringify(results), "a.json": JSON.stringify(annotations) })
      return yield* Evaluation.ofFiles({
        predictions: path.join(folder, "p.json"),
        annotations: path.join(folder, "a.json")
      })
    }))

  it.effect("refuses entries that are wrong, by file and path", () =>
    Effect.gen(function*() {
      const [truth = {}] = sound.annotations.annotations
      const [result = {}] = sound.results
      const truths = (...annotations: ReadonlyArray<unknown>) => ({ ...sound.annotations, annotations })
      const wrong: ReadonlyArray<readonly [results: unknown, annotations: unknown, file: string, message: string]> = [
        [{ annotations: [] }, sound.annotations, "p", "expected a list of { image_id, category_id, bbox, score }"],
        [[result, 3], sound.annotations, "p", "[1]: expected an object, got 3"],
        [[{ ...result, image_id: 3 }], sound.annotations, "p", "[0].image_id: the annotations know no image 3"],
        [[{ ...result, image_id: "1" }], sound.annotations, "p", "[0].image_id: the annotations know no image 1"],
        [[{ ...result, category_id: 0 }], sound.annotations, "p", "[0].category_id: the annotations know no category 0"],
        [[{ ...result, bbox: [1, 2, 3] }], sound.annotations, "p", "[0].bbox: expected x, y, width and height, got a list of 3"],
        [[{ ...result, bbox: [1, 2, -3, 4] }], sound.annotations, "p", "[0].bbox: the box is -3 wide and 4 high"],
        [[{ ...result, bbox: undefined }], sound.annotations, "p", "[0].bbox: is missing, expected a list of x, y"],
        [[{ ...result, score: "1" }], sound.annotations, "p", `[0].score: expected a finite number, got "1"`],
        [[{ ...result, score: null }], sound.annotations, "p", "[0].score: expected a finite number, got null"],
        [sound.results, [], "a", "expected an object with images, annotations and categories"],
        [sound.results, { ...sound.annotations, annotations: undefined }, "a", "annotations: is missing, expected a list"],
        [sound.results, truths({ ...truth, bbox: [0, 0, 1, "2"] }), "a", "annotations[0].bbox: expected x, y, width"],
        [sound.results, truths(truth, truth), "a", "annotations[1].id: 1 is the id of annotations[0], too"],
        [sound.results, truths({ ...truth, id: undefined }), "a", "annotations[0].id: is missing"],
        [sound.results, truths({ ...truth, image_id: 9 }), "a", "annotations[0].image_id: there is no image 9"],
        [sound.results, truths({ ...truth, category_id: 9 }), "a", "annotations[0].category_id: there is no category 9"],
        [sound.results, truths({ ...truth, area: -1 }), "a", "annotations[0].area: expected a number of at least 0, got -1"],
        [sound.results, truths({ ...truth, iscrowd: "no" }), "a", "annotations[0].iscrowd: expected 0 or 1"],
        [sound.results, { ...sound.annotations, categories: [{ id: 5 }, { id: 5 }] }, "a", "categories[1].id: 5 is the id"],
        [sound.results, { ...sound.annotations, images: [{ id: 1 }, { id: 1 }] }, "a", "images[1].id: 1 is the id of images[0]"]
      ]
      for (const [results, annotations, file, message] of wrong) {
        const failed = yield* Effect.flip(evaluate(results, annotations))
        assert.match(failed.file, new RegExp(`/${file}\\.json$`))
        assert.include(failed.message, `${failed.file} is wrong in 1 place\n  ${message}`)
        assert.strictEqual(failed.issues.length, 1)
      }
    }))

  it.effect("takes no detections, no images and nothing to find as they are", () =>
    Effect.gen(function*() {
      const figures = (results: unknown, annotations: unknown) =>
        Effect.map(evaluate(results, annotations), ({ evaluation: { ar100, map } }) => [map, ar100])
      assert.deepStrictEqual(yield* figures([], sound.annotations), [0, 0])
      assert.deepStrictEqual(yield* figures(sound.results, { ...sound.annotations, annotations: [] }), [-1, -1])
      assert.deepStrictEqual(yield* figures([], { images: [], categories: [], annotations: [] }), [-1, -1])
      const { doubts, evaluation } = yield* evaluate(sound.results, sound.annotations)
      assert.deepStrictEqual(doubts, [])
      assert.approximately(evaluation.map, 1, 1e-12)
    }))

  it.effect("knows images by text, too, and says what an id of 0 does", () =>
    Effect.gen(function*() {
      const named = {
        annotations: {
          ...sound.annotations,
          images: [{ id: "one" }],
          annotations: sound.annotations.annotations.map((truth) => ({ ...truth, id: 0, image_id: "one" }))
        },
        results: sound.results.map((result) => ({ ...result, image_id: "one" }))
      }
      const { doubts, evaluation } = yield* evaluate(named.results, named.annotations)
      assert.strictEqual(evaluation.map, 0)
      assert.match(doubts.join(), /annotations\[0\]\.id is 0: as in pycocotools/)
    }))
})
