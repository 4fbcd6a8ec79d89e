import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Host from "../../../dsl/Host.ts"
import * as HostDemand from "../../../runtime/run/HostDemand.ts"

const arms = (host: Host.Host) => [{ arm: "large", recipe: { host } }]

const refusal = (host: Host.Host): Effect.Effect<string> =>
  Effect.match(HostDemand.check(arms(host), "wasm"), { onFailure: ({ message }) => message, onSuccess: () => "" })

describe("HostDemand.check", () => {
  it.effect("lets pass what the machine has", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* refusal(Host.any), "")
      assert.strictEqual(yield* refusal(Host.make({ memory: "1 MiB" })), "")
      assert.strictEqual(yield* refusal(Host.make({ device: "cpu" })), "")
    }))

  it.effect("says which arm demands another device, and which more memory", () =>
    Effect.gen(function*() {
      assert.match(yield* refusal(Host.make({ device: "gpu" })), /"large" is to be trained on a gpu.*on a cpu here/)
      assert.match(yield* refusal(Host.make({ memory: "900 TiB" })), /"large" is to have 900 TiB of memory.*this machine has/)
    }))
})
