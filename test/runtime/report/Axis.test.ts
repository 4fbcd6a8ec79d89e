import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Axis from "../../../runtime/report/Axis.ts"

const tick = (step: number, ...texts: ReadonlyArray<string>): Axis.Tick => ({ step, texts, marked: true })

describe("Axis", () => {
  it("marks steps, and writes the longest text that has room, the first ones first", () => {
    assert.deepStrictEqual(Axis.of([tick(0, "0"), tick(10, "10, attempt 2", "10"), tick(25, "25, attempt 3", "25"), tick(26, "26")], 40, 40), [
      `${"─".repeat(10)}┬${"─".repeat(14)}┬┬${"─".repeat(13)}`,
      "0   10, attempt 2  25, attempt 3"
    ])
  })

  it("is as wide as it is asked for, and writes no text over another", () => {
    const ticks = FastCheck.array(FastCheck.record({
      step: FastCheck.nat(100),
      texts: FastCheck.array(FastCheck.constantFrom("1", "22", "333", "four four"), { maxLength: 3 }),
      marked: FastCheck.boolean()
    }))
    FastCheck.assert(FastCheck.property(ticks, FastCheck.integer({ min: 1, max: 100 }), (ticks, wide) => {
      const [line, labels] = Axis.of(ticks, 100, wide)
      assert.lengthOf(line, wide)
      assert.isAtMost(labels.length, wide)
      for (const label of labels.split(/ {2,}/)) assert.include(["", "1", "22", "333", "four four"], label.trim())
    }))
  })
})
