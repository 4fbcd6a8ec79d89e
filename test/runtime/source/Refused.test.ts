import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Refused from "../../../runtime/source/Refused.ts"

describe("of", () => {
  it("says anything in one line that moves nothing", () => {
    const text = fc.string({ unit: "binary", maxLength: 1000 })
    fc.assert(fc.property(text, text, (file, said) => {
      const { message } = Refused.of(file, "import", said)
      assert.notMatch(message, /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
      assert.isAtMost([...message].length, 400)
    }))
  })

  it("keeps the words, and joins lines", () => {
    assert.strictEqual(Refused.of("a.ts", "evaluation", "one\n  two\r\nthree\n").message, "a.ts: one two three")
    assert.strictEqual(Refused.of("a.ts", "evaluation", "x".repeat(500)).message.length, 400)
    assert.isTrue(Refused.of("a.ts", "evaluation", "x".repeat(500)).message.endsWith("…"))
  })

  it("cleans what it lists, too", () => {
    const { issues } = Refused.of("a.ts", "definition", "x", [{ path: "arms.a\nb", message: "\u001b[2J" }])
    assert.deepStrictEqual(issues, [{ path: "arms.a b", message: "\ufffd[2J" }])
  })
})
