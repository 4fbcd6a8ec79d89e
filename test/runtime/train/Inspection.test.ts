import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import sharp from "sharp"
import * as Fence from "../../../runtime/train/Fence.ts"
import * as Inspection from "../../../runtime/train/Inspection.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { inspect, seenOf } from "./inspections.ts"

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
})
