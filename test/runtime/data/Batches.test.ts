import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Augment from "../../../dsl/Augment.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import * as Batches from "../../../runtime/data/Batches.ts"
import { UnreadablePicture } from "../../../runtime/data/Picture.ts"
import { hashOf } from "./bytes.ts"
import { inFolder, open, photograph, write, writeSound } from "./folder.ts"
import { makingOf, openShapes } from "./making.ts"

const shapes = openShapes(23, 7, 3)

const indices = ({ samples }: Batch): ReadonlyArray<number> => samples.map(({ index }) => index)

describe("Batches", () => {
  it.effect("are a function of seed, epoch and index, whatever was made before and kept", () =>
    Effect.gen(function*() {
      const making = makingOf(yield* shapes)
      const used = Batches.make(making, 1e9)
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.nat(6), fc.nat(4), async (epoch, index) => {
            const again = hashOf(await used.training(epoch, index))
            assert.strictEqual(again, hashOf(await Batches.make(making, 0).training(epoch, index)))
          }),
          { numRuns: 40 }
        )
      )
      const others = yield* Effect.promise(() =>
        Promise.all([
          used.training(0, 0),
          used.training(0, 1),
          used.training(1, 0),
          Batches.make({ ...making, seed: 1 }, 0).training(0, 0),
          Batches.make({ ...making, augment: Augment.off }, 0).training(0, 0)
        ])
      )
      assert.strictEqual(new Set(others.map(hashOf)).size, others.length)
    }))

  it.effect("show every image at most once an epoch, in another order each time", () =>
    Effect.gen(function*() {
      const batches = Batches.make(makingOf(yield* shapes), 1e9)
      const epochs = yield* Effect.promise(() =>
        Promise.all([0, 1, 2].map(async (epoch) => {
          const made = await Promise.all([0, 1, 2, 3, 4].map((index) => batches.training(epoch, index)))
          return made.flatMap(indices)
        }))
      )
      for (const order of epochs) assert.strictEqual(new Set(order).size, 20)
      assert.strictEqual(new Set(epochs.map(String)).size, 3)
      assert.strictEqual(new Set(epochs.flat()).size, 23)
      const past = yield* Effect.flip(Effect.tryPromise({ try: () => batches.training(0, 5), catch: String }))
      assert.include(past, "the 23 train images do not fill batch 5 of 4")
    }))

  it.effect("change an image in another way each epoch", () =>
    Effect.gen(function*() {
      const batches = Batches.make(makingOf(yield* shapes, { batch: 23 }), 1e9)
      const [first, second] = yield* Effect.promise(() => Promise.all([batches.training(0, 0), batches.training(1, 0)]))
      const scales = ({ samples }: Batch) => new Map(samples.map(({ index, scale }) => [index, scale]))
      const later = scales(second)
      assert.isTrue([...scales(first)].every(([index, scale]) => later.get(index) !== scale))
    }))

  it.effect("validate on every image once, in order, and fill the last batch with grey", () =>
    Effect.gen(function*() {
      const source = yield* shapes
      const batches = Batches.make(makingOf(source), 0)
      assert.strictEqual(Batches.validationCount(source, 4), 2)
      const made = yield* Effect.promise(() => Promise.all([batches.validation(0), batches.validation(1)]))
      assert.deepStrictEqual(made.flatMap(indices), [0, 1, 2, 3, 4, 5, 6])
      const [, last] = made
      const floats = 32 * 32 * 3
      assert.strictEqual(last?.images.length, 4 * floats)
      assert.isTrue(last?.images.subarray(3 * floats).every((value) => value === Math.fround(114 / 255)))
      assert.isTrue(last?.present.subarray(3 * source.facts.maxBoxes).every((value) => value === 0))
      assert.isTrue(made.every(({ samples }) => samples.every(({ flipped }) => !flipped)))
    }))

  it.effect("place photographs so that boxes lead back to the original", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const source = yield* open(folder)
      const batches = Batches.make(makingOf(source, { batch: 3, augment: Augment.off }), 0)
      const { boxes, classes, present, samples } = yield* Effect.promise(() => batches.training(0, 0))
      for (const [row, sample] of samples.entries()) {
        const entry = source.images.train[sample.index]
        assert.strictEqual(sample.file, entry?.file)
        assert.deepStrictEqual({ width: sample.width, height: sample.height }, entry?.size)
        assert.strictEqual(sample.scale, 32 / 64)
        const labels = entry?.labels ?? { boxes: [], classes: [] }
        const first = row * source.facts.maxBoxes
        assert.strictEqual(present.subarray(first, first + 3).reduce((sum, one) => sum + one, 0), labels.classes.length)
        labels.classes.forEach((number, at) => assert.strictEqual(classes[first + at], number))
        labels.boxes.forEach((share, at) => {
          const [size, offset] = at % 2 === 0 ? [sample.width, sample.left] : [sample.height, sample.top]
          assert.closeTo(((boxes[first * 4 + at] ?? NaN) - offset) / sample.scale, share * size, 1e-4)
        })
      }
    })))

  it.effect("name the file that is gone, or no longer what it was", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const source = yield* open(folder)
      const fault = (batches: Batches.Batches) =>
        Effect.flip(Effect.tryPromise({ try: () => batches.validation(0), catch: (cause) => cause as Error }))
      const making = makingOf(source)
      yield* Effect.promise(() => Batches.make(making, 0).validation(0))
      const changes: ReadonlyArray<readonly [change: () => void, what: string]> = [
        [() => write(folder, { "images/val/d.jpg": "cut" }), "neither a JPEG"],
        [() => fs.rmSync(path.join(folder, "images/val/d.jpg")), "ENOENT"]
      ]
      write(folder, { "images/val/d.jpg": yield* photograph(48, 64) })
      const turned = yield* fault(Batches.make(making, 0))
      assert.include(turned.message, "it was 64 x 48 pixels and is 48 x 64")
      for (const [change, what] of changes) {
        change()
        const error = yield* fault(Batches.make(making, 0))
        assert.instanceOf(error, UnreadablePicture)
        assert.strictEqual((error as UnreadablePicture).sample, "images/val/d.jpg")
        assert.include(error.message, what)
        assert.include(error.message, path.join(folder, "images/val/d.jpg"))
      }
    })))
})
