/**
 * Small JPEGs of what a model was shown.
 */
import type { Batch } from "./Batch.ts"
import type { Size } from "./Photograph.ts"
import * as Photograph from "./Photograph.ts"

/** RGB, a byte each. */
export interface Pixels extends Size {
  readonly pixels: Uint8Array
}

/** Cuts an image out of a batch, without what surrounds it in the square that the model reads. */
export const cut = ({ images, samples }: Batch, size: number, image: number): Pixels => {
  const side = Math.sqrt(images.length / (3 * size))
  const { height = 0, left = 0, scale = 1, top = 0, width = 0 } = samples[image] ?? {}
  const within = (value: number): number => Math.min(side, Math.max(0, Math.round(value)))
  const [west, north] = [within(left), within(top)]
  const [across, down] = [within(left + width * scale) - west, within(top + height * scale) - north]
  const pixels = new Uint8Array(across * down * 3)
  for (let row = 0; row < down; row++) {
    const from = ((image * side + north + row) * side + west) * 3
    for (let at = 0; at < across * 3; at++) pixels[row * across * 3 + at] = Math.round((images[from + at] ?? 0) * 255)
  }
  return { pixels, width: across, height: down }
}

/** The longer side of a JPEG, in pixels. */
const longest = 480

/** From the best quality on, the first one that is small enough; noise takes the last. */
const qualities = [80, 60, 40, 20]

/** The most bytes of a JPEG, but of noise. */
const mostBytes = 72 * 1024

/** Encodes an image as a JPEG of at most 480 pixels on its longer side. */
export const jpeg = async ({ height, pixels, width }: Pixels): Promise<Uint8Array> => {
  const sharp = await Photograph.library()
  const small = sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: longest, height: longest, fit: "inside", withoutEnlargement: true })
  for (const quality of qualities) {
    const bytes = await small.clone().jpeg({ quality }).toBuffer()
    if (bytes.length <= mostBytes || quality === qualities.at(-1)) return bytes
  }
  throw new Error("no quality to encode a JPEG with")
}

/** What a segment's first byte is followed by where its length is not: a marker without one, or the picture itself. */
const hasNoLength = (marker: number): boolean => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xda) || marker === 0xff

/** A frame's head says how large the picture is; tables have three of its markers. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

/** Reads the sides of a JPEG from its head, without decoding it; null where the bytes are none. */
const sizeOf = (bytes: Uint8Array): Size | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0
    if (bytes[at] !== 0xff || hasNoLength(marker)) return null
    if (isFrame(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    at += 2 + view.getUint16(at + 2)
  }
  return null
}

/** Tells whether bytes are a JPEG as small as those that are made here: a few can say that they are gigabytes of pixels. */
export const isOne = (bytes: Uint8Array): boolean => {
  const size = sizeOf(bytes)
  return size !== null && Math.min(size.width, size.height) >= 1 && Math.max(size.width, size.height) <= longest
}
