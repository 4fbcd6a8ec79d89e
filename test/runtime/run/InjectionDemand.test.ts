import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Checkpoint from "../../../dsl/Checkpoint.ts"
import * as EarlyStop from "../../../dsl/EarlyStop.ts"
import * as Evaluate from "../../../dsl/Evaluate.ts"
import * as Injection from "../../../dsl/Injection.ts"
import type * as Recipe from "../../../dsl/Recipe.ts"
import * as InjectionDemand from "../../../runtime/run/InjectionDemand.ts"
import { jobIn } from "./jobs.ts"
import { inTemporaryFolder } from "./temporary.ts"

/** What keeps injections from being brought about in a run of 40 steps on 16 images. */
const obstacles = (asked: ReadonlyArray<string>, fields: Parameters<typeof Recipe.with>[1] = {}, steps: number | null = null) =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    const { plan, source } = yield* jobIn(folder, fields)
    return asked.map((text) => {
      const injection = Injection.parse(text)
      if (Result.isFailure(injection)) return assert.fail(injection.failure)
      return InjectionDemand.obstacle(injection.success, { plan, images: source.facts.images.train, steps })
    })
  }))

describe("InjectionDemand.obstacle", () => {
  it.effect("refuses what lies beyond the last step, image or checkpoint", () =>
    Effect.gen(function*() {
      const asked = ["nan@39", "kill@39", "bad-image@15", "disk-full@checkpoint:4"]
      assert.deepStrictEqual(yield* obstacles(asked), [null, null, null, null])
      assert.deepStrictEqual(
        yield* obstacles(["nan@40", "stall@40", "bad-image@16", "disk-full@checkpoint:5"]),
        ["the last step is number 39", "the last step is number 39", "the last training image is number 15", "the last checkpoint is number 4"]
      )
      assert.deepStrictEqual(
        yield* obstacles(["oom@12", "disk-full@checkpoint:3", "disk-full@checkpoint:2"], {}, 12),
        ["the last step is number 11", "the last checkpoint is number 2", null]
      )
    }))

  it.effect("counts the checkpoints of best evaluations, and the one at the end", () =>
    Effect.gen(function*() {
      const numbers = ["disk-full@checkpoint:2", "disk-full@checkpoint:1"]
      assert.deepStrictEqual(yield* obstacles(numbers, { checkpoint: Checkpoint.atEnd }), ["the last checkpoint is number 1", null])
      const early = { evaluate: Evaluate.every({ steps: 20 }), earlyStop: EarlyStop.patience({ evaluations: 3 }) }
      assert.deepStrictEqual(yield* obstacles(numbers, { checkpoint: Checkpoint.atEnd, ...early }), [null, null])
    }))

  it.effect("refuses a node at which nothing can be injected", () =>
    Effect.gen(function*() {
      const [image, none] = yield* obstacles(["nan@3:image", "inf-gradient@3:nowhere"])
      assert.match(image ?? "", /"image" is what the network is given/)
      assert.match(none ?? "", /the network has no node "nowhere"/)
    }))
})
