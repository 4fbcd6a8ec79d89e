import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import sharp, { type Sharp } from "sharp"
import * as Photograph from "../../../runtime/data/Photograph.ts"
import * as Random from "../../../runtime/data/Random.ts"
import { photograph } from "./folder.ts"

const formats = ["jpeg", "png", "webp"] as const

const check = (bytes: Uint8Array) => Effect.promise(() => Photograph.check(bytes))

const reasonOf = (bytes: Uint8Array): Effect.Effect<string> =>
  Effect.promise(() => Photograph.check(bytes).then(() => "none", (cause: unknown) => String(cause)))

/** Red on the left, blue on the right, with whatever sharp is asked to make of it. */
const twoColours = (encode: (image: Sharp) => Sharp) =>
  Effect.promise(async () => {
    const pixels = Uint8Array.from({ length: 40 * 20 * 3 }, (_, at) => {
      const left = Math.floor(at / 3) % 40 < 20
      return at % 3 === 0 && left ? 250 : at % 3 === 2 && !left ? 250 : 5
    })
    return new Uint8Array(await encode(sharp(pixels, { raw: { width: 40, height: 20, channels: 3 } })).toBuffer())
  })

const colourAt = ({ pixels, width }: Photograph.Decoded, column: number, row: number): ReadonlyArray<number> =>
  Array.from(pixels.subarray((row * width + column) * 3, (row * width + column) * 3 + 3))

describe("Photograph", () => {
  for (const format of formats) {
    it.effect(`finds the size of a whole ${format}, and finds out a truncated one wherever it is cut`, () =>
      Effect.gen(function*() {
        const bytes = yield* photograph(96, 64, format)
        assert.deepStrictEqual(yield* check(bytes), { width: 96, height: 64 })
        for (const share of [0.01, 0.1, 0.5, 0.9, 0.99]) {
          assert.notStrictEqual(yield* reasonOf(bytes.subarray(0, Math.ceil(bytes.length * share))), "none")
        }
        assert.include(yield* reasonOf(bytes.subarray(0, Math.floor(bytes.length * 0.7))), "cut short")
      }))
  }

  it.effect("passes the stray bytes that some cameras write", () =>
    Effect.gen(function*() {
      const bytes = yield* photograph(96, 64)
      const scan = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xda)
      const odd = new Uint8Array([...bytes.subarray(0, scan), 0, 0, 0, ...bytes.subarray(scan), 1, 2, 3])
      assert.deepStrictEqual(yield* check(odd), { width: 96, height: 64 })
    }))

  const damage: ReadonlyArray<readonly [what: string, damaged: (bytes: Uint8Array, middle: number) => Uint8Array]> = [
    ["cut and ended anew", (bytes, middle) => new Uint8Array([...bytes.subarray(0, middle), 0xff, 0xd9])],
    ["that has lost a part", (bytes, middle) => new Uint8Array([...bytes.subarray(0, middle), ...bytes.subarray(middle + 500)])],
    ["that is zero in a part", (bytes, middle) => bytes.slice().fill(0, middle, middle + 500)],
    ["with garbage in it", (bytes, middle) => {
      const { below } = Random.stream("garbage")
      return bytes.map((byte, at) => at >= middle && at < middle + 200 ? below(256) : byte)
    }]
  ]
  for (const [what, damaged] of damage) {
    it.effect(`finds out a JPEG ${what}, of which decoders show the rest as grey, both when it checks and when it loads`, () =>
      Effect.gen(function*() {
        const noise = yield* photograph(40, 30)
        // Smooth, as photographs are.
        const bytes = yield* Effect.promise(() => sharp(noise).resize(640, 480).jpeg().toBuffer())
        assert.deepStrictEqual(yield* check(bytes), { width: 640, height: 480 })
        const odd = damaged(bytes, bytes.length >> 1)
        yield* Effect.promise(() => sharp(odd, { failOn: "error" }).raw().toBuffer())
        assert.match(yield* reasonOf(odd), /may be cut short: Corrupt JPEG data: (premature end|bad Huffman)/)
        const loaded = Photograph.decode(odd, 320).then(() => "none", (cause: unknown) => String(cause))
        assert.include(yield* Effect.promise(() => loaded), "may be cut short: Corrupt JPEG data")
      }))
  }

  it.effect("tells damaged photographs from whole ones where many are decoded at once", () =>
    Effect.gen(function*() {
      const noise = yield* photograph(40, 30)
      const whole = yield* Effect.promise(() => sharp(noise).resize(640, 480).jpeg().toBuffer())
      const middle = whole.length >> 1
      const holed = new Uint8Array([...whole.subarray(0, middle), ...whole.subarray(middle + 500)])
      const many = Array.from({ length: 400 }, (_, index) => index % 20 === 0 ? holed : whole)
      const judged = yield* Effect.promise(() =>
        Promise.all(many.map((bytes) => Photograph.check(bytes).then(() => true, () => false)))
      )
      assert.deepStrictEqual(judged, many.map((bytes) => bytes === whole))
    }))

  it.effect("refuses what is no photograph before sharp sees it", () =>
    Effect.gen(function*() {
      assert.include(yield* reasonOf(new Uint8Array(0)), "the file is empty")
      const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`
      for (const text of [drawing, "<!doctype html>", "GIF89a"]) {
        assert.include(yield* reasonOf(new TextEncoder().encode(text)), "neither a JPEG, a PNG nor a WebP")
      }
    }))

  it.effect("makes the longer side as long as asked, and keeps the colours where they are", () =>
    Effect.gen(function*() {
      const bytes = yield* twoColours((image) => image.png())
      for (const [longer, height] of [[20, 10], [33, 17], [160, 80]] as const) {
        const decoded = yield* Effect.promise(() => Photograph.decode(bytes, longer))
        assert.deepStrictEqual([decoded.width, decoded.height], [longer, height])
        assert.deepStrictEqual(decoded.original, { width: 40, height: 20 })
        assert.strictEqual(decoded.pixels.length, longer * height * 3)
        assert.deepStrictEqual(colourAt(decoded, 1, height >> 1), [250, 5, 5])
        assert.deepStrictEqual(colourAt(decoded, longer - 2, height >> 1), [5, 5, 250])
      }
    }))

  it.effect("keeps at least one pixel of the shorter side", () =>
    Effect.gen(function*() {
      const bytes = yield* photograph(300, 1, "png")
      const { height, width } = yield* Effect.promise(() => Photograph.decode(bytes, 32))
      assert.deepStrictEqual({ width, height }, { width: 32, height: 1 })
    }))

  it.effect("turns an image as its EXIF orientation says", () =>
    Effect.gen(function*() {
      // 6: the top of what is seen is the left side of what is stored.
      const bytes = yield* twoColours((image) => image.withMetadata({ orientation: 6 }).jpeg({ quality: 100 }))
      assert.deepStrictEqual(yield* check(bytes), { width: 20, height: 40 })
      const decoded = yield* Effect.promise(() => Photograph.decode(bytes, 40))
      assert.deepStrictEqual([decoded.width, decoded.height], [20, 40])
      const [red = 0] = colourAt(decoded, 10, 3)
      const [, , blue = 0] = colourAt(decoded, 10, 36)
      assert.isAbove(Math.min(red, blue), 230)
    }))

  const kinds: ReadonlyArray<readonly [name: string, encode: (image: Sharp) => Sharp]> = [
    ["grey", (image) => image.greyscale().png()],
    ["transparent", (image) => image.ensureAlpha(0.5).png()],
    ["16 bit", (image) => image.toColourspace("rgb16").png()],
    ["CMYK", (image) => image.toColourspace("cmyk").jpeg()],
    ["palette", (image) => image.png({ palette: true })],
    ["progressive", (image) => image.jpeg({ progressive: true })]
  ]
  for (const [name, encode] of kinds) {
    it.effect(`decodes a ${name} image to three bytes a pixel`, () =>
      Effect.gen(function*() {
        const bytes = yield* twoColours(encode)
        yield* check(bytes)
        const decoded = yield* Effect.promise(() => Photograph.decode(bytes, 40))
        assert.strictEqual(decoded.pixels.length, 40 * 20 * 3)
        if (name !== "CMYK" && name !== "grey") assert.isAbove(colourAt(decoded, 3, 10)[0] ?? 0, 230)
      }))
  }
})
