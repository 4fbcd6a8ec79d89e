import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as Words from "../../dsl/Words.ts"

describe("Words.show", () => {
  it("shows plain values as they are written", () => {
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      ["a \"b\"", `"a \\"b\\""`],
      [1.5, "1.5"],
      [NaN, "NaN"],
      [2n, "2n"],
      [true, "true"],
      [undefined, "undefined"],
      [null, "null"],
      [Symbol("x"), "Symbol(x)"],
      [() => 1, "a function"],
      [[], "an empty list"],
      [[1], "a list"],
      [{}, "{}"],
      [Object.create(null), "{}"],
      [new Map([[1, 2]]), "Map"],
      [Promise.resolve(1), "Promise"]
    ]
    for (const [value, expected] of cases) assert.strictEqual(Words.show(value), expected)
  })

  it("shortens long text and long lists of fields", () => {
    const long = Words.show("x".repeat(1000))
    assert.isAtMost(long.length, 60)
    assert.match(long, /^"x+\.\.\."$/)
    assert.strictEqual(Words.show({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }), "{ a, b, c, d, e, ... }")
  })

  it("never shows what an object holds", () => {
    for (const value of [{ password: "hush" }, ["hush"], { _tag: "Login", password: "hush" }, Redacted.make("hush")]) {
      assert.notInclude(Words.show(value), "hush")
    }
  })
})

describe("Words.reasonOf", () => {
  it("takes an error's message, and shows anything else", () => {
    assert.strictEqual(Words.reasonOf(new Error("no")), "no")
    assert.strictEqual(Words.reasonOf(new RangeError()), "RangeError")
    assert.strictEqual(Words.reasonOf({ _tag: "Lost" }), "Lost")
  })
})

describe("Words.codeOf", () => {
  it("is what the system gives, and nothing else", () => {
    const code = (() => {
      try {
        return fs.readFileSync("/nowhere")
      } catch (cause) {
        return Words.codeOf(cause)
      }
    })()
    assert.strictEqual(code, "ENOENT")
    for (const other of [new Error("ENOENT"), { code: "ENOENT" }, Object.assign(new Error(""), { code: 2 }), null]) {
      assert.isNull(Words.codeOf(other))
    }
  })
})
