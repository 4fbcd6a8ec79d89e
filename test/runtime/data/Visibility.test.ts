import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Figures from "../../../runtime/data/Figures.ts"
import * as Visibility from "../../../runtime/data/Visibility.ts"

const place = fc.nat(Figures.side - 1)
const direction = fc.nat(63)
const colour: Figures.Colour = [0, 0, 0]

const shape: fc.Arbitrary<Figures.Shape> = fc.record({
  kind: fc.constantFrom("circle", "square", "triangle"),
  radius: fc.integer({ min: 7864, max: 17_694 }),
  x: place,
  y: place,
  direction,
  thickness: fc.constantFrom(0, 0.18, 0.22, 0.28)
}).map(({ radius, thickness, ...fields }) =>
  ({ ...fields, radius, outline: Math.floor(radius * thickness), colour, labelled: true })
)

/** Near enough to hide some of a shape, and larger than bars are drawn, so that both answers come. */
const bar = fc.record({
  x: place,
  y: place,
  direction,
  halfLength: fc.integer({ min: 9830, max: 29_491 }),
  halfWidth: fc.integer({ min: 1310, max: 12_000 })
}).map((fields): Figures.Bar => ({ ...fields, colour }))

/** Asks every point of the grid by itself. */
const seenByPoints = (
  shape: Figures.Shape,
  shapes: ReadonlyArray<Figures.Shape>,
  bars: ReadonlyArray<Figures.Bar>
): boolean => {
  const covers = Figures.coverOf(shape)
  const over = [...shapes.map(Figures.coverOf), ...bars.map(Figures.coverOfBar)]
  let all = 0
  let seen = 0
  for (let y = 512; y < Figures.side; y += 1024) {
    for (let x = 512; x < Figures.side; x += 1024) {
      if (!covers(x, y)) continue
      all++
      if (!over.some((hides) => hides(x, y))) seen++
    }
  }
  return 4 * seen >= all
}

const near = (at: Figures.Shape) => <A extends { readonly x: number; readonly y: number }>(other: A): A => ({
  ...other,
  x: Math.floor(at.x + (other.x - Figures.side / 2) / 4),
  y: Math.floor(at.y + (other.y - Figures.side / 2) / 4)
})

describe("Visibility", () => {
  it("answers as every point by itself would, whatever lies over a shape", () => {
    const answers = { true: 0, false: 0 }
    const shapes = fc.array(shape, { maxLength: 2 })
    const bars = fc.array(bar, { maxLength: 2 })
    fc.assert(fc.property(shape, shapes, bars, (shape, others, lying) => {
      const over = others.map(near(shape))
      const bars = lying.map(near(shape))
      const seen = seenByPoints(shape, over, bars)
      assert.strictEqual(Visibility.isSeen([shape, ...over], 0, bars), seen)
      answers[`${seen}`]++
    }), { numRuns: 1000 })
    assert.isAbove(answers.true, 100)
    assert.isAbove(answers.false, 50)
  })

  it("says of a shape that nothing lies over that it is seen", () => {
    fc.assert(fc.property(shape, (shape) => assert.isTrue(Visibility.isSeen([shape], 0, []))))
  })
})
