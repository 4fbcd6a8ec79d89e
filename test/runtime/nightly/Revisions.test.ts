import { assert, describe, it } from "@effect/vitest"
import * as Revisions from "../../../runtime/nightly/Revisions.ts"
import { recipe } from "../../dsl/recipes.ts"

const found = (commit: string, training: string | null) =>
  ({ commit, training, recipe: training === null ? null : recipe, reason: training === null ? "it does not load" : null })

describe("Revisions", () => {
  it("picks the commits that change what is trained, and keeps what lies unread before each", () => {
    const picked = Revisions.candidates([
      found("a", "1"), found("b", "1"), found("c", null), found("d", "2"), found("e", null), found("f", "2"), found("g", "1")
    ])
    assert.deepStrictEqual(picked.map(({ commit, training, unread }) => [commit, training, unread]), [
      ["a", "1", []], ["d", "2", ["c"]], ["g", "1", []]
    ])
  })
})
