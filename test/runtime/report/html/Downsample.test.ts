import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Downsample from "../../../../runtime/report/html/Downsample.ts"

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const curve = fc.array(value, { minLength: 1, maxLength: 400 }).map((y) => ({ x: y.map((_, index) => 2 * index), y }))

describe("Downsample", () => {
  it("keeps at most so many points, ascending, the first, the last, the lowest and the highest among them", () => {
    fc.assert(fc.property(curve, fc.integer({ min: 5, max: 100 }), (points, most) => {
      const chosen = Downsample.choose(points, most)
      assert.isAtMost(chosen.length, most)
      assert.isTrue(chosen.every((place, index) => index === 0 || place > (chosen[index - 1] ?? Infinity)))
      assert.strictEqual(chosen[0], 0)
      assert.strictEqual(chosen.at(-1), points.y.length - 1)
      const values = chosen.map((place) => points.y[place])
      assert.include(values, Math.min(...points.y))
      assert.include(values, Math.max(...points.y))
    }))
  })

  it("keeps all of a curve that is short enough", () => {
    fc.assert(fc.property(curve, (points) => {
      assert.deepStrictEqual(Downsample.choose(points, points.y.length), points.y.map((_, index) => index))
    }))
  })

  it("keeps every spike that stands out of what is around it", () => {
    const bucket = 50
    fc.assert(fc.property(
      fc.array(fc.record({ at: fc.integer({ min: 5, max: bucket - 5 }), up: fc.boolean() }), { minLength: 5, maxLength: 20 }),
      (spikes) => {
        const y = Array.from({ length: spikes.length * bucket + 2 }, (_, index) => Math.sin(index) / 10)
        const places = spikes.map(({ at, up }, index) => {
          const place = index * bucket + 1 + at
          y[place] = up ? 9 : -9
          return place
        })
        const chosen = Downsample.choose({ x: y.map((_, index) => index), y }, 3 * spikes.length + 2)
        assert.includeMembers([...chosen], places)
      }
    ))
  })

  it("chooses as the published algorithm does", () => {
    fc.assert(fc.property(fc.array(value, { minLength: 20, maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (y, buckets) => {
      const chosen = Downsample.choose({ x: y.map((_, index) => index), y }, 3 * buckets + 2)
      assert.includeMembers([...chosen], [...reference(y, buckets + 2)])
    }))
  })

  it("takes a million steps at once", () => {
    const count = 1_000_000
    const y = Float64Array.from({ length: count }, (_, index) => 10 / (1 + index / 1000) + Math.sin(index))
    y[777_777] = 1e4
    const chosen = Downsample.choose({ x: Float64Array.from(y, (_, index) => index), y }, 600)
    assert.isAtMost(chosen.length, 600)
    assert.isAbove(chosen.length, 300)
    assert.include([...chosen], 777_777)
  })
})

/** The algorithm as its author's JavaScript has it. */
function reference(y: ReadonlyArray<number>, threshold: number): ReadonlyArray<number> {
  const every = (y.length - 2) / (threshold - 2)
  const sampled = [0]
  let a = 0
  for (let i = 0; i < threshold - 2; i++) {
    let avgStart = Math.floor((i + 1) * every) + 1
    const avgEnd = Math.min(Math.floor((i + 2) * every) + 1, y.length)
    const length = avgEnd - avgStart
    let avgX = 0
    let avgY = 0
    for (; avgStart < avgEnd; avgStart++) {
      avgX += avgStart
      avgY += y[avgStart] ?? NaN
    }
    avgX /= length
    avgY /= length
    let max = -1
    let next = 0
    for (let offset = Math.floor(i * every) + 1; offset < Math.floor((i + 1) * every) + 1; offset++) {
      const area = Math.abs((a - avgX) * ((y[offset] ?? NaN) - (y[a] ?? NaN)) - (a - offset) * (avgY - (y[a] ?? NaN))) * 0.5
      if (area > max) {
        max = area
        next = offset
      }
    }
    sampled.push(next)
    a = next
  }
  return [...sampled, y.length - 1]
}
