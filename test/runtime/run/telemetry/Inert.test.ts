import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { inert } from "../../../../runtime/run/telemetry/Inert.ts"
import * as hostile from "./hostile.ts"

/** Where Unicode, Python and JavaScript break lines, what a terminal obeys, and what turns text around. */
const active = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

describe("Inert", () => {
  it("leaves nothing that breaks a line or steers a terminal", () => {
    fc.assert(fc.property(hostile.text, (text) => {
      assert.notMatch(inert(text), active)
      assert.isTrue(inert(text).isWellFormed())
    }))
  })

  it("changes nothing of a JSON text's meaning", () => {
    fc.assert(fc.property(hostile.text, (text) => {
      assert.strictEqual(JSON.parse(inert(JSON.stringify(text))), text)
    }))
  })

  it("leaves what people write as it is", () => {
    for (const text of ["clip + warmup", "Größe 3 µm", "赤血球", "👩‍🔬 cells", "a\\b"]) {
      assert.strictEqual(inert(text), text)
    }
  })
})
