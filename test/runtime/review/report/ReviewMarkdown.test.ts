import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import { marked } from "marked"
import * as Result from "effect/Result"
import * as DiffMarkdown from "../../../../runtime/review/diff/DiffMarkdown.ts"
import * as ReviewDocument from "../../../../runtime/review/report/ReviewDocument.ts"
import * as ReviewMarkdown from "../../../../runtime/review/report/ReviewMarkdown.ts"
import * as Texts from "../../report/texts.ts"
import * as reports from "./reports.ts"

const hostile = (text: string) =>
  ReviewMarkdown.of(Result.getOrThrow(ReviewDocument.read(reports.written(reports.throughout(reports.report, text) as object))))

/** All that the report itself writes; a table's cells may stand to the right. */
const own = /^<\/?(h[2-4]|p|ul|ol|li|pre|code|strong|table|thead|tbody|tr|th|td|details|summary|hr)( align="right")?( start="\d+")?>$/

/** Reads Markdown as its readers do, and asserts that there is nothing but what the report writes. */
const assertHarmless = (markdown: string, from: string): void => {
  const html = marked.parse(markdown, { async: false, gfm: true })
  for (const [tag] of html.matchAll(/<[^>]*>/g)) assert.match(tag, own, `${JSON.stringify(from)} gives ${tag}`)
  assert.strictEqual(html.split("<details>").length, html.split("</details>").length, from)
  // GitHub looks for people and issues in all text but code.
  const text = html.replace(/<code>[^]*?<\/code>/g, "").replace(/<[^>]*>/g, "")
  assert.notMatch(text, /[@#](?!\u200b|&#8203;|39;)[\w]/, from)
  assert.notMatch(markdown, /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/, from)
}

describe("ReviewMarkdown", () => {
  it("says what stands against a change, what was found in the source, and what it means", () => {
    const markdown = ReviewMarkdown.of(reports.report)
    assert.match(markdown, /^## Review: does not pass\n\n- 1 violation of the policy\n- 1 experiment refused\n- 1 error in the source\n- 1 change to be approved\n\n## Experiments: /)
    assert.include(markdown, "- `schedule.peak: ")
    assert.match(markdown, /before [▁▂▃▄▅▆▇█]+ up to/)
    assert.include(markdown, "## Source: 1 error, 1 let be\n\n- error `source/random` at `experiments/e.ts:3:5`: something: ")
    assert.include(markdown, "because it is meant")
    assert.match(ReviewMarkdown.of(ReviewDocument.make(reports.calm, [], false)), /^## Review: passes\n\n## Experiments: no changes\n/)
    const approved = ReviewMarkdown.of(ReviewDocument.make({ ...reports.calm, policy: { file: "p", objections: [reports.approval] } }, [], true))
    assert.match(approved, /^## Review: passes\n\n- approved: 1 change /)
  })

  it("is the same from the document as it was read", () => {
    const read = Result.getOrThrow(ReviewDocument.read(reports.written(reports.report)))
    assert.strictEqual(ReviewMarkdown.of(read), ReviewMarkdown.of(reports.report))
  })

  it("shows text that would do harm, and has none of it read", () => {
    for (const text of reports.harmful) assertHarmless(hostile(text), text)
  })

  it("shows any text, and has none of it read", () => {
    const any = FastCheck.oneof(
      Texts.text,
      FastCheck.array(FastCheck.constantFrom(...reports.harmful, "\n", "`", "``", "    ", "- ", "> ", "1. ", "<", "!["), { maxLength: 5 })
        .map((some) => some.join(""))
    )
    FastCheck.assert(FastCheck.property(any, (text) => assertHarmless(hostile(text), text)), { numRuns: 200 })
  })

  it("is never longer than a comment may be", () => {
    for (const text of ["x".repeat(200_000), "@".repeat(30_000), "`".repeat(60_000), "\u202e".repeat(9_000), "語".repeat(2_000)]) {
      assert.isAtMost(hostile(text).length, DiffMarkdown.longest)
    }
    const many = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> => Array.from({ length: 3_000 }, () => list).flat()
    const { diff, lint } = reports.report
    const wide = {
      ...reports.report,
      diff: { ...diff, besides: many(diff.besides), experiments: many(diff.experiments) },
      lint: { ...lint, findings: many(lint.findings) }
    }
    const markdown = ReviewMarkdown.of(wide)
    assert.isAtMost(markdown.length, DiffMarkdown.longest)
    assert.match(markdown, /more that do not fit here/)
    assert.match(markdown, /more experiments do not fit here/)
    const [sample] = diff.experiments
    const named = (experiment: string, lines: number) =>
      ({ ...sample, experiment, arms: [], said: Array.from({ length: lines }, () => ({ path: "x".repeat(1000), before: null, after: "1" })) }) as typeof diff.experiments[number]
    const short = Array.from({ length: 12 }, (_, index) => named(`${index}`, 4))
    const long = Array.from({ length: 30 }, (_, index) => named(`${"@".repeat(190)}${index}`, 1))
    const uneven = ReviewMarkdown.of({ ...reports.report, diff: { ...diff, experiments: [...short, ...long] } })
    assert.isAtMost(uneven.length, DiffMarkdown.longest)
    assert.match(uneven, /more experiments do not fit here/)
  })
})
