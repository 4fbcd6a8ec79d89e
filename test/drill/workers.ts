import { assert, it } from "@effect/vitest"
import { checkpointEvery, drill, onBoth } from "../e2e/workers.ts"

const median = (values: ReadonlyArray<number>): number => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN

onBoth("Workers that are killed every few seconds", (place) => {
  it("end 40 runs once each, lose no more than since a checkpoint, and have them elsewhere within 15 s", async () => {
    const began = performance.now()
    const { kills, lost, recoveries } = await drill(await place(), { runs: 40, steps: 60, kills: 40 })
    const minutes = (performance.now() - began) / 60_000
    process.stdout.write(
      `${kills} kills, of which ${recoveries.length} hit a run at work; from a kill to the next attempt: median ${median(recoveries).toFixed(1)} s, `
        + `max ${Math.max(...recoveries).toFixed(1)} s; steps lost: median ${median(lost)}, max ${Math.max(...lost)}; ${minutes.toFixed(1)} minutes\n`
    )
    assert.isAtLeast(recoveries.length, 5)
    assert.isAtMost(Math.max(...lost), checkpointEvery)
    assert.isAtMost(Math.max(...recoveries), 15)
  }, 1_800_000)
})
