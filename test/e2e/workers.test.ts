import { assert, it } from "@effect/vitest"
import { checkpointEvery, drill, onSeveral } from "./workers.ts"

onSeveral("A worker that is killed", (place) => {
  it("has its run be ended once by another, from its last checkpoint", async () => {
    const { lost } = await drill(await place(), { runs: 2, steps: 30, kills: 1 })
    for (const steps of lost) assert.isAtMost(steps, checkpointEvery)
  }, 240_000)
})
