import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Augment from "../../../dsl/Augment.ts"
import type * as Dataset from "../../../dsl/Dataset.ts"
import * as Feed from "../../../dsl/Feed.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import * as Batches from "../../../runtime/data/Batches.ts"
import * as Feeding from "../../../runtime/data/Feeding.ts"
import { UnreadablePicture } from "../../../runtime/data/Picture.ts"
import * as Shapes from "../../../runtime/data/Shapes.ts"
import { hashOf } from "./bytes.ts"
import { inFolder, open, photograph, write, writeSound } from "./folder.ts"
import { makingOf, openShapes } from "./making.ts"

const shapes = openShapes(23, 7, 3)

/** The images of a batch, without those that are seen beside them. */
const indices = ({ samples }: Batch): ReadonlyArray<number> =>
  samples.filter(({ row }, at) => samples[at - 1]?.row !== row).map(({ index }) => index)

const inMosaics = ({ samples }: Batch): boolean => samples.length === 4 * indices({ samples } as Batch).length

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

  it.effect("show mosaics until the training closes, and from then on what they show without", () =>
    Effect.gen(function*() {
      const source = yield* shapes
      const making = makingOf(source, { closingFrom: 7 })
      const plain = { ...making, augment: Augment.standard({ mosaic: 0 }) }
      const [closing, without] = [Batches.make(making, 0), Batches.make(plain, 0)]
      for (const [epoch, index] of [[0, 0], [1, 1], [1, 2], [1, 4], [2, 0]] as const) {
        const batch = yield* Effect.promise(() => closing.training(epoch, index))
        const other = yield* Effect.promise(() => without.training(epoch, index))
        const open = epoch * 5 + index < 7
        assert.strictEqual(inMosaics(batch), open)
        assert.deepStrictEqual(indices(batch), indices(other))
        assert.strictEqual(hashOf(batch) === hashOf(other), !open)
      }
    }))

  it.effect("show a share of the images in mosaics, and say which images these are", () =>
    Effect.gen(function*() {
      const source = yield* shapes
      // With so little change of scale no end of a mosaic is seen, at which boxes would be cut.
      const augment = Augment.standard({ mosaic: 0.5, scale: 0.3 })
      const half = Batches.make(makingOf(source, { batch: 20, augment }), 1e9)
      const batches = yield* Effect.promise(() => Promise.all([0, 1, 2, 3, 4].map((epoch) => half.training(epoch, 0))))
      const counts = batches.flatMap(({ samples }) =>
        Array.from({ length: 20 }, (_, row) => samples.filter((sample) => sample.row === row).length)
      )
      assert.isTrue(counts.every((count) => count === 1 || count === 4))
      assert.closeTo(counts.filter((count) => count === 4).length / counts.length, 0.5, 0.15)
      for (const { boxes, classes, present, samples } of batches) {
        const columns = present.length / 20
        for (let row = 0; row < 20; row++) {
          const parts = samples.filter((sample) => sample.row === row)
          const pictures = parts.map(({ index }) => Shapes.draw(source.dataset as Dataset.Shapes, "train", index, 32))
          const known = pictures.flatMap(({ boxes, classes }, at) => {
            const { flipped = false, left = NaN, scale = NaN, top = NaN } = parts[at] ?? {}
            return Array.from(classes, (number, box) => {
              const edge = (corner: number): number => {
                const place = (boxes[4 * box + corner] ?? NaN) * scale + (corner % 2 === 0 ? left : top)
                return Math.min(32, Math.max(0, place))
              }
              const [x1, y1, x2, y2] = [edge(0), edge(1), edge(2), edge(3)]
              return [number, flipped ? 32 - x2 : x1, y1, flipped ? 32 - x1 : x2, y2]
            })
          })
          for (let column = row * columns; column < (row + 1) * columns; column++) {
            if (present[column] === 0) continue
            const box = boxes.subarray(4 * column, 4 * column + 4)
            const matching = known.filter(([number, ...edges]) =>
              number === classes[column] && edges.every((edge, at) => Math.abs(edge - (box[at] ?? NaN)) < 1e-3)
            )
            assert.isAtLeast(matching.length, 1)
          }
        }
      }
    }))

  it.effect("drop the smallest boxes of a mosaic that has more than there is room for", () =>
    Effect.gen(function*() {
      const making = makingOf(yield* shapes, { batch: 20 })
      const narrow = { ...making, maxBoxes: 2 }
      const [all, some] = yield* Effect.promise(() =>
        Promise.all([making, narrow].map((making) => Batches.make(making, 0).training(0, 0)))
      )
      const count = (batch: Batch | undefined, row: number): number => {
        const columns = (batch?.present.length ?? NaN) / 20
        return batch?.present.subarray(row * columns, (row + 1) * columns).reduce((sum, one) => sum + one, 0) ?? NaN
      }
      const rows = Array.from({ length: 20 }, (_, row) => row)
      assert.isTrue(rows.some((row) => count(all, row) > 2))
      for (const row of rows) assert.strictEqual(count(some, row), Math.min(2, count(all, row)))
    }))

  it.effect("change an image in another way each epoch", () =>
    Effect.gen(function*() {
      const batches = Batches.make(makingOf(yield* shapes, { batch: 23 }), 1e9)
      const [first, second] = yield* Effect.promise(() => Promise.all([batches.training(0, 0), batches.training(1, 0)]))
      const scales = ({ samples }: Batch) => new Map(samples.map(({ index, scale }) => [index, scale]))
      const later = scales(second)
      assert.isTrue([...scales(first)].every(([index, scale]) => later.get(index) !== scale))
    }))

  it.effect("show another image in the place of one in quarantine, in mosaics too, and nothing else in another way", () =>
    Effect.gen(function*() {
      const source = yield* shapes
      const quarantine = [3, 8, 21]
      for (const augment of [Augment.standard(), Augment.standard({ mosaic: 0 }), Augment.off]) {
        const making = makingOf(source, { augment })
        const feed = Feed.make({ quarantine: quarantine.map((index) => `#${index}`) })
        const [plain, purged] = [making, { ...making, feed }].map((making) => Batches.make(making, 1e9))
        let changed = 0
        for (const [epoch, index] of [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [1, 0], [1, 4]] as const) {
          const { shown } = Feeding.ordering(feed, source.facts, 0)(epoch)
          const before = yield* Effect.promise(() => (plain as Batches.Batches).training(epoch, index))
          const after = yield* Effect.promise(() => (purged as Batches.Batches).training(epoch, index))
          assert.deepStrictEqual(after.samples.map(({ index }) => index), before.samples.map(({ index }) => shown(index)))
          const same = before.samples.every(({ index }) => !quarantine.includes(index))
          assert.strictEqual(hashOf(after) === hashOf(before), same)
          if (!same) changed++
        }
        assert.isAbove(changed, 0)
      }
    }))

  it.effect("change an image that has two places in another way in each", () =>
    Effect.gen(function*() {
      const source = yield* shapes
      const feed = Feed.make({ quarantine: ["#3"] })
      const making = makingOf(source, { batch: 23, augment: Augment.standard({ mosaic: 0 }), feed })
      const { samples } = yield* Effect.promise(() => Batches.make(making, 0).training(0, 0))
      const twice = samples.filter(({ index }, at) => samples.some((other, place) => place !== at && other.index === index))
      assert.strictEqual(twice.length, 2)
      assert.notStrictEqual(twice[0]?.scale, twice[1]?.scale)
    }))

  it.effect("never load what is in quarantine", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const source = yield* open(folder)
      fs.rmSync(path.join(folder, "images/train/b.png"))
      const feed = Feed.make({ quarantine: ["images/train/b.png"] })
      const batches = Batches.make(makingOf(source, { batch: 3, feed }), 0)
      for (const epoch of [0, 1, 2]) {
        const { samples } = yield* Effect.promise(() => batches.training(epoch, 0))
        assert.notInclude(samples.map(({ file }) => file), "images/train/b.png")
      }
    })))

  it.effect("spoil an image on purpose wherever it is seen, and nothing else", () =>
    Effect.gen(function*() {
      const source = yield* shapes
      const floats = 32 * 32 * 3
      const huge = Math.fround(3e38)
      for (const augment of [Augment.standard(), Augment.standard({ mosaic: 0 }), Augment.off]) {
        const making = makingOf(source, { augment, batch: 20 })
        const [plain, spoilt] = [making, { ...making, badImage: 5 }].map((making) => Batches.make(making, 1e9))
        let seen = 0
        for (const epoch of [0, 1, 2, 3]) {
          const before = yield* Effect.promise(() => (plain as Batches.Batches).training(epoch, 0))
          const after = yield* Effect.promise(() => (spoilt as Batches.Batches).training(epoch, 0))
          assert.deepStrictEqual([after.samples, after.boxes], [before.samples, before.boxes])
          for (let row = 0; row < 20; row++) {
            const parts = before.samples.filter((sample) => sample.row === row)
            const own = parts.some(({ index }) => index === 5)
            const [was, is] = [before, after].map(({ images }) => images.subarray(row * floats, (row + 1) * floats))
            const different = Array.from(is ?? []).flatMap((value, at) => value === was?.[at] ? [] : [value])
            assert.isTrue(different.every((value) => value === huge))
            if (!own) assert.strictEqual(different.length, 0)
            // A generated image fills the whole square, but for where it is moved and made smaller.
            if (parts.length === 1 && own) assert.isAbove(different.length, floats / 5)
            if (augment._tag === "Off" && own) assert.strictEqual(different.length, floats)
            if (different.length > 0) seen++
          }
        }
        assert.isAbove(seen, 1)
        const shown = (index: number) => Effect.promise(() => (spoilt as Batches.Batches).validation(index))
        assert.isBelow((yield* shown(0)).images.reduce((most, value) => Math.max(most, value), 0), 1.01)
      }
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
      const columns = (last?.present.length ?? NaN) / 4
      assert.isTrue(last?.present.subarray(3 * columns).every((value) => value === 0))
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
