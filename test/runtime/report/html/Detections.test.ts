import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Detections from "../../../../runtime/report/html/Detections.ts"
import type { Html } from "../../../../runtime/report/html/Html.ts"
import type * as Inspection from "../../../../runtime/train/Inspection.ts"
import { inspect } from "../../train/inspections.ts"
import { hostile } from "./pages.ts"

type Document = Inspection.Document

const leftOf = (classes: ReadonlyArray<string>, changes: (document: Document) => Document = (document) => document): Inspection.Left => {
  const { document } = inspect([2, 1], classes)
  return { document: changes(document), pictures: document.worst.map(() => Buffer.from("a picture")) }
}

const drawn = (left: Inspection.Left | null) =>
  Effect.map(Effect.promise(() => Detections.sections(left === null ? null : Detections.embedded(left))), (sections: ReadonlyArray<Html | null>) => sections.map(String).join(""))

/** Text alone, row by row. */
const rowsOf = (markup: string): ReadonlyArray<ReadonlyArray<string>> =>
  [...markup.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row = ""]) => [...row.matchAll(/<t[dh][^>]*>([^<]*)/g)].map(([, text = ""]) => text))

const wrong: Document["worst"][number] = {
  file: hostile,
  index: 3,
  width: 200,
  height: 100,
  mistakes: 3,
  truth: [
    { box: [0, 0, 20, 20], class: 0, as: 0 },
    { box: [50, 0, 20, 20], class: 0, as: 1 },
    { box: [100, 0, 20, 20], class: 1, as: null }
  ],
  detections: [
    { box: [0, 0, 20, 20], class: 0, score: 0.9, of: 0 },
    { box: [50, 0, 20, 20], class: 1, score: 0.8, of: 0 },
    { box: [150, 50, 20, 20], class: 1, score: 0.734, of: null }
  ],
  leftOut: 4
}

describe("Detections", () => {
  it.effect("says in words and by lines what was found, mistaken, missed and false", () =>
    Effect.gen(function*() {
      const page = yield* drawn(leftOf(["red", "white"], (document) => ({ ...document, worst: [{ ...wrong, file: "a.jpg" }] })))
      assert.include(page, "aria-label=\"a.jpg: 3 boxes, 1 found, 1 as another class, 1 missed, 1 false detection\"")
      assert.include(page, "4 more are not drawn")
      const labels = [...page.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text)
      for (const label of ["is red", "missed white", "red 0.90", "white 0.80", "false white 0.73"]) assert.include(labels, label)
      // Twice as large as the picture; two lines a box, dashed where it was predicted.
      assert.lengthOf([...page.matchAll(/<rect x="300" y="100" width="40" height="40"[^>]*stroke-dasharray/g)], 2)
      assert.lengthOf([...page.matchAll(/<rect x="200" y="0" width="40" height="40"(?![^>]*stroke-dasharray)/g)], 2)
      assert.deepStrictEqual(rowsOf(page).at(-1), ["predicted", "false white 0.73", "150 50 20 20"])
      assert.notMatch(page, /<th[^>]*><\/th>/)
    }), 30_000)

  it.effect("shows counts as a table whose heads name their row and column, darker for a larger share of the row", () =>
    Effect.gen(function*() {
      const counts = [[8, 1, 1], [0, 3, 0], [2, 0, 0]]
      const page = yield* drawn(leftOf(["red", "white"], (document) => ({ ...document, worst: [], confusion: { ...document.confusion, counts } })))
      assert.deepStrictEqual(rowsOf(page), [
        ["", "red", "white", "background"],
        ["red", "8", "1", "1"],
        ["white", "0", "3", "0"],
        ["background", "2", "0", "-"]
      ])
      const shades = [...page.matchAll(/class="number shade-(\d)"/g)].map(([, shade]) => Number(shade))
      assert.deepStrictEqual(shades, [4, 1, 1, 0, 5, 0, 5, 0])
      assert.lengthOf([...page.matchAll(/scope="row"/g)], 3)
      assert.notMatch(page, /tabindex="0"(?! role="group" aria-label="[^"]+")/)
    }), 30_000)

  it("draws a curve a class that has boxes, eight a chart, those with most boxes first", () => {
    const { document } = inspect([1])
    const curves = Array.from({ length: 30 }, (_, kind) => ({ class: `c${kind}`, boxes: kind, precision: kind === 0 ? null : [1, 0.5, 0] }))
    const charts = Detections.charts({ ...document, curves })
    assert.deepStrictEqual(charts.map(({ curves }) => curves.length), [8, 8, 8])
    assert.deepStrictEqual(Array.from(charts[0]?.curves[0]?.x ?? []), [0, 0.5, 1])
    assert.strictEqual(charts[0]?.curves[0]?.name, "c29, AP 0.500")
    assert.include(charts[2]?.note, "24 of 29")
  })

  it.effect("takes names for data, and leaves out what has no picture or no shape", () =>
    Effect.gen(function*() {
      const page = yield* drawn(leftOf([hostile, "white"], (document) => ({ ...document, worst: [wrong] })))
      assert.notMatch(page.replaceAll("&quot;", ""), /<img|<script/)
      const none = leftOf(["red", "white"])
      assert.notInclude(yield* drawn({ ...none, pictures: [null, null] }), "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\"")
      const flat = (document: Document): Document => ({ ...document, worst: document.worst.map((image) => ({ ...image, height: 0 })) })
      assert.notInclude(yield* drawn(leftOf(["red", "white"], flat)), "<image")
      assert.strictEqual(yield* drawn(null), "")
    }), 30_000)

  it.effect("stays below two mebibytes where there is most of everything", () =>
    Effect.gen(function*() {
      const classes = Array.from({ length: 80 }, (_, kind) => `class number ${kind}`)
      const curve = Array.from({ length: 101 }, (_, place) => 1 - place / 103)
      const most = (document: Document): Document => ({
        ...document,
        curves: classes.map((name, kind) => ({ class: name, boxes: 1000 + kind, precision: curve })),
        confusion: { ...document.confusion, counts: Array.from({ length: 81 }, () => Array.from({ length: 81 }, () => 12345)) },
        worst: Array.from({ length: 8 }, () => ({
          ...wrong,
          truth: Array.from({ length: 60 }, () => ({ box: [100.123, 50.456, 20.789, 20.123] as const, class: 1, as: null })),
          detections: Array.from({ length: 60 }, () => ({ box: [100.123, 50.456, 20.789, 20.123] as const, class: 1, score: 0.5, of: null }))
        }), 30_000)
      })
      const left = { ...leftOf(classes, most), pictures: Array.from({ length: 8 }, () => Buffer.alloc(96 * 1024)) }
      assert.isBelow((yield* drawn(left)).length, 2 * 1024 * 1024 - 400_000)
    }), 30_000)
})
