import { assert, describe, it } from "@effect/vitest"
import { html } from "../../../../runtime/report/html/Html.ts"
import * as Page from "../../../../runtime/report/html/Page.ts"
import { browsing, inChromium } from "../../../e2e/browser.ts"

const columns = (count: number): ReadonlyArray<Page.Column> =>
  Array.from({ length: count }, (_, index) => ({ heading: `<${index}>`, number: index === 1, whole: index === 2 }))

describe("Page", () => {
  it("names a table by its headings, and each cell of a wide one by its own, for whoever sees no more than a cell", () => {
    const wide = String(Page.table(columns(4), [["a", "", html`<b>c</b>`, "d"]]))
    assert.include(wide, `role="group" aria-label="Table: &lt;0&gt;, &lt;1&gt;, &lt;2&gt;, &lt;3&gt;"`)
    assert.include(wide, `<table class="folds">`)
    assert.include(wide, `<td class="text" data-label="&lt;0&gt;"><span>a</span></td>`)
    assert.include(wide, `<td class="number none" data-label="&lt;1&gt;">`)
    assert.include(wide, `<td class="text whole" data-label="&lt;2&gt;"><span><b>c</b></span></td>`)
    const narrow = String(Page.table(columns(3), [["a", "b", "c"]]))
    assert.notMatch(narrow, /folds|data-label/)
    assert.isNull(Page.table(columns(3), []))
  })

  it("writes a moment with its time zone, and in UTC for programs", () => {
    assert.strictEqual(
      String(Page.time(Date.UTC(2026, 2, 9, 23, 5), "Europe/Berlin")),
      `<time datetime="2026-03-09T23:05:00.000Z">2026-03-10 00:05 CET</time>`
    )
  })

  it("is a page of one main part, by its own title", () => {
    const page = Page.of("<a>", [html`<h1>b</h1>`])
    assert.include(page, "<title>&lt;a&gt;</title>")
    assert.match(page, /<main>\s*<h1>b<\/h1><\/main>/)
  })
})

inChromium("Page", () => {
  it("has a reader hear every cell of a folded row, so that each is of its own column", async () => {
    const page = Page.of("a", [Page.table(columns(4), [["a", "", "c", "d"]])])
    const cells = await browsing(async (open) => {
      const narrow = await open({ viewport: { width: 360, height: 720 } })
      await narrow.setContent(page)
      const session = await narrow.context().newCDPSession(narrow)
      const { nodes } = await session.send("Accessibility.getFullAXTree")
      const heard = nodes.filter(({ ignored, role }) => !ignored && role?.value === "cell")
      const seen = await narrow.evaluate("document.querySelector('td.none').getBoundingClientRect().width")
      return [heard.length, seen, await narrow.evaluate("document.documentElement.scrollWidth - innerWidth")]
    })
    assert.deepStrictEqual(cells, [4, 1, 0])
  }, 20_000)
})
