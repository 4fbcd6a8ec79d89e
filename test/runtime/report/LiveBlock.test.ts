import { assert, describe, it } from "@effect/vitest"
import * as Line from "../../../runtime/report/Line.ts"
import { LiveBlock } from "../../../runtime/report/LiveBlock.ts"
import { Terminal } from "./terminal.ts"

const lines = (...texts: ReadonlyArray<string>): ReadonlyArray<Line.Line> => texts.map((text) => Line.of(text))

describe("LiveBlock", () => {
  it("writes its lines anew in place, more or fewer of them", () => {
    const terminal = new Terminal(20)
    terminal.write("$ ballast\n")
    const block = new LiveBlock(terminal)
    block.write([], lines("one", "two"))
    assert.deepStrictEqual(terminal.text, ["$ ballast", "one", "two"])
    block.write([], lines("1", "2", "3"))
    assert.deepStrictEqual(terminal.text, ["$ ballast", "1", "2", "3"])
    block.write([], lines("only"))
    assert.deepStrictEqual(terminal.text, ["$ ballast", "only"])
  })

  it("writes what stays above itself, as wide as it may be", () => {
    const terminal = new Terminal(10)
    const block = new LiveBlock(terminal)
    block.write([], lines("one", "two"))
    block.write(lines("0123456789", "longer than a row"), lines("three"))
    assert.deepStrictEqual(terminal.text, ["0123456789", "longer tha", "n a row", "three"])
  })

  it("leaves nothing of its lines beside shorter ones that stay", () => {
    const terminal = new Terminal(20)
    const block = new LiveBlock(terminal)
    block.write([], lines("a long first line", "a long second"))
    block.write(lines("stays"), lines("new"))
    assert.deepStrictEqual(terminal.text, ["stays", "new"])
  })

  it("keeps the last column free", () => {
    const terminal = new Terminal(10)
    new LiveBlock(terminal).write([], lines("0123456789"))
    assert.deepStrictEqual(terminal.text, ["01234567…"])
  })

  it("goes away and leaves what stayed", () => {
    const terminal = new Terminal(20)
    const block = new LiveBlock(terminal)
    block.write(lines("stays"), lines("one", "two"))
    block.erase()
    block.erase()
    assert.deepStrictEqual(terminal.text, ["stays"])
    terminal.write("next\n")
    assert.deepStrictEqual(terminal.text, ["stays", "next"])
  })

  it("leaves nothing behind when the terminal was made narrower or wider", () => {
    for (const columns of [5, 7, 12, 19, 40]) {
      const terminal = new Terminal(20)
      const block = new LiveBlock(terminal)
      block.write(lines("stays"), lines("a line of nineteen.", "", "漢字 and more text"))
      terminal.resize(columns)
      block.write([], lines("new"))
      assert.deepStrictEqual(terminal.text, ["stays", "new"], `${columns} columns`)
    }
  })

  it("takes 80 columns where a terminal tells none", () => {
    const written: Array<string> = []
    const block = new LiveBlock({ isTTY: true, columns: 0, write: (text) => written.push(text) })
    assert.strictEqual(block.columns, 79)
  })
})
