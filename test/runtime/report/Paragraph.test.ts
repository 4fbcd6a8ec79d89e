import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Paragraph from "../../../runtime/report/Paragraph.ts"
import * as Texts from "./texts.ts"

describe("Paragraph", () => {
  it("indents every line", () => {
    assert.strictEqual(Texts.plain(Paragraph.of("one two three", 10, { indent: 2 })), "  one two\n  three\n")
  })

  it("sets what follows a label into one column", () => {
    assert.strictEqual(
      Texts.plain(Paragraph.labelled("model", ["YOLOv8, depth 0.33", "64 px"], 26)),
      "  model      YOLOv8, depth\n             0.33\n             64 px\n"
    )
  })

  it("begins each text of a list with a dash", () => {
    assert.strictEqual(Texts.plain(Paragraph.listed(["a b c", "d"], 7, { indent: 2 })), "  - a b\n    c\n  - d\n")
  })

  it("fits, whatever it says", () => {
    FastCheck.assert(FastCheck.property(Texts.text, Texts.columns, (text, columns) => {
      Texts.assertFits(Paragraph.of(text, columns, { indent: 4 }), columns)
      Texts.assertFits(Paragraph.labelled("label", [text, text], columns), columns)
      Texts.assertFits(Paragraph.listed([text, text], columns, { indent: 2 }), columns)
    }))
  })
})
