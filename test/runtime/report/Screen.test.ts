import { assert, describe, it } from "@effect/vitest"
import * as Screen from "../../../runtime/report/Screen.ts"

const write = (): void => undefined
const terminal = { isTTY: true, columns: 90, write }

describe("Screen", () => {
  it("rewrites and colours lines on a terminal", () => {
    assert.deepStrictEqual(Screen.of(terminal, { TERM: "xterm-256color" }), { live: true, colour: true, columns: 90 })
  })

  it("does neither where somebody or something asks for plain lines", () => {
    for (const environment of [{ NO_COLOR: "1" }, { CI: "true" }, { TERM: "dumb" }]) {
      assert.deepStrictEqual(Screen.of(terminal, environment), { live: false, colour: false, columns: 90 })
    }
  })

  it("takes an empty variable for none, and CI=false for no", () => {
    assert.isTrue(Screen.of(terminal, { NO_COLOR: "", CI: "false" }).live)
  })

  it("writes plain lines of 100 columns to files", () => {
    assert.deepStrictEqual(Screen.of({ write, columns: 40 }, {}), { live: false, colour: false, columns: 100 })
  })

  it("bounds the width that a terminal tells", () => {
    const widths = [0, 3, 80, 500].map((columns) => Screen.of({ ...terminal, columns }, {}).columns)
    assert.deepStrictEqual(widths, [100, 20, 80, 140])
  })
})
