import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as ShadowText from "../../../runtime/report/ShadowText.ts"
import * as Texts from "./texts.ts"

const text = (norms: ReadonlyArray<number>, columns = 80): string => Texts.plain(ShadowText.of(norms, columns))

describe("ShadowText", () => {
  it("has a row for each policy, and says which it cannot tell of", () => {
    const told = text(Array.from({ length: 100 }, (_, step) => step === 60 ? 40 : 1.5))
    assert.match(told, /^ {2}Clip\.off +0% +- +40\.00$/m)
    assert.match(told, /^ {2}Clip\.globalNorm\(1\) +100% +0\.6667 +1\.000$/m)
    assert.match(told, /^ {2}Clip\.globalNorm\(2\) +1% +0\.0500\d* +2\.000$/m)
    assert.match(told, /^ {2}Clip\.zscore\(\{ maxNorm: null \}\) +1% /m)
    assert.include(told.replaceAll(/\s+/g, " "), "what Clip.perLayer and Clip.adaptive do hangs on the norm of every tensor")
  })

  it("says nothing of few norms, or of none that are finite", () => {
    assert.strictEqual(text(Array.from({ length: 19 }, () => 1)), "")
    assert.strictEqual(text(Array.from({ length: 30 }, () => NaN)), "")
  })

  it("fits, whatever the norms", () => {
    FastCheck.assert(FastCheck.property(FastCheck.array(Texts.number, { maxLength: 60 }), Texts.columns, (norms, columns) => {
      Texts.assertFits(ShadowText.of(norms.map(Math.abs), columns), Math.max(columns, 48))
    }))
  })
})
