import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import sharp from "sharp"
import * as Fence from "../../../runtime/train/Fence.ts"
import * as Inspection from "../../../runtime/train/Inspection.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { inspect, leave, seenOf } from "./inspections.ts"

describe("Seen", () => {
  it("keeps the images with most mistakes, of equal ones the first", () => {
    const { seen } = seenOf([0, 2, 1, 5, 2, 0, 1, 1, 1, 1, 3, 1])
    assert.deepStrictEqual(seen.worst.map(({ mistakes, sample }) => [sample.index, mistakes]), [
      [3, 5], [10, 3], [1, 2], [4, 2], [2, 1], [6, 1], [7, 1], [8, 1]
    ])
    assert.strictEqual(seen.images, 12)
    assert.deepStrictEqual(seen.confusion, [[0, 0, 18], [0, 0, 0], [0, 0, 0]])
  })

  it("cuts off what surrounds a picture", () => {
    const [first] = seenOf([0, 0, 1]).seen.worst
    assert.deepStrictEqual([first?.picture.width, first?.picture.height], [16, 8])
    assert.deepStrictEqual([...new Set(first?.picture.pixels)], [0, 20])
  })
})

describe("Inspection", () => {
  it.effect("is read as it was kept, with its pictures", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const kept = inspect([1, 0, 2])
        Fence.raise(folder, "t")
        assert.isNull(yield* Inspection.keep({ directory: folder, token: "t" }, kept))
        const left = Inspection.read(folder)
        assert.deepStrictEqual(left?.document, kept.document)
        assert.deepStrictEqual(left?.document.worst.map(({ file, index, mistakes }) => [file, index, mistakes]), [
          ["images/2.jpg", 2, 2],
          ["images/0.jpg", 0, 1],
          ["images/1.jpg", 1, 0]
        ])
        const { format, height, width } = yield* Effect.promise(() => sharp(left?.pictures[0] ?? undefined).metadata())
        assert.deepStrictEqual([format, width, height], ["jpeg", 16, 8])
        assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), ["evaluation", "token"])
      })
    ))

  it.effect("lists no more boxes than can be looked at, and says how many there are besides", () =>
    Effect.sync(() => {
      const [image] = inspect([130]).document.worst
      assert.deepStrictEqual([image?.truth.length, image?.leftOut, image?.mistakes], [60, 70, 130])
    }))

  it.effect("is not kept where another process has taken over, and leaves nothing then", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        Fence.raise(folder, "other")
        const why = yield* Inspection.keep({ directory: folder, token: "t" }, inspect([1]))
        assert.strictEqual(why, "what the evaluation saw is not kept: another process has taken over this attempt")
        assert.deepStrictEqual(fs.readdirSync(folder), ["token"])
        assert.isNull(Inspection.read(folder))
      })
    ))

  it.effect("fails no training where it cannot be written", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const file = path.join(folder, "file")
        fs.writeFileSync(file, "")
        const why = yield* Inspection.keep({ directory: file, token: "t" }, inspect([1]))
        assert.match(why ?? "", /^what the evaluation saw is not kept: ENOTDIR/)
      })
    ))

  it.effect("is nothing where its document is not what an evaluation leaves", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        yield* Inspection.keep({ directory: folder, token: "t" }, inspect([1]))
        const file = path.join(folder, "evaluation", "evaluation.json")
        const text = fs.readFileSync(file, "utf8")
        const read = (changed: string): Inspection.Left | null => {
          fs.writeFileSync(file, changed)
          return Inspection.read(folder)
        }
        assert.isNotNull(read(text))
        for (const changed of [text.slice(0, -9), text.replace("\"step\":30", "\"step\":\"<b>\""), text.replace("evaluation/1", "evaluation/2")]) {
          assert.isNull(read(changed))
        }
        fs.writeFileSync(file, text)
        fs.writeFileSync(path.join(folder, "evaluation", "1.jpg"), Buffer.alloc(1 << 20))
        assert.deepStrictEqual(Inspection.read(folder)?.pictures, [null])
      })
    ))

  it.effect("is bounded, whoever wrote it: names, boxes, and the sides that a picture says it has", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        yield* leave(folder, [1])
        const file = path.join(folder, "evaluation", "evaluation.json")
        const document = JSON.parse(fs.readFileSync(file, "utf8")) as Inspection.Document
        const [image = assert.fail()] = document.worst
        const long = "x".repeat(100_000)
        const many = { ...image, file: long, truth: Array.from({ length: 500 }, () => image.truth[0]), detections: Array.from({ length: 500 }, () => ({ box: [0, 0, 1, 1], class: 0, score: 1, of: null })) }
        const curves = document.curves.map((curve) => ({ ...curve, class: long }))
        fs.writeFileSync(file, JSON.stringify({ ...document, classes: [long, long], curves, worst: Array.from({ length: 50 }, () => many) }))
        const left = Inspection.read(folder) ?? assert.fail()
        assert.deepStrictEqual(left.document.worst.map(({ detections, file, truth }) => [file?.length, truth.length, detections.length]), Array.from({ length: 8 }, () => [200, 60, 60]))
        assert.deepStrictEqual([...left.document.classes, ...left.document.curves.map((curve) => curve.class)].map(({ length }) => length), [200, 200, 200, 200])

        const jpeg = path.join(folder, "evaluation", "1.jpg")
        const bytes = fs.readFileSync(jpeg)
        assert.isNotNull(Inspection.picture(folder, 0))
        fs.writeFileSync(jpeg, bytes.subarray(1))
        assert.isNull(Inspection.picture(folder, 0))
        const head = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xc0)
        assert.isAbove(head, 0)
        for (const at of [5, 7]) {
          const vast = Buffer.from(bytes)
          vast.writeUInt16BE(65_500, head + at)
          fs.writeFileSync(jpeg, vast)
          assert.isNull(Inspection.picture(folder, 0))
        }
      })
    ))
})
