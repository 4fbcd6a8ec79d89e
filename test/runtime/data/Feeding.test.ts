import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Feed from "../../../dsl/Feed.ts"
import * as Feeding from "../../../runtime/data/Feeding.ts"
import * as Random from "../../../runtime/data/Random.ts"
import { facts } from "../plan/facts.ts"

const named = (quarantine: ReadonlyArray<number>) => Feed.make({ quarantine: quarantine.map((index) => `#${index}`) })

describe("Feeding.placeOf", () => {
  it("counts an epoch's batches, of which a step takes one or several", () => {
    const pace = { feed: Feed.whole, batchesPerEpoch: 6, batchesPerStep: 2 }
    const places = [[0, 0], [0, 1], [2, 1], [3, 0], [7, 1]].map(([step = 0, batch = 0]) => Feeding.placeOf(pace, step, batch))
    assert.deepStrictEqual(places.map(({ epoch, index }) => [epoch, index]), [[0, 0], [0, 1], [0, 5], [1, 0], [2, 3]])
  })

  it("shows after a skip, over the ends of epochs too, what would have come later", () => {
    const pace = { batchesPerEpoch: 6, batchesPerStep: 2 }
    const skipping = { ...pace, feed: Feed.make({ skip: [{ from: 10, steps: 4 }, { from: 2, steps: 2 }, { from: 1, steps: 2 }] }) }
    const whole = { ...pace, feed: Feed.whole }
    for (const [step, shown] of [[0, 0], [1, 4], [2, 5], [6, 9], [7, 14], [30, 37]] as const) {
      for (const batch of [0, 1]) {
        assert.deepStrictEqual(Feeding.placeOf(skipping, step, batch), Feeding.placeOf(whole, shown, batch))
      }
    }
  })
})

describe("Feeding.ordering", () => {
  const train = facts.images.train

  it("shuffles as ever by order 0, and otherwise by any other", () => {
    const orders = [0, 1, 2, 2 ** 40].map((order) => Feeding.ordering(Feed.make({ order }), facts, 3))
    for (const epoch of [0, 1, 7]) {
      const images = orders.map((of) => of(epoch).images)
      assert.deepStrictEqual(images[0], Random.shuffled(train, Random.stream(3, "order", epoch)))
      assert.strictEqual(new Set(images.map(String)).size, orders.length)
      for (const order of images) {
        assert.deepStrictEqual(order.toSorted((left, right) => left - right), Array.from({ length: train }, (_, at) => at))
      }
    }
  })

  it("gives an image's place to the next one in the order that is not in quarantine, and moves no other", () => {
    const some = fc.uniqueArray(fc.nat(train - 1), { maxLength: train - 1 })
    fc.assert(fc.property(some, fc.nat(5), fc.nat(2), (quarantine, epoch, order) => {
      const plain = Feeding.ordering(Feed.make({ order }), facts, 0)(epoch)
      const { images, shown } = Feeding.ordering({ ...named(quarantine), order }, facts, 0)(epoch)
      assert.deepStrictEqual(images, plain.images)
      for (const [at, image] of images.entries()) {
        const after = [...images.slice(at), ...images.slice(0, at)]
        assert.strictEqual(shown(image), after.find((other) => !quarantine.includes(other)))
      }
    }))
  })

  it("cannot show anything where everything is in quarantine", () => {
    const everything = named(Array.from({ length: train }, (_, at) => at))
    assert.throws(() => Feeding.ordering(everything, facts, 0)(0), RangeError, "every training image is in quarantine")
  })
})
