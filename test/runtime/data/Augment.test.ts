import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Recipe from "../../../dsl/Augment.ts"
import * as Augment from "../../../runtime/data/Augment.ts"
import type { Picture } from "../../../runtime/data/Picture.ts"
import * as Random from "../../../runtime/data/Random.ts"
import * as Sheet from "../../../runtime/data/Sheet.ts"

const side = 96

interface Rectangle {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A white rectangle on black, labelled by its edges. */
const picture = (width: number, height: number, { bottom, left, right, top }: Rectangle): Picture => {
  const pixels = new Uint8Array(width * height * 3)
  for (let row = top; row < bottom; row++) pixels.fill(255, (row * width + left) * 3, (row * width + right) * 3)
  return {
    width,
    height,
    pixels,
    boxes: Float64Array.of(left, top, right, bottom),
    classes: Int32Array.of(1),
    original: { width, height },
    scale: 1
  }
}

/** The edges of what is more than half white; edges lie where the brightness crosses the half, between pixels. */
const seen = (image: Float32Array): Rectangle | null => {
  const white = (column: number, row: number): boolean => (image[(row * side + column) * 3] ?? 0) > 0.5
  const all = Array.from({ length: side }, (_, at) => at)
  const columns = all.filter((column) => all.some((row) => white(column, row)))
  const rows = all.filter((row) => all.some((column) => white(column, row)))
  const [left, top] = [columns[0], rows[0]]
  if (left === undefined || top === undefined) return null
  return { left, top, right: (columns.at(-1) ?? 0) + 1, bottom: (rows.at(-1) ?? 0) + 1 }
}

const apply = (augment: Recipe.Augment, source: Picture, seed: number) => {
  const image = new Float32Array(side * side * 3)
  const { placements: [placement], ...placed } = augment._tag === "Off"
    ? Augment.letterbox(source, side, image, 0)
    : Augment.apply(augment, Sheet.of(source), side, Random.stream(seed), image, 0)
  assert.isDefined(placement)
  return { image, placement, ...placed }
}

const scene = fc.record({
  height: fc.integer({ min: 40, max: side }),
  left: fc.integer({ min: 0, max: 60 }),
  top: fc.integer({ min: 0, max: 20 }),
  width: fc.integer({ min: 8, max: 36 }),
  tall: fc.integer({ min: 8, max: 20 })
}).map(({ height, left, tall, top, width }) =>
  picture(side, height, { left, top, right: left + width, bottom: top + tall })
)

const still = { hue: 0, saturation: 0, value: 0 }

describe("Augment", () => {
  it("keeps boxes tight around what they show, however it is moved, scaled and flipped", () => {
    let kept = 0
    fc.assert(fc.property(scene, fc.nat(), (source, seed) => {
      const { boxes, image, placement } = apply(Recipe.standard(still), source, seed)
      const edges = seen(image)
      if (boxes.length === 0 || edges === null) return
      kept++
      const [left = NaN, top = NaN, right = NaN, bottom = NaN] = boxes
      assert.closeTo(left, edges.left, 0.75, "left")
      assert.closeTo(top, edges.top, 0.75, "top")
      assert.closeTo(right, edges.right, 0.75, "right")
      assert.closeTo(bottom, edges.bottom, 0.75, "bottom")
      // The placement maps a point of the picture to where it is seen.
      const x = (source.boxes[0] ?? 0) * placement.gain + placement.left
      if (x > 0 && !placement.flip) assert.closeTo(left, x, 1e-9)
      if (x > 0 && placement.flip) assert.closeTo(right, side - x, 1e-9)
    }), { numRuns: 300 })
    assert.isAbove(kept, 200)
  })

  it("drops a box of which the border leaves a tenth, two pixels or a splinter", () => {
    fc.assert(fc.property(scene, fc.nat(), (source, seed) => {
      const { boxes, placement } = apply(Recipe.standard({ translate: 1, scale: 0.9 }), source, seed)
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = source.boxes
      const cut = (position: number) => Math.min(side, Math.max(0, position))
      const { gain, left, top } = placement
      const width = cut(x2 * gain + left) - cut(x1 * gain + left)
      const height = cut(y2 * gain + top) - cut(y1 * gain + top)
      const share = (width * height) / ((x2 - x1) * (y2 - y1) * gain * gain)
      const stays = width > 2 && height > 2 && share > 0.1 && width / height < 100 && height / width < 100
      assert.strictEqual(boxes.length, stays ? 4 : 0)
    }), { numRuns: 300 })
  })

  it("leaves a picture as it is where nothing changes, in the middle of grey", () => {
    const source = picture(side, 48, { left: 10, top: 5, right: 40, bottom: 30 })
    const none = apply(Recipe.standard({ ...still, flip: 0, translate: 0, scale: 0 }), source, 0)
    const off = apply(Recipe.off, source, 0)
    assert.deepStrictEqual(off.boxes, [10, 29, 40, 54])
    assert.deepStrictEqual(none.boxes, off.boxes)
    assert.deepStrictEqual(off.image.subarray(0, 3), Float32Array.of(114, 114, 114).map((byte) => byte / 255))
    off.image.forEach((value, at) => assert.closeTo(none.image[at] ?? NaN, value, 1e-6))
  })

  it("draws sizes, shifts and flips as often as they are asked for", () => {
    const source = picture(side, 48, { left: 10, top: 5, right: 40, bottom: 30 })
    const drawn = Array.from({ length: 4000 }, (_, index) =>
      Augment.draw(Recipe.standard() as Recipe.Standard, source, side, Random.stream("draw", index))
    )
    const spread = (values: ReadonlyArray<number>) => [Math.min(...values), Math.max(...values)]
    const near = (values: ReadonlyArray<number>, low: number, high: number) => {
      const [least = NaN, most = NaN] = spread(values)
      const slack = (high - low) / 100
      assert.isTrue(least >= low && least < low + slack && most <= high && most > high - slack, `${least} to ${most}`)
    }
    near(drawn.map(({ placement }) => placement.gain), 0.5, 1.5)
    near(drawn.map(({ placement: { gain, left } }) => left + (gain * side) / 2), 0.4 * side, 0.6 * side)
    near(drawn.map(({ placement: { gain, top } }) => top + (gain * 48) / 2), 0.4 * side, 0.6 * side)
    near(drawn.map(({ colour }) => colour.hue), -0.015, 0.015)
    near(drawn.map(({ colour }) => colour.saturation), 0.3, 1.7)
    near(drawn.map(({ colour }) => colour.value), 0.6, 1.4)
    assert.closeTo(drawn.filter(({ placement }) => placement.flip).length / drawn.length, 0.5, 0.04)
  })

  it("keeps every value in 0..1", () => {
    fc.assert(fc.property(scene, fc.nat(), (source, seed) => {
      const noisy = { ...source, pixels: source.pixels.map((_, at) => (at * 7919 + seed) % 256) }
      const { image } = apply(Recipe.standard({ hue: 1, saturation: 1, value: 1 }), noisy, seed)
      assert.isTrue(image.every((value) => value >= 0 && value <= 1))
    }), { numRuns: 40 })
  })
})
