import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { NamedTensor } from "../../../runtime/step/Step.ts"
import * as Safetensors from "../../../runtime/train/Safetensors.ts"

const hostile = ["__proto__", "constructor", "toString", "0", "10", "2", "\ud800\ud800", "a\"b", "\\\\", "{", ":", "a\":{"]

/** Node 24.21's JSON.parse sometimes reads a key of one character that has to be escaped as a backslash. */
const misread = (name: string): boolean => name.length === 1 && JSON.stringify(name) !== `"${name}"`

const names = fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.constantFrom(...hostile))
  .filter((name) => name !== "__metadata__" && !misread(name))

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })

const tensorsOf = (constraints: { readonly minLength: number }): fc.Arbitrary<ReadonlyArray<NamedTensor>> =>
  fc.uniqueArray(names, { ...constraints, maxLength: 6 }).chain((unique) =>
    fc.tuple(...unique.map((name) =>
      shapes.chain((shape) => {
        const length = shape.reduce((product, extent) => product * extent, 1)
        return fc.float32Array({ minLength: length, maxLength: length }).map((data) => ({ name, shape, data }))
      })
    ))
  )

const bits = (data: Float32Array): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex")

/** A file of a header's text, whatever it says, and bytes of values. */
const fileOf = (header: string | Uint8Array, bytes = 0): Uint8Array => {
  const text = Buffer.from(header)
  const file = Buffer.concat([Buffer.alloc(8), text, Buffer.alloc(bytes)])
  file.writeBigUInt64LE(BigInt(text.length))
  return file
}

const messageOf = (file: Uint8Array): string => {
  try {
    Safetensors.decode(file)
  } catch (cause) {
    assert.instanceOf(cause, Error)
    assert.strictEqual((cause as Error).constructor, Error)
    return (cause as Error).message
  }
  return "nothing"
}

const headerOf = (file: Uint8Array): { readonly text: string; readonly bytes: number } => {
  const start = 8 + Number(Buffer.from(file).readBigUInt64LE())
  return { text: Buffer.from(file.subarray(8, start)).toString(), bytes: file.length - start }
}

type Described = Record<string, unknown>

describe("Safetensors", () => {
  it("reads back every tensor in its order and every bit of it, NaN payloads and -0 included", () => {
    fc.assert(fc.property(tensorsOf({ minLength: 0 }), (written) => {
      const read = Safetensors.decode(Safetensors.encode(written))
      const sized = ({ data }: NamedTensor) => data.length > 0
      assert.deepStrictEqual(
        read.filter(sized).map(({ name }) => name),
        written.filter(sized).map(({ name }) => name)
      )
      assert.strictEqual(read.length, written.length)
      for (const { data, name, shape } of written) {
        const found = read.find((tensor) => tensor.name === name)
        assert.deepStrictEqual(found?.shape, shape)
        assert.strictEqual(bits(found?.data ?? new Float32Array()), bits(data))
      }
    }))
  })

  it("lays bytes out as the format says", () => {
    const bytes = Safetensors.encode([{ name: "w", shape: [2], data: Float32Array.of(1, -2) }])
    const length = Number(Buffer.from(bytes).readBigUInt64LE())
    assert.strictEqual(length % 8, 0)
    assert.deepStrictEqual(JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString()), {
      __metadata__: {},
      w: { dtype: "F32", shape: [2], data_offsets: [0, 8] }
    })
    assert.strictEqual(Buffer.from(bytes.subarray(8 + length)).toString("hex"), "0000803f000000c0")
  })

  it("writes nothing that it would not read", () => {
    const tensor = (name: string, values: number): NamedTensor => ({ name, shape: [values], data: new Float32Array(2) })
    assert.throws(() => Safetensors.encode([tensor("w", 2), tensor("w", 2)]), `two tensors are named "w"`)
    assert.throws(() => Safetensors.encode([tensor("", 2)]), `a tensor cannot be named ""`)
    assert.throws(() => Safetensors.encode([tensor("__metadata__", 2)]), `a tensor cannot be named "__metadata__"`)
    assert.throws(() => Safetensors.encode([tensor("w", 3)]), `tensor "w" has 2 values, unlike its shape`)
  })

  it("refuses a file that was cut anywhere, or goes on", () => {
    fc.assert(fc.property(tensorsOf({ minLength: 0 }), fc.nat(), (written, at) => {
      const file = Safetensors.encode(written)
      assert.match(messageOf(file.subarray(0, at % file.length)), /^the file ends (before|within) /)
      assert.match(messageOf(Buffer.concat([file, Buffer.alloc(1 + at % 9)])), /^the file goes on for \d bytes after /)
    }))
  })

  const wrong: ReadonlyArray<fc.Arbitrary<Described>> = [
    fc.oneof(fc.constantFrom("F16", "BF16", "f32", "I32", "__proto__"), fc.jsonValue()).filter((dtype) => dtype !== "F32")
      .map((dtype) => ({ dtype })),
    fc.oneof(fc.constantFrom([-1], [0.5], ["2"], [[2]], [null], {}, "2", null, [-1, -1], [2 ** 53], [2, 2, 2, 2, 2, 2]))
      .map((shape) => ({ shape })),
    fc.oneof(
      fc.constantFrom([], [0], [0, 4, 8], [4, 0], [-4, 0], [0.5, 4.5], ["0", "4"], null, {}, 4, [0, 2 ** 60]),
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 400 })).map(([by, at]) => [at, at + by + 256])
    ).map((offsets) => ({ data_offsets: offsets }))
  ]

  it("refuses a tensor that is described wrongly in one place, in words that name it", () => {
    fc.assert(fc.property(tensorsOf({ minLength: 1 }), fc.nat(), fc.oneof(...wrong), (written, at, change) => {
      const { bytes, text } = headerOf(Safetensors.encode(written))
      const name = written[at % written.length]?.name ?? ""
      const described = new Map(Object.entries(JSON.parse(text) as Described))
      described.set(name, { ...(described.get(name) as Described), ...change })
      const message = messageOf(fileOf(JSON.stringify(Object.fromEntries(described)), bytes))
      assert.include(message, `tensor ${JSON.stringify(name)} `)
    }))
  })

  it("refuses values that two tensors share, or that none has", () => {
    fc.assert(fc.property(tensorsOf({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 64 }), (written, at, by) => {
      const { bytes, text } = headerOf(Safetensors.encode(written))
      const described = Object.entries(JSON.parse(text) as Record<string, { readonly data_offsets: [number, number] }>)
      const sized = written.filter(({ data }) => data.length > 0)
      fc.pre(sized.length > 0)
      const { name = "" } = sized[at % sized.length] ?? {}
      const moved = (sign: number): string =>
        messageOf(fileOf(
          JSON.stringify(Object.fromEntries(described.map(([own, entry]) => [
            own,
            own === name ? { ...entry, data_offsets: entry.data_offsets.map((offset) => offset + sign * by) } : entry
          ]))),
          bytes + (sign > 0 ? by : 0)
        ))
      assert.match(moved(1), / leaves a gap before it: | overlaps the one before it: /)
      assert.match(moved(-1), / overlaps the one before it: |two whole numbers from 0$| leaves a gap before it: /)
    }))
  })

  const one = { dtype: "F32", shape: [1], data_offsets: [0, 4] }
  const other = { dtype: "F32", shape: [1], data_offsets: [4, 8] }
  const refused: ReadonlyArray<readonly [what: string, file: Uint8Array, message: RegExp]> = [
    ["no header", fileOf(""), /^its header is not JSON$/],
    ["a header that is not JSON", fileOf("{"), /^its header is not JSON$/],
    ["a header that is not UTF-8", fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /^its header is not JSON$/],
    ...["null", "[]", "1", `"w"`].map((header) =>
      [`the header ${header}`, fileOf(header), /^its header is not an object of tensors$/] as const
    ),
    ...["null", "[]", "1", `"w"`].map((value) =>
      [`a tensor ${value}`, fileOf(`{"w":${value}}`), /^tensor "w" is not described by an object$/] as const
    ),
    ["a tensor without a name", fileOf(JSON.stringify({ "": one }), 4), /^its header has a tensor without a name$/],
    ["a header longer than the file", fileOf("{}").fill(255, 0, 8), /^the file ends within its header$/],
    ["metadata that is no object", fileOf(`{"__metadata__":[]}`), /^its __metadata__ is not an object of texts$/],
    ["metadata that is no text", fileOf(`{"__metadata__":{"a":1}}`), /^its __metadata__ is not an object of texts$/],
    ["float16", fileOf(JSON.stringify({ w: { ...one, dtype: "F16" } }), 4), /^tensor "w" is not float32: .* "F16", and /],
    ["three offsets", fileOf(JSON.stringify({ w: { ...one, data_offsets: [0, 4, 4] } }), 4), /^tensor "w" has data_offsets/],
    ["two tensors on the same values", fileOf(JSON.stringify({ v: one, w: one }), 4), /^tensor "w" overlaps/],
    ["a gap", fileOf(JSON.stringify({ w: other }), 8), /^tensor "w" leaves a gap .* byte 4 of the values instead of 0$/],
    ["a name twice", fileOf(`{"w":${JSON.stringify(one)}, "\\u0077" :${JSON.stringify(other)}}`, 8), /^its .* "w" twice$/],
    ["a field twice", fileOf(`{"w":{"shape":[9],${JSON.stringify(one).slice(1)}}`, 4), /^its header names "shape" twice$/],
    ["a shape of more values than there are", fileOf(JSON.stringify({ w: { ...one, shape: [2 ** 30, 2 ** 30] } }), 4),
      /^tensor "w" has 4 bytes, and its shape asks for 4611686018427388000$/],
    ["a long name", fileOf(JSON.stringify({ ["x".repeat(1e5)]: null })), /^tensor "x{100}…" is not described/]
  ]
  for (const [what, file, message] of refused) {
    it(`refuses ${what}`, () => assert.match(messageOf(file), message))
  }

  it("reads no header that is longer than any that is honest, and does not look at it", () => {
    const first = Buffer.alloc(8)
    first.writeBigUInt64LE(100_000_001n)
    assert.throws(() => Safetensors.headerLength(first, 2 ** 30), "its header has 100000001 bytes, and at most 100000000")
  })

  it("takes names in values and texts in metadata for what they are", () => {
    const metadata = { w: `"w":{"w":1}`, format: "pt", shape: "[1]" }
    const tensors = ["w", "shape", ":"].map((name, at) => ({ name, shape: [1], data: Float32Array.of(at) }))
    assert.deepStrictEqual(Safetensors.decode(Safetensors.encode(tensors, metadata)), tensors)
  })

  it("never throws anything but an error in words, whatever the bytes", () => {
    const structure = fc.stringMatching(/^[{}[\]",:\\ws0-9]{0,40}$/)
    fc.assert(fc.property(fc.oneof(fc.json(), structure, fc.string({ unit: "binary" })), fc.nat(16), (header, bytes) => {
      messageOf(fileOf(header, bytes))
    }))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (file) => {
      messageOf(file)
    }))
  })
})
