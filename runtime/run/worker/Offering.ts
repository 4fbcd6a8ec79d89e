/**
 * What this host offers to waiting runs.
 */
import * as Effect from "effect/Effect"
import * as os from "node:os"
import type { Locations } from "../../data/Locations.ts"
import * as Conditions from "../../engine/Conditions.ts"
import * as Engines from "../../engine/Engines.ts"
import * as NvidiaSmi from "../../engine/NvidiaSmi.ts"
import type { Offer, Offered } from "../queue/Demand.ts"

/** A healthy driver answers within a second. */
const patience = "5 seconds"

/** The memory of the first GPU, which is the one that is computed on, in bytes; null where nobody tells. */
const gpuMemory: Effect.Effect<number | null> = NvidiaSmi.cards.pipe(
  Effect.map(([first]) => first?.memory ?? null),
  Effect.timeout(patience),
  Effect.catch(() => Effect.succeed(null))
)

const offeredOf = Effect.fnUntraced(function*({ device, engine }: Engines.Listing) {
  const memory = device === "gpu" ? yield* gpuMemory : os.totalmem()
  const offered: Offered = { engine, device: device ?? "cpu", memory }
  return offered
})

/** Finds what this host offers: the engines that work here, in the order of choice, and the data sets that are found. */
export const gather = Effect.fn("Offering.gather")(function*(
  labels: Readonly<Record<string, string>>,
  locations: Locations
) {
  const listed = yield* Engines.list
  const working = listed.filter(({ passes, usable }) => usable && passes !== false)
  const offer: Offer = {
    ballast: Conditions.ballastVersion(),
    engines: yield* Effect.forEach(working, offeredOf),
    labels,
    data: locations.known
  }
  return offer
})
