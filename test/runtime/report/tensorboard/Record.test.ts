import { assert, describe, it } from "@effect/vitest"
import * as Record from "../../../../runtime/report/tensorboard/Record.ts"

describe("Record", () => {
  it("computes CRC-32C as RFC 3720's appendix B.4 has it", () => {
    assert.strictEqual(Record.crc32c(Buffer.from("123456789")), 0xe3069283)
    assert.strictEqual(Record.crc32c(new Uint8Array(32)), 0x8a9136aa)
    assert.strictEqual(Record.crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43)
    assert.strictEqual(Record.crc32c(Uint8Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e)
    const command = "01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000"
    assert.strictEqual(Record.crc32c(Buffer.from(command, "hex")), 0xd9963a56)
  })

  it("frames a record as TensorFlow does", () => {
    // What TensorBoard's own RecordWriter makes of b"ballast".
    const framed = Buffer.from(Record.frame(Buffer.from("ballast")))
    assert.strictEqual(framed.toString("hex"), "0700000000000000bbd79f1162616c6c617374c508390b")
  })

  it("reads what it framed, up to a record that is not whole", () => {
    const [first, second] = ["one", "two"].map((text) => Buffer.from(Record.frame(Buffer.from(text)))) as [Buffer, Buffer]
    const read = (...pieces: ReadonlyArray<Buffer>) => [...Record.contents(Buffer.concat(pieces))].map(String)
    assert.deepStrictEqual(read(first, second), ["one", "two"])
    assert.deepStrictEqual(read(first, second.subarray(0, -1)), ["one"])
    for (const place of [0, 7, 9, 13, second.length - 1]) {
      const changed = Buffer.from(second)
      changed[place] = (changed[place] ?? 0) ^ 64
      assert.deepStrictEqual(read(first, changed, first), ["one"])
    }
  })
})
