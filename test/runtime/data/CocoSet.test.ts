import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Batches from "../../../runtime/data/Batches.ts"
import * as Locations from "../../../runtime/data/Locations.ts"
import * as Source from "../../../runtime/data/Source.ts"
import { part } from "../../require.ts"
import { inFolder, photograph, write } from "./folder.ts"
import { makingOf } from "./making.ts"

interface Coco {
  readonly images: ReadonlyArray<object>
  readonly categories: ReadonlyArray<object>
  readonly annotations: ReadonlyArray<object>
}

const categories = [{ id: 7, name: "platelet" }, { id: 3, name: "cell" }]

const train: Coco = {
  categories,
  images: [
    { id: 20, file_name: "b.png", width: 48, height: 64 },
    { id: 10, file_name: "a.jpg", width: 64, height: 48 },
    { id: 30, file_name: "c.webp" }
  ],
  annotations: [
    { id: 1, image_id: 10, category_id: 7, bbox: [16, 12, 16, 24], area: 200, iscrowd: 0 },
    { id: 2, image_id: 20, category_id: 3, bbox: [0, 0, 48, 64] },
    { id: 3, image_id: 10, category_id: 3, bbox: [0, 0, 64, 24], area: 900, iscrowd: 1 },
    { id: 4, image_id: 10, category_id: 3, bbox: [32, 24, 32, 24], iscrowd: 0 },
    { id: 5, image_id: 10, category_id: 3, bbox: [32, 24, 32, 24], iscrowd: 0 }
  ]
}

const val: Coco = {
  categories,
  images: [{ id: 10, file_name: "d.jpg", width: 64, height: 48 }],
  annotations: [{ id: 1, image_id: 10, category_id: 3, bbox: [1, 2, 3, 4], area: 5, iscrowd: 0 }]
}

const trainFile = "annotations/instances_train2017.json"

/** Writes a sound data set of three train images, the last one background, and one val image, with some replaced. */
const writeSound = Effect.fn(function*(folder: string, changes: { readonly train?: Partial<Coco>; readonly val?: Partial<Coco> } = {}) {
  write(folder, {
    [trainFile]: JSON.stringify({ ...train, ...changes.train }),
    "annotations/instances_val2017.json": JSON.stringify({ ...val, ...changes.val }),
    "train2017/a.jpg": yield* photograph(64, 48),
    "train2017/b.png": yield* photograph(48, 64, "png"),
    "train2017/c.webp": yield* photograph(64, 64, "webp"),
    "val2017/d.jpg": yield* photograph(64, 48, "jpeg", 1)
  })
})

const open = Effect.fn(function*(folder: string, options: Partial<Parameters<typeof Dataset.coco>[0]> = {}) {
  const locations = yield* Locations.read(path.join(folder, ".ballast"), [`cells=${folder}`])
  const dataset = Dataset.coco({ name: "cells", about: "cells under a microscope", ...options })
  return yield* Source.open(dataset, { locations, cache: path.join(folder, "cache") })
})

const reasonsOf = ({ excluded }: Source.Source): ReadonlyArray<string> =>
  excluded.map(({ file, line, reason, split }) => {
    assert.isNull(line)
    assert.strictEqual(split, "train")
    return `${file}: ${reason}`
  })

describe("A data set in the COCO layout", () => {
  it.effect("has its categories by id for classes, boxes in shares, areas and crowds", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const { directory, duplicates, excluded, facts, images } = yield* open(folder)
      assert.strictEqual(directory, folder)
      assert.deepStrictEqual(excluded, [])
      assert.strictEqual(duplicates, 1)
      assert.match(facts.fingerprint ?? "", /^[0-9a-f]{64}$/)
      assert.deepStrictEqual({ ...facts, fingerprint: null }, {
        name: "cells",
        classes: ["cell", "platelet"],
        images: { train: 3, val: 1 },
        trainFiles: ["train2017/a.jpg", "train2017/b.png", "train2017/c.webp"],
        boxes: { train: 3, val: 1 },
        maxBoxes: 2,
        background: 1,
        boxesByClass: [2, 1],
        medianSide: 0.5,
        leaked: 0,
        leftOut: [],
        fingerprint: null
      })
      assert.deepStrictEqual(images.train, [
        {
          file: "train2017/a.jpg",
          size: { width: 64, height: 48 },
          labels: {
            boxes: [0.25, 0.25, 0.5, 0.75, 0.5, 0.5, 1, 1],
            classes: [1, 0],
            areas: [200, null],
            crowds: { boxes: [0, 0, 1, 0.5], classes: [0] }
          }
        },
        { file: "train2017/b.png", size: { width: 48, height: 64 }, labels: { boxes: [0, 0, 1, 1], classes: [0] } },
        { file: "train2017/c.webp", size: { width: 64, height: 64 }, labels: { boxes: [], classes: [] } }
      ])
    })))

  it.effect("lies without a year, or where the recipe says", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const before = yield* open(folder)
      for (const split of ["train", "val"]) {
        fs.renameSync(path.join(folder, `${split}2017`), path.join(folder, split))
        fs.renameSync(
          path.join(folder, `annotations/instances_${split}2017.json`),
          path.join(folder, `annotations/instances_${split}.json`)
        )
      }
      const plain = yield* open(folder)
      assert.strictEqual(plain.images.train[0]?.file, "train/a.jpg")
      assert.deepStrictEqual(plain.images.train.map(({ labels }) => labels), before.images.train.map(({ labels }) => labels))
      fs.renameSync(path.join(folder, "annotations/instances_train.json"), path.join(folder, "train/_annotations.coco.json"))
      const elsewhere = { train: { images: "train", annotations: "train/_annotations.coco.json" } }
      assert.deepStrictEqual((yield* open(folder, elsewhere)).facts, plain.facts)
    })))

  it.effect("leaves an image out as a whole where an entry about it is wrong, and says which", () =>
    inFolder(Effect.fn(function*(folder) {
      const on = (image_id: number, more: object) => ({ image_id, category_id: 3, bbox: [1, 1, 8, 8], iscrowd: 0, ...more })
      const jpeg = yield* photograph(64, 48)
      const names = ["zero", "over", "nan", "category", "twice", "crowd", "turned", "cut"]
      for (const name of names) write(folder, { [`train2017/${name}.jpg`]: jpeg })
      write(folder, { "train2017/cut.jpg": jpeg.subarray(0, jpeg.length >> 1) })
      const added = names.map((name, index) => ({
        id: 100 + index,
        file_name: `${name}.jpg`,
        ...(name === "turned" ? { width: 48, height: 64 } : {})
      }))
      yield* writeSound(folder, {
        train: {
          images: [
            ...train.images,
            ...added,
            { id: 200, file_name: "none.jpg" },
            { id: 201 },
            { id: 202, file_name: "same.jpg" },
            { id: 202, file_name: "other.jpg" },
            { id: 203, file_name: "c.webp" },
            { file_name: "x.jpg" }
          ],
          annotations: [
            ...train.annotations,
            on(100, { id: 50, bbox: [1, 1, 0, 8] }),
            on(101, { id: 51, bbox: [60, 1, 8, 8] }),
            on(101, { id: 52, bbox: [1, 1, 8, 80] }),
            on(102, { id: 53, bbox: [1, null, 8, 8] }),
            on(103, { id: 54, category_id: 4 }),
            on(104, { id: 55 }),
            on(104, { id: 55, bbox: [2, 2, 8, 8] }),
            on(105, { id: 56, iscrowd: 2 }),
            on(999, { id: 57 })
          ]
        }
      })
      const source = yield* open(folder)
      assert.sameMembers([...reasonsOf(source)], [
        `${trainFile}: images[16].id: is missing, expected a whole number or text`,
        `${trainFile}: annotations[13].image_id: there is no image 999`,
        `${trainFile}: annotations[8].bbox: expected x, y, width and height as finite numbers, got null among them`,
        `${trainFile}: annotations[9].category_id: there is no category 4`,
        `${trainFile}: annotations[11].id: 55 is the id of annotations[10], too`,
        `${trainFile}: annotations[12].iscrowd: expected 0 or 1, got 2`,
        `${trainFile}: images[14].id: 202 is the id of images[13], too`,
        `${trainFile}: images[11].file_name: none.jpg is not there: it is looked for in train2017`,
        `${trainFile}: images[12].file_name: is missing, or no text`,
        `${trainFile}: images[2].file_name: train2017/c.webp is named 2 times; images[15].file_name too`,
        `${trainFile}: annotations[5].bbox: the box is 0 wide and 8 high: it has no area`,
        `${trainFile}: annotations[6].bbox: the box's right edge is at 68, outside the image: it is 64 wide and 48 high; annotations[7].bbox too`,
        `${trainFile}: images[9]: the image is 64 x 48 pixels, and not 48 x 64: its EXIF orientation may turn it, and the boxes were drawn before that`,
        `train2017/cut.jpg: ${source.excluded.find(({ file }) => file.endsWith("cut.jpg"))?.reason}`
      ])
      assert.strictEqual(source.facts.images.train, 2)
      const strict = yield* Effect.flip(open(folder, { strict: true }))
      assert.strictEqual(strict._tag, "DataFault")
      assert.include(strict.message, "is strict, and 14 images cannot be used")
      assert.include(strict.message, "and 9 more")
    })))

  it.effect("reads no file outside its folder, whatever the annotations name", () =>
    inFolder(Effect.fn(function*(above) {
      const folder = path.join(above, "set")
      write(above, { "secret/s.jpg": yield* photograph(64, 48) })
      const names = ["../../secret/s.jpg", path.join(above, "secret/s.jpg"), "link.jpg", "folder/s.jpg", "../annotations", "a\0b.jpg"]
      yield* writeSound(folder, {
        train: { images: [...train.images, ...names.map((file_name, index) => ({ id: 50 + index, file_name }))] }
      })
      fs.symlinkSync(path.join(above, "secret/s.jpg"), path.join(folder, "train2017/link.jpg"))
      fs.symlinkSync(path.join(above, "secret"), path.join(folder, "train2017/folder"))
      const source = yield* open(folder)
      assert.strictEqual(source.facts.images.train, 3)
      const reasons = reasonsOf(source)
      assert.strictEqual(reasons.length, names.length)
      assert.strictEqual(reasons.filter((reason) => reason.includes("leads outside")).length, 4)
      assert.isTrue(reasons.some((reason) => reason.startsWith("annotations: it cannot be read")))
      fs.renameSync(path.join(folder, "train2017"), path.join(above, "moved"))
      fs.symlinkSync(path.join(above, "moved"), path.join(folder, "train2017"))
      assert.include((yield* Effect.flip(open(folder))).message, "its train images cannot be read: train2017 leads outside")
    })))

  it.effect("says what is wrong with it as a whole", () =>
    inFolder(Effect.fn(function*(folder) {
      const messageOf = (options: Parameters<typeof open>[1] = {}) =>
        Effect.map(Effect.flip(open(folder, options)), ({ message }) => message)
      const missing = yield* messageOf()
      for (const what of [
        "there is neither annotations/instances_train2017.json nor annotations/instances_train.json in",
        "cells under a microscope",
        "--data cells=PATH",
        "val2017/b.jpg"
      ]) assert.include(missing, what)
      yield* writeSound(folder, { val: { categories: [{ id: 3, name: "cell" }, { id: 7, name: "other" }] } })
      assert.include(yield* messageOf(), `list other categories: 7 "platelet" is in one of them alone`)
      yield* writeSound(folder, { train: { categories: [{ id: 1, name: "a" }, { id: 2, name: "a" }] } })
      assert.include(yield* messageOf(), `lists two categories called "a"`)
      yield* writeSound(folder, { train: { categories: [] } })
      assert.include(yield* messageOf(), "lists no category")
      yield* writeSound(folder, { train: { images: [], annotations: [] } })
      assert.include(yield* messageOf(), "has no train image: annotations/instances_train2017.json names none")
      yield* writeSound(folder, { train: { annotations: train.annotations.slice(2, 3) } })
      assert.include(yield* messageOf(), "has no box on any train image")
      write(folder, { [trainFile]: "{" })
      assert.include(yield* messageOf(), `${trainFile} is not JSON`)
      const elsewhere = { train: { images: "train2017", annotations: "none.json" } }
      assert.include(yield* messageOf(elsewhere), "its train annotations cannot be read: none.json is not there")
    })))

  it.effect("has another fingerprint for any change of an image, a box, an area, a crowd, a name or a category alone", () =>
    inFolder(Effect.fn(function*(folder) {
      const fingerprintOf = Effect.map(open(folder), ({ facts }) => facts.fingerprint)
      yield* writeSound(folder)
      const before = yield* fingerprintOf
      const [first = {}, ...others] = train.annotations
      yield* writeSound(folder, {
        // None of this decides an image or a label.
        train: {
          images: train.images.toReversed().map((image) => ({ ...image, license: 3 })),
          annotations: train.annotations.map((annotation) => ({ ...annotation, segmentation: [] }))
        }
      })
      assert.strictEqual(yield* fingerprintOf, before)
      const changes: ReadonlyArray<Partial<Coco>> = [
        { annotations: [{ ...first, bbox: [16, 12, 16, 25] }, ...others] },
        { annotations: [{ ...first, area: 201 }, ...others] },
        { annotations: [{ ...first, iscrowd: 1 }, ...others] },
        { annotations: [{ ...first, category_id: 3 }, ...others] },
        { annotations: others },
        { images: train.images.slice(1), annotations: train.annotations.toSpliced(1, 1) }
      ]
      const seen = new Set([before])
      for (const changed of changes) {
        yield* writeSound(folder, { train: changed })
        seen.add(yield* fingerprintOf)
      }
      const renamed = [{ id: 7, name: "plate" }, { id: 3, name: "cell" }]
      yield* writeSound(folder, { train: { categories: renamed }, val: { categories: renamed } })
      seen.add(yield* fingerprintOf)
      yield* writeSound(folder)
      fs.appendFileSync(path.join(folder, "train2017/c.webp"), "x")
      seen.add(yield* fingerprintOf)
      assert.strictEqual(seen.size, changes.length + 3)
    })))
})

const photographs = process.env["BALLAST_TEST_DATA"] ?? ""

/** Writes the first images of a set's splits, with what is known of them, in the COCO layout. */
const copyAsCoco = (source: Source.Source, folder: string, counts: { readonly train: number; readonly val: number }): void => {
  for (const split of ["train", "val"] as const) {
    const entries = source.images[split].slice(0, counts[split])
    fs.mkdirSync(path.join(folder, split), { recursive: true })
    for (const { file } of entries) {
      fs.copyFileSync(path.join(source.directory ?? "", file ?? ""), path.join(folder, split, path.basename(file ?? "")))
    }
    const boxes = entries.flatMap(({ labels, size }, image) =>
      (labels?.classes ?? []).map((number, at) => {
        const { height, width } = size ?? { width: NaN, height: NaN }
        const [left = NaN, top = NaN, right = NaN, bottom = NaN] = labels?.boxes.slice(4 * at, 4 * at + 4) ?? []
        const bbox = [left * width, top * height, (right - left) * width, (bottom - top) * height]
        return { image_id: image, category_id: number * 10, bbox, iscrowd: 0 }
      })
    )
    write(folder, {
      [`annotations/instances_${split}.json`]: JSON.stringify({
        images: entries.map(({ file, size }, id) => ({ id, file_name: path.basename(file ?? ""), ...size })),
        categories: source.facts.classes.map((name, id) => ({ id: id * 10, name })).toReversed(),
        annotations: boxes.map((box, id) => ({ id, ...box }))
      })
    })
  }
}

part("data", photographs !== "", "A COCO copy of real photographs", () => {
  it.effect("has the facts of the original, and gives the same batches", () =>
    inFolder(Effect.fn(function*(folder) {
      const counts = { train: 22, val: 8 }
      const locations = yield* Locations.read(folder, [`yolo=${photographs}`, `coco=${folder}`])
      const options = { locations, cache: path.join(folder, "cache") }
      const whole = yield* Source.open(Dataset.yolo({ name: "yolo", strict: true }), options)
      copyAsCoco(whole, folder, counts)
      const coco = yield* Source.open(Dataset.coco({ name: "coco", strict: true }), options)
      assert.deepStrictEqual(coco.facts.images, counts)
      assert.deepStrictEqual(coco.facts.classes, whole.facts.classes)
      assert.strictEqual((yield* Source.open(Dataset.coco({ name: "coco" }), options)).facts.fingerprint, coco.facts.fingerprint)
      const yolo: Source.Source = {
        ...whole,
        facts: { ...whole.facts, images: counts },
        images: { train: whole.images.train.slice(0, counts.train), val: whole.images.val.slice(0, counts.val) }
      }
      const boxesOf = (source: Source.Source): number =>
        source.images.train.reduce((sum, { labels }) => sum + (labels?.classes.length ?? 0), 0)
      assert.strictEqual(coco.facts.boxes.train, boxesOf(yolo))
      const { maxBoxes } = whole.facts
      const [left, right] = [yolo, coco].map((source) => Batches.make(makingOf(source, { input: 64, maxBoxes }), 0))
      if (left === undefined || right === undefined) return
      for (const make of [
        (batches: Batches.Batches) => batches.training(0, 1),
        (batches: Batches.Batches) => batches.training(1, 0),
        (batches: Batches.Batches) => batches.validation(1)
      ]) {
        const [expected, actual] = yield* Effect.promise(() => Promise.all([make(left), make(right)]))
        assert.deepStrictEqual(actual.images, expected.images)
        assert.deepStrictEqual(actual.classes, expected.classes)
        assert.deepStrictEqual(actual.present, expected.present)
        actual.boxes.forEach((edge, at) => assert.closeTo(edge, expected.boxes[at] ?? NaN, 1e-5))
        assert.deepStrictEqual(
          actual.samples.map(({ file, ...sample }) => ({ ...sample, file: path.basename(file ?? "") })),
          expected.samples.map(({ file, ...sample }) => ({ ...sample, file: path.basename(file ?? "") }))
        )
      }
    })))
})
