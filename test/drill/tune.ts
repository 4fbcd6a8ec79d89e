import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { sources, written } from "../runtime/review/tune/sources.ts"
import { textOf } from "../runtime/review/tune/tuning.ts"

describe("ballast tune", () => {
  for (const source of sources) {
    it.effect(`proves what it edits in ${source.name}`, () =>
      Effect.gen(function*() {
        const [text, after] = written(source)
        const { arm, change, files } = source
        const options = { text, ...(arm === undefined ? {} : { arm }), ...(change === undefined ? {} : { change }) }
        assert.strictEqual(yield* textOf({ ...options, ...(files === undefined ? {} : { files }) }), after)
      }))
  }
})
