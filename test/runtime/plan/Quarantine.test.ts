import { assert, describe, it } from "@effect/vitest"
import * as Quarantine from "../../../runtime/plan/Quarantine.ts"

const generated = { images: { train: 12, val: 4 }, trainFiles: null }
const photographs = { images: { train: 3, val: 1 }, trainFiles: ["a.jpg", "#1", "c/d.png"] }

describe("Quarantine", () => {
  it("finds generated images by their number and photographs by their file, each once", () => {
    const found = (...of: Parameters<typeof Quarantine.indicesOf>) => [...Quarantine.indicesOf(...of)]
    assert.deepStrictEqual(found(["#11", "#0", "#11", "#12", "11", "#011"], generated), [["#0", 0], ["#11", 11]])
    assert.deepStrictEqual(found(["c/d.png", "#0", "#1", "d.png"], photographs), [["#1", 1], ["c/d.png", 2]])
    assert.deepStrictEqual(found([], photographs), [])
  })

  it("finds an image by the name that it is given", () => {
    for (const images of [generated, photographs]) {
      for (let index = 0; index < images.images.train; index++) {
        const name = Quarantine.nameOf(images.trainFiles?.[index] ?? null, index)
        assert.deepStrictEqual([...Quarantine.indicesOf([name], images)], [[name, index]])
      }
    }
  })
})
