import { assert, it } from "@effect/vitest"
import { drill } from "../e2e/kills.ts"
import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"

tensorflow("Trainings that are killed with all of their processes", () => {
  it("come to the same bits once they were resumed, after 50 kills at random moments", async () => {
    const began = performance.now()
    const { kills, trainings } = await drill(["wasm", "tensorflow"], 50)
    const minutes = (performance.now() - began) / 60_000
    process.stdout.write(`${kills} kills of ${trainings} trainings, all to the same bits, in ${minutes.toFixed(1)} minutes\n`)
    assert.isAtLeast(kills, 50)
  }, 1_800_000)
})
