import { assert, describe, it } from "@effect/vitest"
import { html } from "../../../../runtime/report/html/Html.ts"
import * as Zoom from "../../../../runtime/serve/pages/Zoom.ts"

const asked = (query: string): Zoom.Asked => Zoom.asked(new URLSearchParams(query))
const place: Zoom.Place = { path: "/compare", query: [["run", "a-1"], ["run", "a&2"]] }
const written = (query: string, charts = [html`<figure></figure>`]): string => Zoom.section(asked(query), place, charts).toString()

describe("Zoom", () => {
  it("reads both ends, either, or none, as the API does", () => {
    assert.deepStrictEqual(asked("from=10&to=20").steps, { from: 10, to: 20 })
    assert.deepStrictEqual(asked("from=+10+").steps, { from: 10, to: Infinity })
    assert.deepStrictEqual(asked("from=&to=0").steps, { from: 0, to: 0 })
    for (const query of ["", "from=&to=", "a=b"]) assert.deepStrictEqual(asked(query), { steps: { from: 0, to: Infinity }, written: { from: "", to: "" }, wrong: [] })
  })

  it("says what is no step, shows all, and leaves what was written", () => {
    for (const text of ["abc", "-1", "1.5", "NaN", "Infinity", "1e99", "10,20", "9".repeat(5000), `"><img src=x>`]) {
      const { steps, wrong } = asked(new URLSearchParams({ from: text, to: "3" }).toString())
      assert.deepStrictEqual(steps, { from: 0, to: Infinity }, text)
      assert.deepStrictEqual(wrong.map(({ end, message }) => [end, message.length < 100]), [["from", true]], text)
    }
    const page = written("from=abc&to=-1")
    assert.include(page, "&quot;abc&quot; is no step: write a whole number from 0 on, or nothing.</p>")
    assert.lengthOf(page.split("These are all steps."), 2)
    assert.include(page, `name="from" value="abc"`)
    assert.match(page, /aria-invalid="true" aria-describedby="wrong-from"[^]*aria-describedby="wrong-to"[^]*id="wrong-from"[^]*id="wrong-to"/)
    assert.notInclude(written("from=%22%3E%3Cimg+src%3Dx%3E"), "<img")
  })

  it("says that the larger one comes first", () => {
    const { steps, wrong } = asked("from=20&to=10")
    assert.deepStrictEqual(steps, { from: 0, to: Infinity })
    assert.deepStrictEqual(wrong, [{ end: "to", message: "No step from 20 to 10: write the smaller one first." }])
  })

  it("asks by a form that goes on with what the address says besides, and leads back to all steps", () => {
    const page = written("from=5")
    assert.include(page, `method="get" action="/compare#zoom"`)
    assert.match(page, /<input type="hidden" name="run" value="a-1">\s+<input type="hidden" name="run" value="a&amp;2">/)
    assert.match(page, /<label for="from">From step<\/label> <input id="from" name="from" value="5"[^]*<label for="to">To step<\/label> <input id="to"/)
    assert.include(page, `<a href="/compare?run=a-1&amp;run=a%262#zoom">Show all</a>`)
    assert.notInclude(written(""), "Show all")
  })

  it("has nothing where there is no curve, and the way back where there is none of these steps", () => {
    assert.notMatch(written("", []), /<h2|<form|<p>/)
    assert.match(written("from=900", []), /<h2>Curves<\/h2>[^]*Show all[^]*Nothing was told of these steps/)
  })
})
