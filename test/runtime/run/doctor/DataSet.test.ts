import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Dataset from "../../../../dsl/Dataset.ts"
import * as Source from "../../../../runtime/data/Source.ts"
import * as DataSet from "../../../../runtime/run/doctor/DataSet.ts"
import { inFolder, photograph, write, writeSound, yaml } from "../../data/folder.ts"
import { lookHere } from "./looking.ts"

const homeOf = (folder: string): string => path.join(folder, ".ballast")

const look = (folder: string, place = folder) => lookHere(DataSet.check, { home: homeOf(folder), data: [`cells=${place}`] })

/** Opens the set as a plan does, which keeps its fingerprint. */
const open = (folder: string) =>
  Source.open(Dataset.yolo({ name: "cells" }), {
    locations: { of: () => folder, known: ["cells"] },
    cache: path.join(homeOf(folder), "cache")
  })

describe("DataSet", () => {
  it.effect("counts the images of its splits, and tells whether its fingerprint is cached", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const fresh = yield* look(folder)
      assert.deepStrictEqual([fresh.name, fresh.status, fresh.remedy], ["data cells", "ok", null])
      assert.strictEqual(
        fresh.found,
        `YOLO in ${folder}: train 3, val 1 images; its fingerprint is not cached: the first use reads every image`
      )
      assert.isFalse(fs.existsSync(homeOf(folder)))
      yield* open(folder)
      assert.match((yield* look(folder)).found, /; its fingerprint is cached$/)
      assert.match((yield* look(folder, path.join(folder, "data.yaml"))).found, /; its fingerprint is cached$/)
      write(folder, { "images/train/e.png": yield* photograph(32, 32, "png") })
      assert.match((yield* look(folder)).found, /train 4, val 1 images; about 20% of its images are new or changed/)
    })))

  it.effect("says so where its folder is gone, or is another, and how to name it", () =>
    inFolder(Effect.fn(function*(folder) {
      const gone = yield* look(folder, path.join(folder, "gone"))
      assert.deepStrictEqual([gone.status, gone.found], ["failed", `${folder}/gone is not there`])
      assert.match(gone.remedy ?? "", /--data cells=PATH, or in .*datasets\.json/)
      const other = yield* look(folder)
      assert.strictEqual(other.status, "warning")
      assert.match(other.found, /neither a data\.yaml nor annotations/)
    })))

  it.effect("says what of it is wrong", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      fs.symlinkSync("nowhere.jpg", path.join(folder, "images/train/z.jpg"))
      const { found, remedy, status } = yield* look(folder)
      assert.strictEqual(status, "warning")
      assert.match(found, /1 left out, images\/train\/z\.jpg: its link leads nowhere/)
      assert.match(remedy ?? "", /npx ballast validate/)
      fs.rmSync(path.join(folder, "images/val/d.jpg"))
      assert.match((yield* look(folder)).found, /there is no val image/)
      assert.strictEqual((yield* look(folder)).status, "failed")
      write(folder, { "data.yaml": yaml.replace("images/val", "nowhere") })
      assert.match((yield* look(folder)).found, /"val" names nowhere, which is not there/)
      assert.strictEqual((yield* look(folder)).status, "failed")
    })))

  it.effect("counts the images of COCO's folders without reading their annotations", () =>
    inFolder(Effect.fn(function*(folder) {
      const image = yield* photograph(16, 16)
      write(folder, {
        "annotations/instances_train2017.json": "{",
        "annotations/instances_val2017.json": "{",
        "train2017/a.jpg": image,
        "train2017/b.jpg": image,
        "val2017/c.jpg": image
      })
      const { found, status } = yield* look(folder)
      assert.strictEqual(status, "ok")
      assert.match(found, /^COCO in .*: train 2, val 1 images; its fingerprint is not cached/)
    })))

  it.effect.skipIf(process.getuid?.() === 0)("says so where its folder cannot be read", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      fs.chmodSync(folder, 0o000)
      const { found, remedy, status } = yield* look(folder)
      fs.chmodSync(folder, 0o755)
      assert.strictEqual(status, "failed")
      assert.match(found, /cannot be read/)
      assert.match(remedy ?? "", /chmod/)
    })))
})
