import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Issue from "../../dsl/Issue.ts"

describe("Issue.show", () => {
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
    for (const [value, expected] of cases) assert.strictEqual(Issue.show(value), expected)
  })

  it("shortens long text and long lists of fields", () => {
    const long = Issue.show("x".repeat(1000))
    assert.isAtMost(long.length, 60)
    assert.match(long, /^"x+\.\.\."$/)
    assert.strictEqual(Issue.show({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }), "{ a, b, c, d, e, ... }")
  })

  it("never shows what an object holds", () => {
    for (const value of [{ password: "hush" }, ["hush"], { _tag: "Login", password: "hush" }, Redacted.make("hush")]) {
      assert.notInclude(Issue.show(value), "hush")
    }
  })
})

describe("Issue.decode", () => {
  const Point = Schema.Struct({
    x: Schema.Number,
    "y z": Schema.Array(Schema.Boolean),
    note: Schema.NullOr(Schema.String)
  })

  it("names every place, quotes what would be misread, and says what belongs there", () => {
    const decoded = Issue.decode(Point, { x: "1", "y z": [true, 0], note: 5 })
    assert.deepStrictEqual(Result.isFailure(decoded) ? decoded.failure : [], [
      { path: "x", message: `expected a number, got "1"` },
      { path: `"y z".1`, message: "expected true or false, got 0" },
      { path: "note", message: "expected text or null, got 5" }
    ])
  })

  it("says what a missing field takes and which fields there are", () => {
    const decoded = Issue.decode(Point, { x: 1, zz: 2 })
    assert.deepStrictEqual(Result.isFailure(decoded) ? decoded.failure : [], [
      { path: "zz", message: `unknown field "zz"; there are x, y z, note` },
      { path: `"y z"`, message: "is missing, expected a list" },
      { path: "note", message: "is missing, expected text or null" }
    ])
  })
})

describe("Issue.reasonOf", () => {
  it("takes an error's message, and shows anything else", () => {
    assert.strictEqual(Issue.reasonOf(new Error("no")), "no")
    assert.strictEqual(Issue.reasonOf(new RangeError()), "RangeError")
    assert.strictEqual(Issue.reasonOf({ _tag: "Lost" }), "Lost")
  })
})
