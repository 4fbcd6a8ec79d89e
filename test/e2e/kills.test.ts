import { assert, describe, it } from "@effect/vitest"
import { drill } from "./kills.ts"

describe("A training that is killed with all of its processes", () => {
  it("comes to the same bits once it was resumed, whenever that happens", async () => {
    const { kills } = await drill(["wasm"], 1)
    assert.isAtLeast(kills, 1)
  }, 240_000)
})
