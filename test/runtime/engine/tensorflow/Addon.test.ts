import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Addon from "../../../../runtime/engine/tensorflow/Addon.ts"
import * as Location from "../../../../runtime/engine/tensorflow/Location.ts"
import { tensorflow } from "./engine.ts"
import { withEngines } from "./temporary.ts"

tensorflow("Addon", () => {
  const addon = path.join(Location.find()?.directory ?? "", "tfjs_binding.node")

  it.effect("computes in a process of its own, with the version that is recorded", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Addon.prove(addon)).version, "2.21.0")
    }))

  it.effect("names what is missing where the libraries are not beside the addon", () =>
    withEngines((folder) =>
      Effect.gen(function*() {
        const alone = path.join(folder, "tfjs_binding.node")
        fs.copyFileSync(addon, alone)
        const failed = yield* Effect.flip(Addon.prove(alone))
        assert.include(failed.output, "libtensorflow_")
      })
    ))
})
