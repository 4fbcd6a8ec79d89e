import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Accumulate from "../../../dsl/Accumulate.ts"
import * as Augment from "../../../dsl/Augment.ts"
import * as Clip from "../../../dsl/Clip.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Ema from "../../../dsl/Ema.ts"
import * as Feed from "../../../dsl/Feed.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Columns from "../../../runtime/data/Columns.ts"
import * as Loader from "../../../runtime/data/Loader.ts"
import * as Network from "../../../runtime/nets/Network.ts"
import * as Setup from "../../../runtime/train/Setup.ts"
import { hashOf } from "../data/bytes.ts"
import { openShapes } from "../data/making.ts"

const recipe = Recipe.make({
  data: Dataset.shapes({ train: 23, val: 4, seed: 1 }),
  model: Model.classifier({ channels: [4], input: 16 }),
  optimizer: Optimizer.adamw(),
  schedule: LearningRate.constant(0.01),
  clip: Clip.perLayer(1),
  ema: Ema.exponential(),
  augment: Augment.standard({ closing: { steps: 2 } }),
  batch: 3,
  accumulate: Accumulate.batches(2),
  length: { epochs: 4 }
})

describe("Setup", () => {
  it.effect("compiles a step for all that the recipe says of it", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(23, 4, 1)
      const graph = Network.build(recipe, source.facts.classes)
      const { augment, clip, loss, optimizer } = recipe
      assert.deepStrictEqual(Setup.configurationOf(recipe, graph, source, 9), {
        graph,
        loss,
        optimizer,
        clip,
        ema: true,
        batch: 3,
        accumulate: 2,
        maxBoxes: Columns.of(augment, source.facts.maxBoxes),
        seed: 9,
        inject: null
      })
    }))

  it.effect("counts an epoch in whole steps, and in batches for whoever makes them", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(23, 4, 1)
      const batches = (accumulate: number) => {
        const changed = Recipe.with(recipe, { accumulate: Accumulate.batches(accumulate) })
        const { batchesPerEpoch, batchesPerStep, closingFrom } = Setup.makingOf(changed, source, 0)
        return [batchesPerEpoch, batchesPerStep, closingFrom]
      }
      // 23 images are 7 batches of 3: 7 steps of one, 3 of two, 2 of three. Mosaics close two steps before the end.
      assert.deepStrictEqual([1, 2, 3].map(batches), [
        [7, 1, 4 * 7 - 2],
        [6, 2, (4 * 3 - 2) * 2],
        [6, 3, (4 * 2 - 2) * 3]
      ])
    }))

  it.live("goes on where an accumulating training stands, and never shows what an epoch's last step left over", () =>
    Effect.gen(function*() {
      const source = yield* openShapes(23, 4, 1)
      const making = Setup.makingOf(recipe, source, 0)
      const take = (loader: Loader.Loader, count: number) =>
        Effect.forEach(Array.from({ length: count }), () =>
          Effect.map(loader.next, (batch) => ({ at: [batch.epoch, batch.index], hash: hashOf(batch) })))
      const all = yield* take(yield* Loader.make({ ...making, start: 0, threads: 1 }), 8)
      assert.deepStrictEqual(all.map(({ at }) => at), [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [1, 0], [1, 1]])
      // After two steps of two batches, or as if they had been left out.
      const later = yield* take(yield* Loader.make({ ...making, start: 2, threads: 1 }), 4)
      assert.deepStrictEqual(later, all.slice(4))
      const skipping = Recipe.with(recipe, { feed: Feed.make({ skip: [{ from: 0, steps: 2 }] }) })
      const skipped = yield* Loader.make({ ...Setup.makingOf(skipping, source, 0), start: 0, threads: 1 })
      assert.deepStrictEqual(yield* take(skipped, 4), all.slice(4))
    }).pipe(Effect.scoped))
})
