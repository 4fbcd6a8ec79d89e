import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as os from "node:os"
import * as Conditions from "../../../../runtime/engine/Conditions.ts"
import * as Engines from "../../../../runtime/engine/Engines.ts"
import * as Offering from "../../../../runtime/run/worker/Offering.ts"

describe("Offering", () => {
  it.live("offers the engines that work here, in the order of choice, with what they compute on, and the data that is found", () =>
    Effect.gen(function*() {
      const offer = yield* Offering.gather({ gpu: "none" }, { of: (name) => `/data/${name}`, known: ["bolts", "cells"] })
      assert.deepStrictEqual(
        [offer.ballast, offer.labels, offer.data],
        [Conditions.ballastVersion(), { gpu: "none" }, ["bolts", "cells"]]
      )
      const listed = (yield* Engines.list).filter(({ passes, usable }) => usable && passes !== false)
      assert.deepStrictEqual(offer.engines.map(({ device, engine }) => [engine, device]), listed.map(({ device, engine }) => [engine, device]))
      assert.deepInclude(offer.engines.find(({ engine }) => engine === "wasm"), { device: "cpu", memory: os.totalmem() })
    }), 60_000)
})
