import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Locations from "../../../runtime/data/Locations.ts"
import * as Source from "../../../runtime/data/Source.ts"
import { part } from "../../require.ts"
import { inFolder, open, photograph, write, writeSound, yaml } from "./folder.ts"

const filesOf = (entries: ReadonlyArray<Source.Entry>): ReadonlyArray<string | null> => entries.map(({ file }) => file)

const messageOf = <A>(opened: Effect.Effect<A, Source.DataMissing | { readonly message: string }>) =>
  Effect.map(Effect.flip(opened), ({ message }) => message)

describe("Source of a folder", () => {
  it.effect("counts what is used, in the order of names, with room for the fullest image of both splits", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const { directory, duplicates, excluded, facts, images } = yield* open(folder)
      assert.strictEqual(directory, folder)
      assert.deepStrictEqual(filesOf(images.train), ["images/train/a.jpg", "images/train/b.png", "images/train/c.webp"])
      assert.deepStrictEqual(filesOf(images.val), ["images/val/d.jpg"])
      assert.deepStrictEqual(images.train[1]?.size, { width: 48, height: 64 })
      assert.deepStrictEqual(images.train[1]?.labels, { boxes: [0, 0, 1, 1], classes: [1] })
      assert.deepStrictEqual(excluded, [])
      assert.strictEqual(duplicates, 0)
      assert.match(facts.fingerprint ?? "", /^[0-9a-f]{64}$/)
      assert.deepStrictEqual({ ...facts, fingerprint: null }, {
        name: "cells",
        classes: ["cell", "platelet"],
        images: { train: 3, val: 1 },
        trainFiles: ["images/train/a.jpg", "images/train/b.png", "images/train/c.webp"],
        boxes: { train: 3, val: 3 },
        maxBoxes: 3,
        background: 1,
        boxesByClass: [1, 2],
        // Of the sides 0.1, the root of an eighth, and 1.
        medianSide: Math.sqrt(0.25 * 0.5),
        leaked: 0,
        leftOut: [],
        fingerprint: null
      })
    })))

  it.effect("leaves an image out as a whole where it or one of its rows is bad, and says where", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const jpeg = yield* photograph(64, 48)
      write(folder, {
        "images/train/cut.jpg": jpeg.subarray(0, jpeg.length >> 1),
        "images/train/empty.jpg": "",
        "images/train/page.jpg": "<!doctype html>",
        "images/train/really-webp.png": yield* photograph(32, 32, "webp"),
        "images/train/rows.jpg": jpeg,
        "labels/train/rows.txt": "0 0.5 0.5 0.1 0.1\n0 NaN 0.5 0.1 0.1\n7 0.5 0.5 0.1 0.1\n",
        "images/train/twice.jpg": jpeg,
        "labels/train/twice.txt": "0 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1\n",
        "images/train/._a.jpg": "a resource fork",
        "images/train/notes.txt": "not an image"
      })
      fs.mkdirSync(path.join(folder, "labels/train/really-webp.txt"))
      const { duplicates, excluded, facts } = yield* open(folder)
      assert.deepStrictEqual(excluded.map(({ file, line, split }) => [split, file, line]), [
        ["train", "images/train/cut.jpg", null],
        ["train", "images/train/empty.jpg", null],
        ["train", "images/train/page.jpg", null],
        ["train", "labels/train/really-webp.txt", null],
        ["train", "labels/train/rows.txt", 2]
      ])
      assert.include(excluded[0]?.reason, "cut short")
      assert.include(excluded[4]?.reason, `"NaN" is not a number; line 3 too`)
      assert.strictEqual(duplicates, 1)
      assert.deepStrictEqual([facts.images.train, facts.leftOut.length], [4, 5])
      fs.rmdirSync(path.join(folder, "labels/train/really-webp.txt"))
      const mended = yield* open(folder)
      assert.include(filesOf(mended.images.train), "images/train/really-webp.png")
    })))

  it.effect("refuses a strict set with anything bad in it, and lists it", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      yield* open(folder, { strict: true })
      write(folder, { "labels/train/a.txt": "0 0.5 0.5 0 0" })
      const fault = yield* Effect.flip(open(folder, { strict: true }))
      assert.strictEqual(fault._tag, "DataFault")
      assert.include(fault.message, "1 image cannot be used")
      assert.include(fault.message, "labels/train/a.txt, line 1: the box is 0 wide")
    })))

  it.effect("refuses a set without train images, val images or any box to learn", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      fs.rmSync(path.join(folder, "labels/train"), { recursive: true })
      assert.include(yield* messageOf(open(folder)), "images/train/a.jpg is looked for at labels/train/a.txt")
      write(folder, { "images/val/d.jpg": "" })
      assert.include(yield* messageOf(open(folder)), "images/val/d.jpg: the file is empty")
      fs.rmSync(path.join(folder, "images/val/d.jpg"))
      assert.include(yield* messageOf(open(folder)), "has no val image")
    })))

  it.effect("counts the val images that are train images, too, whatever they are called", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      for (const name of ["e.jpg", "f.jpg"]) {
        fs.copyFileSync(path.join(folder, "images/train/a.jpg"), path.join(folder, "images/val", name))
      }
      fs.copyFileSync(path.join(folder, "images/train/a.jpg"), path.join(folder, "images/train/g.jpg"))
      const { facts } = yield* open(folder)
      assert.strictEqual(facts.images.val, 3)
      assert.strictEqual(facts.leaked, 2)
    })))

  it.effect("says of a set that is not at hand what it is, how it is laid out and how to name its place", () =>
    inFolder(Effect.fn(function*(folder) {
      const said = (message: string, what: string) => {
        for (const part of [what, "cells under a microscope", "--data cells=PATH", "datasets.json", "labels/train/"]) {
          assert.include(message, part)
        }
        const [, , ...layout] = message.split("\n")
        for (const line of layout) assert.isAtMost(line.length, 76, "a report cuts what does not fit its columns")
      }
      said(yield* messageOf(open(folder)), "no data.yaml")
      said(yield* messageOf(open(path.join(folder, "none"))), "none is not there")
      const nowhere = Effect.fnUntraced(function*(flags: ReadonlyArray<string>) {
        const locations = yield* Locations.read(folder, flags)
        const dataset = Dataset.yolo({ name: "cells", about: "cells under a microscope" })
        const missing = yield* Effect.flip(Source.open(dataset, { locations, cache: folder }))
        assert.strictEqual(missing._tag, "DataMissing")
        return missing.message
      })
      said(yield* nowhere([]), "is not at hand: nothing says where it lies\n")
      said(yield* nowhere(["cels=a"]), "is not at hand: nothing says where it lies, only where \"cels\" lies\n")
    })))
})

describe("the fingerprint", () => {
  const fingerprintOf = (folder: string, rehash = false) =>
    Effect.map(open(folder, { rehash }), ({ facts }) => facts.fingerprint)

  it.effect("is the same elsewhere, and another for any change of an image, a label, a name or a class", () =>
    inFolder(Effect.fn(function*(folder) {
      const one = path.join(folder, "one")
      const two = path.join(folder, "two")
      yield* writeSound(one)
      yield* writeSound(two)
      const before = yield* fingerprintOf(one)
      assert.strictEqual(before, yield* fingerprintOf(two))
      const seen = new Set([before])
      const changes: ReadonlyArray<() => void> = [
        () => fs.appendFileSync(path.join(two, "images/train/a.jpg"), "x"),
        () => fs.appendFileSync(path.join(two, "labels/train/a.txt"), "\n"),
        () => fs.renameSync(path.join(two, "images/train/c.webp"), path.join(two, "images/train/e.webp")),
        () => write(two, { "data.yaml": yaml.replace("cell,", "cells,") }),
        () => fs.renameSync(path.join(two, "images/train/e.webp"), path.join(two, "images/val/e.webp"))
      ]
      for (const change of changes) {
        change()
        seen.add(yield* fingerprintOf(two))
      }
      assert.strictEqual(seen.size, changes.length + 1)
      // An image that is left out decides nothing.
      write(one, { "images/train/z.jpg": "" })
      assert.strictEqual(yield* fingerprintOf(one), before)
    })))

  it.effect("is looked up by size and time of change, computed again with rehash, and survives a broken cache", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const file = path.join(folder, "images/train/a.jpg")
      fs.utimesSync(file, 1e9, 1e9)
      const before = yield* fingerprintOf(folder)
      const [cache = ""] = fs.readdirSync(path.join(folder, "cache"))
      assert.match(cache, /^data-[0-9a-f]{16}\.json$/)
      fs.writeFileSync(file, fs.readFileSync(file).fill(0, 900, 920))
      fs.utimesSync(file, 1e9, 1e9)
      assert.strictEqual(yield* fingerprintOf(folder), before)
      assert.notStrictEqual(yield* fingerprintOf(folder, true), before)
      const known = yield* fingerprintOf(folder)
      fs.writeFileSync(file, fs.readFileSync(file).fill(1, 900, 920))
      assert.notStrictEqual(yield* fingerprintOf(folder), known)
      fs.writeFileSync(path.join(folder, "cache", cache), `{"format":`)
      assert.notStrictEqual(yield* fingerprintOf(folder), before)
      assert.deepStrictEqual(fs.readdirSync(path.join(folder, "cache")), [cache])
      assert.include(fs.readFileSync(path.join(folder, "cache", cache), "utf8"), "images/train/a.jpg")
    })))

  it.effect("is found without a place for the cache", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const before = yield* fingerprintOf(folder)
      fs.rmSync(path.join(folder, "cache"), { recursive: true })
      fs.writeFileSync(path.join(folder, "cache"), "a file")
      assert.strictEqual(yield* fingerprintOf(folder), before)
    })))
})

describe("Source of generated images", () => {
  const opened = (dataset: Dataset.Shapes) =>
    Effect.gen(function*() {
      const locations = yield* Locations.read("/nowhere", [])
      return yield* Source.open(dataset, { locations, cache: "/nowhere" })
    })
  const dataset = Dataset.shapes({ train: 256, val: 64, seed: 7 })

  it.effect("has the facts of what is drawn", () =>
    Effect.gen(function*() {
      const { directory, facts, images } = yield* opened(dataset)
      assert.isNull(directory)
      assert.deepStrictEqual(facts, {
        name: "shapes",
        classes: ["circle", "square", "triangle"],
        images: { train: 256, val: 64 },
        trainFiles: null,
        boxes: { train: 622, val: 170 },
        maxBoxes: 4,
        background: 0,
        boxesByClass: [211, 227, 184],
        medianSide: 0.3248822778213207,
        leaked: 0,
        leftOut: [],
        fingerprint: "020a0aaab6a0311f69c770051cc3bfbd6be2a68f9a2c84fcf810075fb22a4e3c"
      })
      assert.strictEqual(images.train.length, 256)
    }))

  it.effect("has another fingerprint for every field", () =>
    Effect.gen(function*() {
      const sets = [
        dataset,
        { ...dataset, train: 255 },
        { ...dataset, val: 65 },
        { ...dataset, seed: 8 },
        { ...dataset, classes: ["square", "circle"] as const }
      ]
      const prints = yield* Effect.forEach(sets, (set) => Effect.map(opened(set), ({ facts }) => facts.fingerprint))
      assert.strictEqual(new Set(prints).size, sets.length)
      const all = ["circle", "square", "triangle"] as const
      assert.strictEqual((yield* opened({ ...dataset, classes: all })).facts.fingerprint, prints[0])
    }))
})

const photographs = process.env["BALLAST_TEST_DATA"] ?? ""

part("data", photographs !== "", "Source of real photographs", () => {
  it.effect("uses all of them, and finds the same a second time", () =>
    inFolder(Effect.fn(function*(folder) {
      const locations = yield* Locations.read(folder, [`blood-cells=${photographs}`])
      const dataset = Dataset.yolo({ name: "blood-cells", strict: true })
      const first = yield* Source.open(dataset, { locations, cache: folder })
      assert.deepStrictEqual(first.facts.classes, ["RBC", "WBC", "Platelets"])
      assert.deepStrictEqual(first.facts.images, { train: 205, val: 87 })
      assert.isTrue(first.images.train.every(({ size }) => size?.width === 640 && size.height === 480))
      const began = performance.now()
      assert.deepStrictEqual(yield* Source.open(dataset, { locations, cache: folder }), first)
      assert.isBelow(performance.now() - began, 2000)
    })))
})
