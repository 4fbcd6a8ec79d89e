import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { escape, html, trusted } from "../../../../runtime/report/html/Html.ts"

/** Reads escaped text as a browser does. */
const unescaped = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39|#96);/g, (_, name: string) =>
    ({ amp: "&", lt: "<", gt: ">", quot: "\"", "#39": "'", "#96": "`" })[name] ?? "")

describe("Html", () => {
  it("escapes what would end an attribute or begin markup, and nothing of it is lost", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const written = escape(text)
      assert.notMatch(written, /[<>"'`]/)
      assert.notMatch(written.replace(/&(amp|lt|gt|quot|#39|#96);/g, ""), /&/)
      assert.strictEqual(escape(unescaped(written)), written)
    }))
    assert.strictEqual(escape(`<a href="x">&'\``), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&#96;")
  })

  it("shows that a text was made to read otherwise than it is written", () => {
    assert.strictEqual(escape("run\u202egpj.exe\u0000\ufeff\u200f\u061c"), "run\ufffdgpj.exe\ufffd\ufffd\ufffd\ufffd")
    assert.strictEqual(escape("a\ud800b"), "a\ufffdb")
    assert.strictEqual(escape("Größe\n\t漢字 🚀"), "Größe\n\t漢字 🚀")
  })

  it("escapes holes, lets markup be, joins lists, and leaves nothing of null and false", () => {
    const name = "<script>alert(1)</script>"
    const items = ["a&b", "c"].map((item) => html`<li>${item}</li>`)
    assert.strictEqual(
      html`<p title="${name}">${name}${null}${false}${3}</p>${items}${trusted("<hr>")}`.toString(),
      `<p title="${escape(name)}">${escape(name)}3</p><li>a&amp;b</li><li>c</li><hr>`
    )
  })

  it("takes no object for markup that only looks like it", () => {
    const disguised = { toString: () => "<b>" } as unknown as string
    assert.strictEqual(html`${disguised}`.toString(), "&lt;b&gt;")
  })
})
