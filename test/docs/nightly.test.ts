import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Comparison from "../../runtime/nightly/Comparison.ts"
import * as Metric from "../../runtime/nightly/Metric.ts"
import * as ClopperPearson from "../../runtime/nightly/statistics/ClopperPearson.ts"
import { found, quiet } from "../runtime/nightly/nights.ts"

const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../docs/nightly.md"), "utf8")

const quietNights = 1000
const drops = 500
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

describe("docs/nightly.md", () => {
  it("states the false alarms of quiet nights, which are no more than the level", () => {
    const { confirmed, first } = quiet(quietNights, 8)
    const { high } = ClopperPearson.interval(confirmed, quietNights, 0.95)
    assert.isAtMost(high, Comparison.level)
    // Before the repeat the level itself is what is kept, which so many nights must not contradict.
    assert.isAtMost(ClopperPearson.interval(first, quietNights, 0.95).low, Comparison.level)
    assert.isAbove(first, 0)
    const said = `${confirmed} of ${quietNights.toLocaleString("en")} quiet nights of 8 comparisons end with a false alarm (at most ${percent(high)} with 95% confidence)`
    assert.include(page.replaceAll("\n", " "), said)
    assert.include(page.replaceAll("\n", " "), `${first} would without the repeat`)
  })

  it("states how often a drop of two deviations is found", () => {
    const rows = [...page.matchAll(/^\| (\d+) \| (\d+\.\d%) \|$/gm)].map(([, comparisons, share]) => [Number(comparisons), share])
    assert.deepStrictEqual(rows, [1, 8, 20, 100].map((comparisons) => [comparisons, percent(found(drops, comparisons, 2) / drops)]))
  })

  it("has every metric with its floor", () => {
    const floors = new Map([...page.matchAll(/^\| `(\w+)` \| \w+ \| (\w+) \| (.*) \|$/gm)].map(([, name, better, floor]) => [name, [better, floor]]))
    const words = ({ absolute, relative }: Metric.Floor, name: Metric.Name): string =>
      [
        ...(relative === 0 ? [] : [`${relative * 100}%`]),
        ...(absolute === 0 ? [] : [name === "memory" ? `${absolute / 2 ** 20} MiB` : String(absolute)])
      ].join(", at least ")
    assert.deepStrictEqual([...floors], Metric.metrics.map(({ better, floor, name }) => [name, [better, words(floor, name)]]))
  })
})
