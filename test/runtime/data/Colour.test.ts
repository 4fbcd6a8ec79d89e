import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Colour from "../../../runtime/data/Colour.ts"

const change = (rgb: ReadonlyArray<number>, by: Colour.Change): ReadonlyArray<number> => {
  const pixels = Float32Array.from([9, ...rgb, 9])
  Colour.change(pixels, 1, 4, by)
  assert.strictEqual(pixels[0], 9)
  assert.strictEqual(pixels[4], 9)
  return Array.from(pixels.subarray(1, 4), (value) => value * 255)
}

const close = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>, tolerance = 0.01): void =>
  actual.forEach((value, at) => assert.closeTo(value, expected[at] ?? NaN, tolerance, `${actual} and ${expected}`))

const rgb = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 3 })
const none: Colour.Change = { hue: 0, saturation: 1, value: 1 }

describe("Colour", () => {
  it("changes nothing where nothing is asked", () => {
    fc.assert(fc.property(rgb, (colour) => close(change(colour, none), colour)))
  })

  it("turns hues: a third of the circle makes red green, green blue and blue red", () => {
    fc.assert(fc.property(rgb, ([red = 0, green = 0, blue = 0]) => {
      close(change([red, green, blue], { ...none, hue: 1 / 3 }), [blue, red, green])
      close(change([red, green, blue], { ...none, hue: -1 / 3 }), [green, blue, red])
      close(change([red, green, blue], { ...none, hue: 1 }), [red, green, blue])
    }))
    close(change([200, 0, 0], { ...none, hue: 1 / 6 }), [200, 200, 0])
    close(change([200, 0, 0], { ...none, hue: 1 / 12 }), [200, 100, 0])
  })

  it("multiplies saturation and value, to their largest and no further", () => {
    close(change([200, 100, 50], { ...none, saturation: 0 }), [200, 200, 200])
    close(change([200, 100, 100], { ...none, saturation: 1.5 }), [200, 50, 50])
    close(change([200, 100, 50], { ...none, saturation: 9 }), [200, 200 * (1 / 3), 0])
    close(change([200, 100, 50], { ...none, value: 0.5 }), [100, 50, 25])
    close(change([200, 100, 50], { ...none, value: 2 }), [255, 127.5, 63.75])
    close(change([114, 114, 114], { hue: 0.1, saturation: 1.7, value: 1.4 }), [159.6, 159.6, 159.6])
    close(change([0, 0, 0], { hue: 0.1, saturation: 1.7, value: 1.4 }), [0, 0, 0])
  })
})
