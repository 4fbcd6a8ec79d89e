import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Sweep from "../../../runtime/data/Sweep.ts"
import { inFolder, open, photograph, write, writeSound } from "./folder.ts"
import { openShapes } from "./making.ts"

describe("Sweep.broken", () => {
  it.effect("finds nothing in a sound data set, nor in a generated one", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      assert.deepStrictEqual(yield* Sweep.broken(yield* open(folder)), [])
      assert.deepStrictEqual(yield* Sweep.broken(yield* openShapes(5, 2, 0)), [])
    })))

  it.effect("names every image that was damaged, cut, replaced or removed since the data set was opened", () =>
    inFolder(Effect.fn(function*(folder) {
      yield* writeSound(folder)
      const jpeg = yield* photograph(64, 48)
      write(folder, { "images/train/e.jpg": jpeg, "images/train/f.jpg": jpeg, "images/val/g.jpg": jpeg })
      const source = yield* open(folder)
      const half = jpeg.subarray(0, jpeg.length >> 1)
      write(folder, {
        "images/train/a.jpg": half,
        "images/train/b.png": "<!doctype html>",
        // Ends as a whole one does: decoders fill up what is missing with grey.
        "images/train/e.jpg": new Uint8Array([...half, 0xff, 0xd9]),
        "images/val/d.jpg": yield* photograph(48, 64)
      })
      fs.rmSync(path.join(folder, "images/val/g.jpg"))
      const found = yield* Sweep.broken(source)
      assert.deepStrictEqual(found.map(({ file }) => file), [
        "images/train/a.jpg",
        "images/train/b.png",
        "images/train/e.jpg",
        "images/val/d.jpg",
        "images/val/g.jpg"
      ])
      // What libvips says of one image may come with another that is decoded at the same time.
      for (const [at, reason] of [
        "it cannot be decoded, and may be cut short",
        "neither a JPEG",
        "it cannot be decoded, and may be cut short",
        "it was 64 x 48 pixels and is 48 x 64",
        "it cannot be read: ENOENT"
      ].entries()) assert.include(found[at]?.reason, reason)
    })))
})
