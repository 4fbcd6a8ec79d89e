/**
 * Data sets made on the disk for a test.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import sharp from "sharp"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Locations from "../../../runtime/data/Locations.ts"
import * as Random from "../../../runtime/data/Random.ts"
import * as Source from "../../../runtime/data/Source.ts"

/** Runs a test in a temporary folder that goes afterwards. */
export const inFolder = <A, E, R>(body: (folder: string) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-data-")))),
    body,
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
  )

/** Writes files, given by their paths in the folder. */
export const write = (folder: string, files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [file, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    fs.writeFileSync(path.join(folder, file), content)
  }
}

type Format = "jpeg" | "png" | "webp"

/** A photograph of noise, which does not compress to nothing. */
export const photograph = (width: number, height: number, format: Format = "jpeg", orientation?: number) =>
  Effect.promise(async () => {
    const { below } = Random.stream("noise")
    const pixels = Uint8Array.from({ length: width * height * 3 }, () => below(256))
    const image = sharp(pixels, { raw: { width, height, channels: 3 } }).toFormat(format)
    return new Uint8Array(await (orientation === undefined ? image : image.withMetadata({ orientation })).toBuffer())
  })

export const yaml = "path: .\ntrain: images/train\nval: images/val\nnames: [cell, platelet]\n"

/** Writes a sound data set of three train images, the last one background, and one val image. */
export const writeSound = Effect.fn("folder.writeSound")(function*(folder: string) {
  write(folder, {
    "data.yaml": yaml,
    "images/train/a.jpg": yield* photograph(64, 48),
    "images/train/b.png": yield* photograph(48, 64, "png"),
    "images/train/c.webp": yield* photograph(64, 64, "webp"),
    // Of another content than the first one: a data set whose splits share an image is not sound.
    "images/val/d.jpg": yield* photograph(64, 48, "jpeg", 1),
    "labels/train/a.txt": "0 0.5 0.5 0.25 0.5\n1 0.25 0.25 0.1 0.1\n",
    "labels/train/b.txt": "1 0.5 0.5 1 1\n",
    "labels/val/d.txt": "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n0 0.9 0.9 0.1 0.1\n"
  })
})

/** Opens the data set of a folder, with its cache beside the images. */
export const open = Effect.fn("folder.open")(
  function*(folder: string, options: { readonly strict?: boolean; readonly rehash?: boolean } = {}) {
    const { rehash = false, strict = false } = options
    const locations = yield* Locations.read(path.join(folder, ".ballast"), [`cells=${folder}`])
    const dataset = Dataset.yolo({ name: "cells", about: "cells under a microscope", strict })
    return yield* Source.open(dataset, { locations, cache: path.join(folder, "cache"), rehash })
  }
)
