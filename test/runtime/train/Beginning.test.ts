import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as EarlyStop from "../../../dsl/EarlyStop.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Location from "../../../runtime/engine/tensorflow/Location.ts"
import * as Tensorflow from "../../../runtime/engine/tensorflow/Tensorflow.ts"
import * as Wasm from "../../../runtime/engine/wasm/Wasm.ts"
import { tensorflow } from "../engine/tensorflow/engine.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { attemptAt, checkpointsIn } from "./attempts.ts"
import { aClassifier, classifier, figuresOf, goesOnExactly } from "./goingOn.ts"

describe("Beginning (wasm)", () => {
  // The drill stops at others, too, and has a detector on TensorFlow.
  goesOnExactly(() => Wasm.layer, [3])

  it.live("takes no further step of a training that had stopped early, or come to its end, and evaluates what is left", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const short = Recipe.with(classifier, { earlyStop: EarlyStop.off, length: { steps: 3 } })
      for (const [name, recipe] of Object.entries({ classifier, short })) {
        const whole = yield* attemptAt(path.join(folder, name), recipe, Wasm.layer)
        const from = path.join(whole.directory, "checkpoints", checkpointsIn(whole.directory).at(-1) ?? "")
        const again = yield* attemptAt(path.join(folder, name), recipe, Wasm.layer, { number: 2, from })
        assert.isFalse(again.events.some(({ kind }) => kind === "step"))
        assert.strictEqual(again.outcome.from, whole.outcome.steps)
        assert.deepStrictEqual(figuresOf(again), figuresOf(whole))
        assert.deepStrictEqual(again.kinds.includes(`eval@${whole.outcome.steps}`), recipe === short)
      }
    })), 120_000)
})
tensorflow("Beginning (tensorflow)", () =>
  goesOnExactly(() => Tensorflow.layer(Location.find()?.directory ?? ""), [6], [aClassifier]))
