import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Issue from "../../dsl/Issue.ts"

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
