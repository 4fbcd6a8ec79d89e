/**
 * The wire format of protocol buffers: fields, which make a message one after the other.
 */

/** A field's bytes. */
export type Field = Uint8Array

const types = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** Encodes a whole number; a negative one as its two's complement of 64 bits. */
export const varint = (value: number | bigint): Uint8Array => {
  const bytes: Array<number> = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

const tag = (field: number, type: number): Uint8Array => varint((field << 3) | type)

/** Encodes float32 values, little-endian, as packed fields hold them. */
export const floatBytes = (values: ReadonlyArray<number>): Uint8Array => {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeFloatLE(value, 4 * index))
  return bytes
}

/** Encodes float64 values, little-endian, as packed fields hold them. */
export const doubleBytes = (values: ReadonlyArray<number>): Uint8Array => {
  const bytes = Buffer.alloc(8 * values.length)
  values.forEach((value, index) => bytes.writeDoubleLE(value, 8 * index))
  return bytes
}

export const integer = (field: number, value: number): Field =>
  Buffer.concat([tag(field, types.varint), varint(value)])

export const float = (field: number, value: number): Field =>
  Buffer.concat([tag(field, types.fixed32), floatBytes([value])])

export const double = (field: number, value: number): Field =>
  Buffer.concat([tag(field, types.fixed64), doubleBytes([value])])

/** Encodes text, bytes, a message of fields, or packed values. */
export const bytes = (field: number, ...value: ReadonlyArray<Uint8Array | string>): Field => {
  const content = Buffer.concat(value.map((part) => typeof part === "string" ? Buffer.from(part, "utf8") : part))
  return Buffer.concat([tag(field, types.bytes), varint(content.length), content])
}
