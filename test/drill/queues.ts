import { it } from "@effect/vitest"
import * as Queues from "../e2e/queues.ts"
import { onBoth } from "../e2e/workers.ts"

onBoth("The queue", (place) => {
  it("has a worker's run go on to the same bits after a drain", () => Queues.drainedMidway(place), 240_000)
  it("has what is cancelled end", () => Queues.cancelled(place), 240_000)
  it("is spoilt by no worker that was paused past its lease", () => Queues.paused(place), 240_000)
  it("has what was submitted be made, listed and shown", () => Queues.submitted(place), 240_000)
  it("has a trigger launch once for a time", () => Queues.triggered(place), 240_000)
})
