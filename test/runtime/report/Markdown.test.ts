import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Line from "../../../runtime/report/Line.ts"
import * as Markdown from "../../../runtime/report/Markdown.ts"
import * as Texts from "./texts.ts"

const hostile = FastCheck.oneof(
  Texts.text,
  FastCheck.array(
    FastCheck.constantFrom("`", "``", "|", "\\", "\\|", "*", "_", "[a](b)", "<b>", "<!--", "&amp;", "\n", "#", " ", "~~", "$x$", "a"),
    { maxLength: 8 }
  ).map((pieces) => pieces.join(""))
)

/** Reads what Markdown shows of text whose every special character is escaped, without the spaces that have no width. */
const shownOf = (escaped: string): string => escaped.replace(/&#8203;/g, "").replace(/\\([!-/:-@[-`{-~])/g, "$1")

describe("Markdown", () => {
  it("escapes what begins a piece of Markdown, and makes one line of several", () => {
    assert.strictEqual(Markdown.text("a|b `c` *d* _e_ [f](g) <h> &amp; #7 $x$"), "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\[f\\](g) \\<h\\> \\&amp; \\#&#8203;7 \\$x\\$")
    assert.strictEqual(Markdown.text("first\r\n  second"), "first second")
    assert.strictEqual(Markdown.text("see https://a.b, www.c.de or d@e.f"), "see https\\://a.b, www\\.c.de or d\\@&#8203;e.f")
    assert.strictEqual(Markdown.text("GH-12 of @a/b"), "GH-&#8203;12 of \\@&#8203;a/b")
    assert.strictEqual(Markdown.text("at step 17: loss 3.1"), "at step 17: loss 3.1")
  })

  it("shows of any text what it says, and leaves no special character by itself", () => {
    FastCheck.assert(FastCheck.property(hostile, (text) => {
      const escaped = Markdown.text(text)
      assert.strictEqual(shownOf(escaped), Line.clean(text.replace(/\s*[\r\n]\s*/g, " ")))
      assert.notMatch(escaped.replace(/\\[^]|&#8203;/g, ""), /[\\`*_[\]<>|~&#$@\n]/)
    }))
  })

  it("writes code between as many backticks as it needs", () => {
    assert.strictEqual(Markdown.code("a/b.jpg"), "`a/b.jpg`")
    assert.strictEqual(Markdown.code("a`b"), "``a`b``")
    assert.strictEqual(Markdown.code("`a``"), "``` `a`` ```")
    assert.strictEqual(Markdown.code(" a "), "`  a  `")
    assert.strictEqual(Markdown.code("a\n| b |"), "`a\ufffd| b |`")
    assert.strictEqual(Markdown.code(""), "\"\"")
  })

  it("lets no name end its code early", () => {
    FastCheck.assert(FastCheck.property(hostile, (name) => {
      const shown = Line.clean(name)
      if (shown.trim() === "") return
      const [whole, fence = "", inside] = /^(`+)([^]*[^`]|[^`])\1$/.exec(Markdown.code(name)) ?? []
      assert.isDefined(whole)
      assert.isFalse((inside ?? "").match(/`+/g)?.includes(fence) ?? false)
      assert.include([shown, ` ${shown} `], inside)
    }))
  })

  it("indents what must not be read at all", () => {
    assert.deepStrictEqual(Markdown.block(["```", "# a", "x\ny"]), ["    ```", "    # a", "    x\ufffdy"])
  })

  it("lays out a table", () => {
    assert.deepStrictEqual(Markdown.table([{ text: "a" }, { text: "b", right: true }], [["x", "1"]]), [
      "| a | b |",
      "|---|---:|",
      "| x | 1 |"
    ])
  })
})
