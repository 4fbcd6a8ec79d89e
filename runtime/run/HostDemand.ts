/**
 * What recipes demand of the machine that trains them, against this one.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as os from "node:os"
import * as Host from "../../dsl/Host.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Engines from "../engine/Engines.ts"

/** This machine is not what a recipe demands; `message` says of which arm, and what. */
export class HostUnfit extends Schema.TaggedError<HostUnfit>()("HostUnfit", { message: Schema.String }) {}

const bytesPerGib = 2 ** 30

interface Demanding {
  readonly arm: string
  readonly recipe: Pick<Recipe.Recipe, "host">
}

/**
 * Demands that the engine's device and the memory are what the arms' recipes say. How much memory a GPU has is not known
 * before it is used. Fails with HostUnfit.
 */
export const check = Effect.fn("HostDemand.check")(function*(
  arms: ReadonlyArray<Demanding>,
  engine: Engines.Name
): Effect.fn.Return<void, HostUnfit> {
  const demanding = arms.filter(({ recipe: { host } }) => host.device !== "any" || host.memory !== null)
  if (demanding.length === 0) return
  const device = (yield* Engines.list).find((listing) => listing.engine === engine)?.device ?? null
  for (const { arm, recipe: { host } } of demanding) {
    if (host.device !== "any" && device !== host.device) {
      return yield* new HostUnfit({
        message: `the arm "${arm}" is to be trained on a ${host.device} (host.device), and the ${engine} engine `
          + `computes on a ${device ?? "device that is not known"} here: run it on another machine, or change the recipe`
      })
    }
    if (host.memory !== null && device !== "gpu" && os.totalmem() < Host.bytes(host.memory)) {
      return yield* new HostUnfit({
        message: `the arm "${arm}" is to have ${host.memory} of memory (host.memory), and this machine has `
          + `${(os.totalmem() / bytesPerGib).toFixed(1)} GiB: run it on another machine, or change the recipe`
      })
    }
  }
})
