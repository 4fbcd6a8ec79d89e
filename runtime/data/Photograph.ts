/**
 * Photographs: JPEG, PNG and WebP files, told apart by their content, and decoded by sharp.
 */
import type { Sharp, SharpOptions } from "sharp"
import * as Words from "../../dsl/Words.ts"

export interface Size {
  readonly width: number
  readonly height: number
}

/** Loads sharp where a photograph is first needed: a plan on generated images starts without it. */
export const library = async () => {
  const { default: sharp } = await import("sharp")
  // One thread and no cache of its own: the training needs the processors, and pictures are kept smaller than files.
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp
}

/**
 * Loads sharp. A program whose threads use it must have loaded it in its main thread first, or its libraries may be
 * unloaded under a thread that still runs.
 */
export const prepare = async (): Promise<void> => {
  await library()
}

const begins = (bytes: Uint8Array, at: number, text: string): boolean =>
  Array.from(text).every((letter, index) => bytes[at + index] === letter.charCodeAt(0))

const isPhotograph = (bytes: Uint8Array): boolean =>
  begins(bytes, 0, "\xff\xd8\xff") || begins(bytes, 0, "\x89PNG\r\n\x1a\n")
  || (begins(bytes, 0, "RIFF") && begins(bytes, 8, "WEBP"))

/** The first line of what the decoder says, without the name of its part. */
const reason = (cause: unknown): string => {
  const [line = ""] = Words.reasonOf(cause).trim().split("\n")
  return line.replace(/^(Input buffer has corrupt header: )?([Vv]ips\w*: )?/, "")
}

const undecodable = (cause: unknown): Error => new Error(`it cannot be decoded, and may be cut short: ${reason(cause)}`)

/** What a JPEG's decoder warns of where part of the picture is lost, and grey or garbled. */
const lost = /premature end|bad (Huffman|arithmetic) code|instead of RST/

/** What is left of a warning that another image's decoding has cleared away. */
const gone = /^(Error: )?\s*(Unknown error|Warning treated as error[^\n]*(\nerror in tile[^\n]*)*)?\s*$/

/** How often a decoder that warns is asked of what. */
const askings = 5

/**
 * Tells whether warnings say that part of the picture is lost. libvips keeps its messages in one place for all threads, so
 * that one of them may be another image's, or gone: most of those that are there decide.
 */
const isLost = (warnings: ReadonlyArray<string>): boolean => {
  const said = warnings.filter((warning) => !gone.test(warning))
  return said.filter((warning) => lost.test(warning)).length * 2 >= said.length
}

/**
 * Opens an image and decodes it. Rejects where a part of it is missing or wrong; the odd bytes and markers that cameras
 * write, of which a decoder warns, too, pass.
 */
const decoded = async <A>(
  bytes: Uint8Array,
  options: Pick<SharpOptions, "autoOrient">,
  decode: (image: Sharp) => Promise<A>
): Promise<A> => {
  if (bytes.length === 0) throw new Error("the file is empty")
  // Sharp reads many more formats, some of which can name other files.
  if (!isPhotograph(bytes)) throw new Error("it is neither a JPEG, a PNG nor a WebP image")
  const sharp = await library()
  const opened = (failOn: "warning" | "error"): Sharp => sharp(bytes, { ...options, ignoreIcc: true, failOn })
  const warnings: Array<unknown> = []
  while (warnings.length < askings) {
    try {
      return await decode(opened("warning"))
    } catch (cause) {
      warnings.push(cause)
    }
  }
  if (isLost(warnings.map(String))) throw undecodable(warnings.find((warning) => lost.test(String(warning))) ?? warnings[0])
  try {
    return await decode(opened("error"))
  } catch (cause) {
    throw undecodable(cause)
  }
}

/** Decodes a whole image and returns its size as it stands upright. Rejects with an Error that says what is wrong. */
export const check = (bytes: Uint8Array): Promise<Size> =>
  decoded(bytes, { autoOrient: false }, async (image) => {
    const { autoOrient, height, width } = await image.metadata()
    // The last pixel, and so all before it. To make the image smaller would read less of it, and miss what is wrong.
    await image.extract({ left: width - 1, top: height - 1, width: 1, height: 1 }).raw().toBuffer()
    return autoOrient
  })

/** An image made smaller or larger: RGB, a byte each, and how large it was, upright. */
export interface Decoded extends Size {
  readonly pixels: Uint8Array
  readonly original: Size
}

/** The size of an image whose longer side is made `longer` pixels. */
const fitted = ({ height, width }: Size, longer: number): Size => {
  const scale = longer / Math.max(width, height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/**
 * Decodes an image and makes its longer side `longer` pixels. EXIF's orientation is applied, as the YOLO tools do when
 * they train; transparency and colour profiles are disregarded. Rejects with an Error that says what is wrong.
 */
export const decode = (bytes: Uint8Array, longer: number): Promise<Decoded> =>
  decoded(bytes, { autoOrient: true }, async (image) => {
    const { autoOrient: original } = await image.metadata()
    const { height, width } = fitted(original, longer)
    const pixels = await image
      .resize(width, height, { fit: "fill", kernel: "cubic", fastShrinkOnLoad: false })
      .removeAlpha()
      .raw()
      .toBuffer()
    if (pixels.length !== width * height * 3) throw new Error(`${pixels.length} bytes for ${width} x ${height} pixels`)
    return { width, height, original, pixels: new Uint8Array(pixels) }
  })
