import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Letterbox from "../../../runtime/data/Letterbox.ts"
import type { Picture } from "../../../runtime/data/Picture.ts"
import * as Sheet from "../../../runtime/data/Sheet.ts"

const side = 400

const holding = (...box: ReadonlyArray<number>): Picture => ({
  width: side,
  height: side,
  pixels: new Uint8Array(side * side * 3),
  boxes: Float64Array.from(box),
  classes: Int32Array.of(0),
  original: { width: side, height: side },
  scale: 1
})

const moved = (left: number, gain = 1): Letterbox.Placement => ({ gain, left, top: 0, flip: false })

const survives = (picture: Picture, placement: Letterbox.Placement): boolean =>
  Letterbox.placeBoxes({ picture, window: Sheet.everything }, placement, side, true).classes.length === 1

describe("Letterbox", () => {
  it("keeps a box of which more than a tenth is left", () => {
    fc.assert(fc.property(fc.double({ min: 0.05, max: 0.15, noNaN: true }), (share) => {
      fc.pre(Math.abs(share - 0.1) > 1e-9)
      assert.strictEqual(survives(holding(0, 100, 100, 200), moved(100 * share - 100)), share > 0.1)
    }))
  })

  it("keeps a box that is more than 2 px wide and high", () => {
    const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(fc.property(between(1.5, 2.5), between(0.9, 1.1), (size, gain) => {
      fc.pre(Math.abs(size * gain - 2) > 1e-9)
      assert.strictEqual(survives(holding(10, 10, 10 + size, 60), moved(0, gain)), size * gain > 2)
      assert.strictEqual(survives(holding(10, 10, 60, 10 + size), moved(0, gain)), size * gain > 2)
    }))
  })

  it("keeps a box whose sides' ratio is below 100", () => {
    assert.isTrue(survives(holding(0, 10, 302, 13.1), moved(0)))
    assert.isFalse(survives(holding(0, 10, 302, 13), moved(0)))
    assert.isFalse(survives(holding(10, 0, 13, 302), moved(0)))
  })

  it("keeps every box where it is not selective, cut off at the border", () => {
    const whole = { picture: holding(0, 0, 100, 1), window: Sheet.everything }
    assert.deepStrictEqual(Letterbox.placeBoxes(whole, moved(-99), side, false).boxes, [0, 0, 1, 1])
  })

  it("shows and keeps of a picture what its window lets through", () => {
    const picture = { ...holding(100, 100, 200, 200), pixels: new Uint8Array(side * side * 3).fill(255) }
    const window = { left: 120, top: 0, right: 150.5, bottom: 300 }
    const out = new Float32Array(side * side * 3)
    Letterbox.draw({ picture, window }, moved(0), side, out, 0)
    const seen = Array.from({ length: side }, (_, at) => at).filter((column) => out[(40 * side + column) * 3] === 255)
    assert.deepStrictEqual([seen[0], seen.at(-1), seen.length], [120, 149, 30])
    assert.isTrue(out.subarray(300 * side * 3).every((value) => value === 0))
    assert.deepStrictEqual(
      Letterbox.placeBoxes({ picture, window }, moved(0), side, true).boxes,
      [120, 100, 150.5, 200]
    )
    assert.deepStrictEqual(
      Letterbox.placeBoxes({ picture, window: { ...window, right: 129 } }, moved(0), side, true).boxes,
      []
    )
  })

  it("covers all that is drawn of a picture, wherever it lies, and nothing else", () => {
    const small = 24
    const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    const windows = fc.record({ left: between(-5, 9), top: between(-5, 9), right: between(10, 30), bottom: between(10, 30) })
    const placements = fc.record({
      gain: between(0.3, 2),
      left: between(-40, 40),
      top: between(-40, 40),
      flip: fc.boolean()
    })
    fc.assert(fc.property(windows, placements, (window, placement) => {
      const picture = { ...holding(), width: 20, height: 16, pixels: new Uint8Array(20 * 16 * 3).fill(255) }
      const [drawn, covered] = [new Float32Array(2 * small * small * 3), new Float32Array(2 * small * small * 3)]
      Letterbox.draw({ picture, window }, placement, small, drawn, small * small * 3)
      Letterbox.cover({ picture, window }, placement, small, 3e38, covered, small * small * 3)
      assert.deepStrictEqual(Array.from(covered, (value) => value > 0), Array.from(drawn, (value) => value > 0))
      assert.isTrue(covered.every((value) => value === 0 || value === Math.fround(3e38)))
    }))
  })

  it("lies on whole pixels in the middle", () => {
    const picture = { ...holding(), width: 400, height: 77 }
    assert.deepStrictEqual(Letterbox.centred(picture, side), { gain: 1, left: 0, top: 161, flip: false })
  })
})
