import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Issue from "../../dsl/Issue.ts"
import * as Text from "../../dsl/Text.ts"

type Schema = typeof Text.name

const accepts = (schema: Schema, text: unknown): boolean => Result.isSuccess(Issue.decode(schema, text))

describe("Text", () => {
  it("takes a name that can be part of a path and of a command line", () => {
    for (const name of ["a", "Cold-Start_2.b", "0", "blood-cells"]) assert.isTrue(accepts(Text.name, name), name)
    for (const name of ["", ".", "..", ".hidden", "-x", "a/b", "a\\b", "a b", "a\n", "é", "a=b", "a:b", 5, null]) {
      assert.isFalse(accepts(Text.name, name), String(name))
    }
  })

  it("takes text that says something, in whole characters", () => {
    for (const text of ["a", " a ", "two\nlines", "😀"]) assert.isTrue(accepts(Text.filled, text), text)
    for (const text of ["", " ", "\n\t", "\ud83d", "\ude00\ud83d", 5]) {
      assert.isFalse(accepts(Text.filled, text), String(text))
    }
    assert.isTrue(accepts(Text.whole, ""))
    assert.isFalse(accepts(Text.whole, "\ud83d"))
  })

  it("tells a line from what would break one", () => {
    for (const text of ["a", "clip + warmup", "größer 😀"]) assert.isTrue(Text.isLine(text), text)
    for (const text of ["", " ", "a\nb", "a\u001b[2J", "a\u0085b", "\ud83d"]) assert.isFalse(Text.isLine(text), text)
  })
})
