import { assert, describe, expect, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as path from "node:path"
import { Feed } from "../../../dsl/index.ts"
import * as IncidentText from "../../../runtime/report/IncidentText.ts"
import * as Incidents from "./incidents.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

const pageOf = (attempt: Incidents.Failed, run = Samples.failed): string =>
  IncidentText.of(IncidentText.accountOf("blood", run, attempt, Incidents.bundle, null))

/** The headings and tables of a page: what a name in it must not add to. */
const skeleton = (page: string): ReadonlyArray<string> =>
  page.split("\n").flatMap((line) => {
    if (line.startsWith("    ")) return ["block"]
    if (line.startsWith("#")) return [line]
    return line.startsWith("|") ? [`row of ${line.match(/(?<!\\)\|/g)?.length}`] : []
  })

describe("IncidentText", () => {
  it("tells an explosion on a page", () =>
    expect(IncidentText.of(Incidents.account)).toMatchFileSnapshot(path.join(import.meta.dirname, "golden", "incident.md")))

  it("tells a poisoned image on a page, whatever its name", () =>
    expect(pageOf(Incidents.poisoned)).toMatchFileSnapshot(path.join(import.meta.dirname, "golden", "incident-poisoned.md")))

  it("is a page, not a book", () => {
    assert.isBelow(IncidentText.of(Incidents.account).split("\n").length, 80)
  })

  it("keeps everything as data beside it", () => {
    const { account } = Incidents
    assert.strictEqual(account.format, "ballast.incident/1")
    assert.deepStrictEqual(account.cost, { steps: 110, replayed: 92, seconds: 21.4 })
    assert.deepStrictEqual(account.later.map(({ number, status }) => [number, status]), [[2, "failed"], [3, "succeeded"]])
    assert.lengthOf(account.before, 50)
    assert.deepStrictEqual(account.samples, [
      { row: 0, index: 4, file: "train/images/BloodImage_00012.jpg" },
      { row: 1, index: 9, file: null }
    ])
  })

  it("says so where nothing was looked into, and nothing tried", () => {
    const page = pageOf({ ...Incidents.exploded, diagnosis: null, remedy: null })
    assert.include(page, "It was not looked into.")
    assert.include(page, "Nothing was tried after attempt 1: the run failed.")
    assert.notInclude(page, "## What it cost")
    assert.notInclude(page, "## What was tried")
  })

  it("names what it was brought about by, and the remedy as a plan's difference, file names in it included", () => {
    const quarantine = [Incidents.hostileName]
    const fields = [{ path: "feed", before: Feed.whole, after: Feed.make({ quarantine }) }]
    const remedy = { change: "without the images that it was traced to, from step 110", fields, engine: null, from: 110 }
    const page = pageOf({ ...Incidents.poisoned, remedy })
    assert.include(page, "It was brought about on purpose, by `--inject bad-image@7`.")
    assert.include(page, "\n    feed: Feed.whole -> Feed.make({ quarantine: [\"a`b|c\\n# d ``` <script>.jpg\"] })\n")
  })

  it("has the same headings, rows and blocks whatever it is told", () => {
    const usual = skeleton(pageOf(Incidents.poisoned))
    FastCheck.assert(FastCheck.property(Texts.text, Texts.text, Texts.text, (file, reason, explanation) => {
      const diagnosis = Incidents.poisoned.diagnosis
      if (diagnosis === null) return
      const page = pageOf({
        ...Incidents.poisoned,
        fault: { ...Incidents.poisoned.fault, message: reason },
        diagnosis: {
          ...diagnosis,
          explanation,
          files: [{ file, row: null, reason }],
          trials: [{ change: "without the batch", cured: true, steps: 1, reason }]
        }
      })
      assert.deepStrictEqual(skeleton(page), usual)
      assert.notMatch(page, /[^\P{Cc}\n]/u)
    }))
  })
})
