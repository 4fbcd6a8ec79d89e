import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Fence from "../../../runtime/train/Fence.ts"
import { inTemporaryFolder } from "../run/temporary.ts"

describe("Fence", () => {
  it.effect("keeps out everybody but the one who was named last", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const directory = path.join(folder, "1")
        Fence.pass(directory, "a")
        Fence.raise(directory, "a")
        assert.isTrue(Fence.admits(directory, "a"))
        Fence.raise(directory, "b")
        Fence.pass(directory, "b")
        assert.isFalse(Fence.admits(directory, "a"))
        assert.throws(() => Fence.pass(directory, "a"), /another process has taken over/)
      })
    ))
})
