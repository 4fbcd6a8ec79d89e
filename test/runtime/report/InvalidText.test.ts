import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as InvalidText from "../../../runtime/report/InvalidText.ts"
import * as Texts from "./texts.ts"

describe("InvalidText", () => {
  it("lists every issue under its path", () => {
    const issues = [
      { path: "arms.clip.clip.maxNorm", message: "expected a number above 0, got -1" },
      { path: "", message: "its definition fails: no such file" }
    ]
    assert.strictEqual(
      Texts.plain(InvalidText.of({ experiment: "blood", issues }, 40)),
      "blood cannot run: 2 things to correct\n\n  arms.clip.clip.maxNorm\n"
        + "    expected a number above 0, got -1\n\n  its definition fails: no such file\n"
    )
  })

  it("fits, whatever is wrong", () => {
    FastCheck.assert(FastCheck.property(Texts.text, Texts.text, Texts.columns, (path, message, columns) => {
      const issues = [{ path, message }]
      Texts.assertFits(InvalidText.of({ experiment: message, issues }, columns), columns)
    }))
  })
})
