import { assert, describe, it } from "@effect/vitest"
import * as Balance from "../../../runtime/report/Balance.ts"
import { monitorEvent } from "./events.ts"

describe("Balance", () => {
  it("is found over the whole net and over a section, and not where the loss has one part alone", () => {
    const event = monitorEvent(0, 10, 4)
    assert.deepStrictEqual(Balance.of(event), { box: 10, class: 4 })
    assert.deepStrictEqual(Balance.of(event, "neck"), { box: 2, class: 0.4 })
    assert.deepStrictEqual(Balance.of(event, "head.box"), { box: 7, class: 0 })
    assert.deepStrictEqual(Balance.of(event, "tail"), { box: 0, class: 0 })
    assert.isNull(Balance.of({ parts: { class: { total: 1, sections: {} } } }))
  })

  it("is a ratio with its smaller side at 1", () => {
    const text = (box: number, classes: number): string => Balance.text({ box, class: classes })
    assert.strictEqual(text(24, 2), "12 : 1")
    assert.strictEqual(text(2, 24.5), "1 : 12.3")
    assert.strictEqual(text(3, 3), "1 : 1")
    assert.strictEqual(text(5e6, 1), "5e6 : 1")
    assert.strictEqual(text(1, 0), "box alone")
    assert.strictEqual(text(0, 1), "class alone")
    assert.strictEqual(text(0, 0), "-")
    assert.strictEqual(text(NaN, 1), "not finite")
    assert.strictEqual(text(1, Infinity), "not finite")
  })

  it("is lopsided beyond 10 to 1 either way, where both pull", () => {
    const lopsided = (box: number, classes: number): boolean => Balance.isLopsided({ box, class: classes })
    assert.isFalse(lopsided(10, 1))
    assert.isTrue(lopsided(10.1, 1))
    assert.isFalse(lopsided(1, 10))
    assert.isTrue(lopsided(1, 10.1))
    for (const [box, classes] of [[1, 0], [0, 1], [0, 0], [NaN, 1], [Infinity, 1]] as const) {
      assert.isFalse(lopsided(box, classes), `${box} : ${classes}`)
    }
  })

  it("is told in the tone that it deserves", () => {
    assert.strictEqual(Balance.span({ box: 1, class: 2 }).tone, "plain")
    assert.strictEqual(Balance.span({ box: 1, class: 20 }).tone, "doubtful")
    assert.strictEqual(Balance.span({ box: NaN, class: 20 }).tone, "bad")
  })
})
