import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Recipe from "../../../dsl/Augment.ts"
import * as Augment from "../../../runtime/data/Augment.ts"
import * as Mosaic from "../../../runtime/data/Mosaic.ts"
import type { Picture } from "../../../runtime/data/Picture.ts"
import * as Random from "../../../runtime/data/Random.ts"

const side = 96

type Box = readonly [left: number, top: number, right: number, bottom: number]

/** A block on black, labelled by its edges: red, green, blue and red again. */
const picture = (width: number, height: number, number: number, [left, top, right, bottom]: Box): Picture => {
  const pixels = new Uint8Array(width * height * 3)
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) pixels[(row * width + column) * 3 + (number % 3)] = 255
  }
  return {
    width,
    height,
    pixels,
    boxes: Float64Array.of(left, top, right, bottom),
    classes: Int32Array.of(number),
    original: { width, height },
    scale: 1
  }
}

interface Block {
  readonly left: number
  readonly top: number
  readonly width: number
}

const block: fc.Arbitrary<Block> = fc.record({
  left: fc.nat(10),
  top: fc.nat(20),
  width: fc.integer({ min: 6, max: 40 })
})
const four = fc.tuple(block, block, block, block)
const shorter = fc.integer({ min: 50, max: side })

/** Pictures of a block each, by turns wide and high: the longer side is the input's. */
const picturesOf = (blocks: ReadonlyArray<Block>, shorter: number): ReadonlyArray<Picture> =>
  blocks.map(({ left, top, width }, number) => {
    const [across, down] = number % 2 === 0 ? [side, shorter] : [shorter, side]
    return picture(across, down, number, [left, top, left + width, top + 14])
  })

const drawn = (seed: number): Mosaic.Drawn => {
  const mosaic = Mosaic.draw(1, 10, side, Random.stream(seed, "mosaic"))
  assert.isNotNull(mosaic)
  return mosaic
}

const still = { hue: 0, saturation: 0, value: 0 }

const apply = (changes: Parameters<typeof Recipe.standard>[0], pictures: ReadonlyArray<Picture>, seed: number) => {
  const image = new Float32Array(side * side * 3)
  const augment = Recipe.standard({ ...still, ...changes }) as Recipe.Standard
  const sheet = Mosaic.lay(pictures, drawn(seed), side)
  return { image, sheet, ...Augment.apply(augment, sheet, side, Random.stream(seed), image, 0) }
}

describe("Mosaic", () => {
  it("is drawn as often as it is asked for, around a point of the middle half", () => {
    const all = Array.from({ length: 4000 }, (_, index) => Mosaic.draw(0.3, 5, side, Random.stream("m", index)))
    const mosaics = all.filter((mosaic) => mosaic !== null)
    assert.closeTo(mosaics.length / all.length, 0.3, 0.04)
    for (const axis of ["x", "y"] as const) {
      const places = mosaics.map((mosaic) => mosaic[axis])
      assert.closeTo(Math.min(...places), side / 2, 1)
      assert.closeTo(Math.max(...places), 1.5 * side, 1)
    }
    for (const at of [0, 1, 2] as const) {
      assert.strictEqual(new Set(mosaics.map(({ others }) => others[at])).size, 5)
    }
    const never = Array.from({ length: 100 }, (_, index) => Mosaic.draw(0, 5, side, Random.stream(index)))
    assert.isTrue(never.every((mosaic) => mosaic === null))
  })

  it("lays the pictures' inner corners at the point, and cuts off what lies beyond the mosaic", () => {
    fc.assert(fc.property(four, shorter, fc.nat(), (blocks, shorter, seed) => {
      const pictures = picturesOf(blocks, shorter)
      const { x, y } = drawn(seed)
      const { height, parts, width } = Mosaic.lay(pictures, drawn(seed), side)
      assert.deepStrictEqual([width, height], [2 * side, 2 * side])
      parts.forEach(({ left, picture, top, window }, at) => {
        assert.closeTo(at % 2 === 0 ? left + picture.width : left, x, 1e-9)
        assert.closeTo(at < 2 ? top + picture.height : top, y, 1e-9)
        assert.deepStrictEqual([left + window.left, top + window.top], [0, 0])
        assert.closeTo(left + window.right, width, 1e-9)
        assert.closeTo(top + window.bottom, height, 1e-9)
      })
    }))
  })

  it("keeps every box within a pixel of what it shows, however the mosaic is moved, scaled and flipped", () => {
    let kept = 0
    fc.assert(fc.property(four, shorter, fc.nat(), (blocks, shorter, seed) => {
      const pictures = picturesOf(blocks, shorter)
      const { boxes, classes, image } = apply({}, pictures, seed)
      assert.isTrue(boxes.every((edge) => edge >= 0 && edge <= side))
      classes.forEach((number, at) => {
        // Red is seen in two pictures.
        if (number === 0 || number === 3) return
        const columns: Array<number> = []
        const rows: Array<number> = []
        for (let place = 0; place < side * side; place++) {
          if ((image[place * 3 + number] ?? 0) <= 0.5 || (image[place * 3] ?? 0) >= 0.1) continue
          columns.push(place % side)
          rows.push(Math.floor(place / side))
        }
        const [left = NaN, top = NaN, right = NaN, bottom = NaN] = boxes.slice(4 * at, 4 * at + 4)
        assert.closeTo(left, Math.min(...columns), 0.75, "left")
        assert.closeTo(top, Math.min(...rows), 0.75, "top")
        assert.closeTo(right, Math.max(...columns) + 1, 0.75, "right")
        assert.closeTo(bottom, Math.max(...rows) + 1, 0.75, "bottom")
        kept++
      })
    }), { numRuns: 200 })
    assert.isAbove(kept, 40)
  })

  it("shows at every point the one picture that lies there, or grey", () => {
    fc.assert(fc.property(four, shorter, fc.nat(), (blocks, shorter, seed) => {
      const pictures = picturesOf(blocks, shorter)
      const full = pictures.map((source, at) => ({ ...source, pixels: source.pixels.map(() => 40 * (at + 1)) }))
      const { image, placements, sheet } = apply({ flip: 0 }, full, seed)
      let wrong = 0
      for (let place = 0; place < side * side; place++) {
        const column = (place % side) + 0.5
        const row = Math.floor(place / side) + 0.5
        const seen = full.findIndex(({ height, width }, at) => {
          const { gain, left, top } = placements[at] ?? { gain: NaN, left: NaN, top: NaN }
          const [x, y] = [(column - left) / gain, (row - top) / gain]
          const part = sheet.parts[at]?.window ?? { left: NaN, top: NaN, right: NaN, bottom: NaN }
          return x >= 0 && y >= 0 && x < width && y < height
            && x >= part.left && y >= part.top && x < part.right && y < part.bottom
        })
        const wanted = (seen < 0 ? 114 : 40 * (seen + 1)) / 255
        if (Math.abs((image[place * 3] ?? NaN) - wanted) > 1e-6) wrong++
      }
      assert.strictEqual(wrong, 0)
    }), { numRuns: 20 })
  })

  it("drops a box of which the seams and borders leave a tenth, two pixels or a splinter", () => {
    let dropped = 0
    fc.assert(fc.property(four, shorter, fc.nat(), (blocks, shorter, seed) => {
      const pictures = picturesOf(blocks, shorter)
      const { classes, placements, sheet } = apply({ scale: 0.9, translate: 0.5 }, pictures, seed)
      const wanted = pictures.flatMap(({ boxes }, number) => {
        const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = boxes
        const { gain, left, top } = placements[number] ?? { gain: NaN, left: NaN, top: NaN }
        const { left: across = NaN, top: down = NaN } = sheet.parts[number] ?? {}
        const cut = (position: number, offset: number, start: number) =>
          Math.min(side, Math.max(0, Math.min(2 * side - offset, Math.max(-offset, position)) * gain + start))
        const width = cut(x2, across, left) - cut(x1, across, left)
        const height = cut(y2, down, top) - cut(y1, down, top)
        const share = (width * height) / ((x2 - x1) * (y2 - y1) * gain * gain)
        const stays = width > 2 && height > 2 && share > 0.1 && width / height < 100 && height / width < 100
        if (!stays) dropped++
        return stays ? [number] : []
      })
      assert.deepStrictEqual(classes, wanted)
    }), { numRuns: 300 })
    assert.isAbove(dropped, 100)
  })
})
