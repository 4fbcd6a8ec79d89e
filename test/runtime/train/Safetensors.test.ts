import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Safetensors from "../../../runtime/train/Safetensors.ts"

const tensors = FastCheck.uniqueArray(FastCheck.string(), { maxLength: 6 }).chain((names) =>
  FastCheck.tuple(...names.map((name) =>
    FastCheck.float32Array({ maxLength: 20 }).map((data) => ({ name: `t${name}`, shape: [data.length], data }))
  ))
)

const bits = (data: Float32Array): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex")

describe("Safetensors", () => {
  it("reads back every bit that it wrote, NaN payloads and -0 included", () => {
    FastCheck.assert(FastCheck.property(tensors, (written) => {
      const read = new Map(Safetensors.decode(Safetensors.encode(written)).map((tensor) => [tensor.name, tensor]))
      assert.strictEqual(read.size, written.length)
      for (const { data, name, shape } of written) {
        const found = read.get(name)
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

  it("refuses a file that was cut anywhere", () => {
    const bytes = Safetensors.encode([{ name: "w", shape: [3], data: Float32Array.of(1, 2, 3) }])
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => Safetensors.decode(bytes.subarray(0, length)))
    }
  })

  it("refuses other types than float32", () => {
    const header = Buffer.from(JSON.stringify({ w: { dtype: "F16", shape: [2], data_offsets: [0, 4] } }))
    const file = Buffer.concat([Buffer.alloc(8), header, Buffer.alloc(4)])
    file.writeBigUInt64LE(BigInt(header.length))
    assert.throws(() => Safetensors.decode(file), /"w" is not float32/)
  })
})
