import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Check from "../../../../runtime/run/doctor/Check.ts"
import * as Texts from "../../report/texts.ts"

describe("Check", () => {
  it("keeps what was found and its remedy on one line each", () => {
    assert.strictEqual(Check.line("it is broken:\n  the first\n\n  the second\n"), "it is broken:; the first; the second")
    FastCheck.assert(FastCheck.property(Texts.text, Texts.text, (found, remedy) => {
      for (const diagnosis of [Check.warning("a", found, remedy), Check.failed("a", found, remedy)]) {
        assert.notMatch(diagnosis.found + diagnosis.remedy, /\n/)
      }
      assert.isNull(Check.ok("a", found).remedy)
    }))
  })
})
