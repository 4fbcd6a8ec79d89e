import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Window from "../../../runtime/fault/Window.ts"

const at = { tag: "NonFinite", step: 120, onset: 118, kept: [0, 60, 100, 105, 115], budget: 80 }

describe("A diagnosis's window", () => {
  it("begins at the newest state well before the onset, and goes past the failing step", () => {
    assert.deepStrictEqual(Window.of(at), { from: 105, until: 124 })
  })

  it("goes farther past a divergence, which is found late", () => {
    assert.deepStrictEqual(Window.of({ ...at, tag: "Diverged", onset: 72 }), { from: 60, until: 140 })
    assert.deepStrictEqual(Window.of({ ...at, tag: "Diverged", onset: 72, budget: 200 }), { from: 60, until: 141 })
  })

  it("begins at the oldest state that is near enough, where the onset is farther away than what is kept or allowed", () => {
    assert.deepStrictEqual(Window.of({ ...at, onset: 5, kept: [100, 115], budget: 80 }), { from: 100, until: 124 })
    assert.deepStrictEqual(Window.of({ ...at, onset: 5, budget: 30 }), { from: 100, until: 124 })
    assert.deepStrictEqual(Window.of({ ...at, budget: 7 }), { from: 115, until: 122 })
  })

  it("is none where no state is near enough", () => {
    assert.isNull(Window.of({ ...at, budget: 5 }))
    assert.isNull(Window.of({ ...at, kept: [] }))
    assert.isNull(Window.of({ ...at, kept: [130] }))
  })

  it("covers the failing step and keeps to the budget, whatever is kept", () => {
    const natural = fc.nat({ max: 500 })
    fc.assert(fc.property(fc.array(natural), natural, natural, fc.nat({ max: 300 }), fc.boolean(), (kept, step, back, budget, diverged) => {
      const tag = diverged ? "Diverged" : "NonFinite"
      const window = Window.of({ tag, step, onset: Math.max(0, step - back), kept, budget })
      if (window === null) return !kept.some((from) => from <= step && step + 1 - from <= budget)
      return kept.includes(window.from) && window.from <= step && window.until > step && window.until - window.from <= budget
    }))
  })
})
