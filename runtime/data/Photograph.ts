/**
 * Photographs: JPEG, PNG and WebP files, told apart by their content, and decoded by sharp.
 */

export interface Size {
  readonly width: number
  readonly height: number
}

/** Sharp is loaded where a photograph is first needed: a plan on generated images starts without it. */
const library = async () => {
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

const read = async (bytes: Uint8Array) => {
  if (bytes.length === 0) throw new Error("the file is empty")
  // Sharp reads many more formats, some of which can name other files.
  if (!isPhotograph(bytes)) throw new Error("it is neither a JPEG, a PNG nor a WebP image")
  const sharp = await library()
  // "error" fails where data is missing or wrong, and passes the odd markers that cameras write.
  return sharp(bytes, { failOn: "error", autoOrient: true, ignoreIcc: true })
}

/** The first line of what the decoder says, without the name of its part. */
const reason = (cause: unknown): string => {
  const [line = ""] = (cause instanceof Error ? cause.message : String(cause)).trim().split("\n")
  return line.replace(/^(Vips\w*|vips\w*|Input buffer has corrupt header): /, "")
}

const undecodable = (cause: unknown): Error => new Error(`it cannot be decoded, and may be cut short: ${reason(cause)}`)

/** Below this no decoder takes a way that leaves part of the data unread. */
const checkedSide = 64

/** Decodes a whole image and returns its size as it stands upright. Rejects with an Error that says what is wrong. */
export const check = async (bytes: Uint8Array): Promise<Size> => {
  const image = await read(bytes)
  try {
    const { autoOrient } = await image.metadata()
    await image.resize(checkedSide, checkedSide, { fit: "fill" }).raw().toBuffer()
    return autoOrient
  } catch (cause) {
    throw undecodable(cause)
  }
}

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
export const decode = async (bytes: Uint8Array, longer: number): Promise<Decoded> => {
  const image = await read(bytes)
  try {
    const { autoOrient: original } = await image.metadata()
    const { height, width } = fitted(original, longer)
    const pixels = await image
      .resize(width, height, { fit: "fill", kernel: "cubic", fastShrinkOnLoad: false })
      .removeAlpha()
      .raw()
      .toBuffer()
    if (pixels.length !== width * height * 3) throw new Error(`${pixels.length} bytes for ${width} x ${height} pixels`)
    return { width, height, original, pixels: new Uint8Array(pixels) }
  } catch (cause) {
    throw undecodable(cause)
  }
}
