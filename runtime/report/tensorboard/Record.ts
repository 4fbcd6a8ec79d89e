/**
 * The framing of TensorFlow's record files: a record's length, its content, and a checksum of each.
 */

/** The checksums of all bytes: CRC-32C, whose polynomial is Castagnoli's, the lowest bit first. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1
  return rest
})

/** Computes the CRC-32C of bytes, as a whole number of 32 bits. */
export const crc32c = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}

/** The format masks checksums: one of bytes that hold checksums themselves would be weak. */
const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** Frames a record's content. */
export const frame = (content: Uint8Array): Uint8Array => {
  const bytes = Buffer.alloc(16 + content.length)
  bytes.writeBigUInt64LE(BigInt(content.length), 0)
  bytes.writeUInt32LE(masked(bytes.subarray(0, 8)), 8)
  bytes.set(content, 12)
  bytes.writeUInt32LE(masked(content), 12 + content.length)
  return bytes
}

const lengthBytes = 8
const sumBytes = 4

/** Reads the contents of a file's records, up to one that is not whole. */
export function* contents(file: Buffer): Generator<Buffer> {
  for (let at = 0; at + lengthBytes + sumBytes <= file.length;) {
    const begin = at + lengthBytes + sumBytes
    const end = begin + Number(file.readBigUInt64LE(at))
    if (masked(file.subarray(at, at + lengthBytes)) !== file.readUInt32LE(at + lengthBytes) || end + sumBytes > file.length) return
    const content = file.subarray(begin, end)
    if (masked(content) !== file.readUInt32LE(end)) return
    yield content
    at = end + sumBytes
  }
}
