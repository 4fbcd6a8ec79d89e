import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Clip from "../../../dsl/Clip.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import type { AttemptRecord } from "../../../runtime/run/AttemptRecord.ts"
import * as Remedied from "../../../runtime/run/Remedied.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import { recipe } from "../../dsl/recipes.ts"
import { fault, record, remedied, remedy } from "./states.ts"
import { inTemporaryFolder } from "./temporary.ts"

const withClip = (maxNorm: number): Recipe.Recipe => Recipe.with(recipe, { clip: Clip.globalNorm(maxNorm) })

/** Writes what an attempt was made with, and what the remedy after it came to. */
const changed = (folder: string, number: number, before: Recipe.Recipe, after: Recipe.Recipe): AttemptRecord => {
  const attempt = RunFolder.attemptOf(folder, number)
  RunFolder.write(RunFolder.recipeFile(attempt), Recipe.encode(before))
  RunFolder.write(RunFolder.remediedFile(attempt), Recipe.encode(after))
  return record({ number, status: "failed", fault: fault(), remedy: remedy(0) }, remedied(null))
}

const inFolder = (body: (folder: string) => void) => inTemporaryFolder((folder) => Effect.sync(() => body(folder)))

describe("Remedied.recipe", () => {
  it.effect("is what is declared, with what one remedy after the other has changed", () =>
    inFolder((folder) => {
      assert.deepStrictEqual(Remedied.recipe(folder, [record({ number: 1 })], withClip(8)), withClip(8))
      const past = [changed(folder, 1, withClip(8), withClip(4)), changed(folder, 2, withClip(4), withClip(2))]
      const longer = Recipe.with(withClip(8), { length: { steps: 77 } })
      assert.deepStrictEqual(Remedied.recipe(folder, past, longer), Recipe.with(longer, { clip: Clip.globalNorm(2) }))
    }))

  it.effect("leaves what a person has declared otherwise since, and what a later remedy has made of that", () =>
    inFolder((folder) => {
      const one = changed(folder, 1, withClip(8), withClip(4))
      assert.deepStrictEqual(Remedied.recipe(folder, [one], withClip(6)), withClip(6))
      const two = changed(folder, 2, withClip(6), withClip(3))
      assert.deepStrictEqual(Remedied.recipe(folder, [one, two], withClip(6)), withClip(3))
    }))

  it.effect("forgets what was before the run was begun anew", () =>
    inFolder((folder) => {
      const past = [changed(folder, 1, withClip(8), withClip(4)), record({ number: 2, status: "interrupted" }, { kind: "restart" })]
      assert.deepStrictEqual(Remedied.recipe(folder, past, withClip(8)), withClip(8))
    }))
})
