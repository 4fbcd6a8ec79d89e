import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as DataYaml from "../../../runtime/data/DataYaml.ts"
import { inFolder, write } from "./folder.ts"

const places = (folder: string): void => {
  for (const place of ["images/train", "images/val", "train/images", "deep/images/val"]) {
    fs.mkdirSync(path.join(folder, place), { recursive: true })
  }
}

const read = (folder: string, text: string) => {
  write(folder, { "data.yaml": text })
  return DataYaml.read(path.join(folder, "data.yaml"))
}

const sound = "train: images/train\nval: images/val\n"

const relatives = ({ places }: DataYaml.DataYaml) =>
  [...places.train, ...places.val].map(({ relative }) => relative)

describe("DataYaml", () => {
  it.effect("reads classes as a list, as a map in any order, or as their number alone", () =>
    inFolder(Effect.fn(function*(folder) {
      places(folder)
      const classes = (text: string) => Effect.map(read(folder, `${sound}${text}`), (yaml) => yaml.classes)
      assert.deepStrictEqual(yield* classes("names: [cell, 7, no]"), ["cell", "7", "no"])
      assert.deepStrictEqual(yield* classes("names:\n  1: b\n  0: a\n"), ["a", "b"])
      assert.deepStrictEqual(yield* classes("nc: 2\n"), ["class_0", "class_1"])
    })))

  it.effect("honours a path within the folder, and takes another machine's for the folder itself", () =>
    inFolder(Effect.fn(function*(folder) {
      places(folder)
      const text = "train: images/train\nval: images/val\nnames: [a]\n"
      for (const stated of [".", folder, "/home/someone/datasets/cells", "../datasets/cells", "", "none"]) {
        const yaml = yield* read(folder, `path: ${stated}\n${text}`)
        assert.deepStrictEqual(relatives(yaml), ["images/train", "images/val"])
      }
      const deep = yield* read(folder, "path: deep\ntrain: images/val\nval: [images/val]\nnames: [a]\n")
      assert.deepStrictEqual(relatives(deep), ["deep/images/val", "deep/images/val"])
    })))

  it.effect("takes ../train/images for train/images where only that is there", () =>
    inFolder(Effect.fn(function*(folder) {
      places(folder)
      const yaml = yield* read(folder, "train: ../train/images\nval: images/val\nnames: [a]\n")
      assert.deepStrictEqual(relatives(yaml), ["train/images", "images/val"])
    })))

  it.effect("refuses a place outside the folder, by dots, by an absolute path or by a link", () =>
    inFolder(Effect.fn(function*(above) {
      const folder = path.join(above, "cells")
      const other = path.join(above, "other")
      places(folder)
      fs.mkdirSync(other)
      fs.symlinkSync(other, path.join(folder, "link"))
      for (const place of ["../other", other, "link", "images/../../other"]) {
        const fault = yield* Effect.flip(read(folder, `train: ${place}\nval: images/val\nnames: [a]\n`))
        assert.include(fault.message, `"train" names ${place}, which leads outside`)
      }
    })))

  it.effect("says what is wrong", () =>
    inFolder(Effect.fn(function*(folder) {
      places(folder)
      const faults = {
        "names: [a": "it cannot be read",
        "- a\n": "it must hold train, val and names",
        [sound]: `"names" is missing`,
        [`${sound}names: cell`]: `"names" must be a list`,
        [`${sound}names: []`]: "no name",
        [`${sound}names: [a, b, a]`]: `holds "a" twice`,
        [`${sound}names: {1: a, 2: b}`]: "from 0 up",
        [`${sound}names: [[a]]`]: "must list texts",
        [`${sound}names: [a]\nnc: 2`]: `"nc" is 2`,
        "train: images/train\nnames: [a]": `"val" must name`,
        "train: images/train\nval: [3]\nnames: [a]": `"val" must name`,
        "train: none\nval: images/val\nnames: [a]": `"train" names none, which is not there`
      }
      for (const [text, what] of Object.entries(faults)) {
        const fault = yield* Effect.flip(read(folder, text))
        assert.include(fault.message, what)
        assert.strictEqual(fault.sample, path.join(folder, "data.yaml"))
      }
    })))
})
