import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as SourceText from "../../../../runtime/review/lint/SourceText.ts"

const text = FastCheck.array(
  FastCheck.oneof(FastCheck.constantFrom("\n", "\r\n", "\r", "\ufeff", "a", "语", "👩‍🔬", " "), FastCheck.string({ maxLength: 4 })),
  { maxLength: 20 }
).map((pieces) => pieces.join(""))

describe("SourceText", () => {
  it("writes the very bytes that were read", () => {
    FastCheck.assert(FastCheck.property(FastCheck.uint8Array({ maxLength: 40 }), (bytes) => {
      const read = SourceText.decode(bytes)
      if (read !== null) assert.deepStrictEqual([...SourceText.encode(read)], [...bytes])
    }))
    FastCheck.assert(FastCheck.property(text, (given) => {
      const bytes = new TextEncoder().encode(given)
      const read = SourceText.decode(bytes)
      assert.deepStrictEqual(read === null ? null : [...SourceText.encode(read)], [...bytes])
    }))
  })

  it("takes other bytes than UTF-8 for no text", () => {
    assert.isNull(SourceText.decode(Uint8Array.of(0xff, 0xfe, 0x61, 0x00)))
    assert.isNull(SourceText.decode(Uint8Array.of(0x61, 0xed, 0xa0, 0x80)))
  })

  it("finds a place by its line and column, and a line by its number", () => {
    FastCheck.assert(FastCheck.property(text, FastCheck.nat(), (given, seed) => {
      const source = SourceText.of(given)
      const offset = source.text.length === 0 ? 0 : seed % (source.text.length + 1)
      const { column, line } = SourceText.placeOf(source, offset)
      const { end, start } = SourceText.lineRange(source, line - 1)
      assert.strictEqual(start + column - 1, offset)
      assert.isAtLeast(offset, start)
      assert.isAtMost(offset, end)
      assert.strictEqual(SourceText.lines(source).length, source.starts.length)
      assert.strictEqual(SourceText.lines(source)[line - 1], source.text.slice(start, end).replace(/\r\n$|\n$|\r$/, ""))
    }))
  })

  it("counts no byte order mark as a column", () => {
    const source = SourceText.of("\ufeffab")
    assert.deepStrictEqual([source.text, source.marked, SourceText.placeOf(source, 1)], ["ab", true, { line: 1, column: 2 }])
  })

  it("ends lines as most of them end", () => {
    assert.strictEqual(SourceText.lineEnd(SourceText.of("a\r\nb\nc\r\n")), "\r\n")
    assert.strictEqual(SourceText.lineEnd(SourceText.of("a")), "\n")
  })
})
