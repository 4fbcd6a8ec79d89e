import { assert, it } from "@effect/vitest"
import { pausedPastLease } from "../e2e/leases.ts"
import { onBoth } from "../e2e/workers.ts"

onBoth("A worker that is paused past its lease", (place) => {
  it("has its run be made elsewhere within 15 s, and spoils nothing of that once it wakes", async () => {
    const seconds = await pausedPastLease(place, () => Promise.resolve())
    process.stdout.write(`from the pause to the next attempt: ${seconds.toFixed(1)} s\n`)
    assert.isAtMost(seconds, 15)
  }, 240_000)
})
