import { assert, describe, it } from "@effect/vitest"
import * as Chart from "../../../../runtime/report/html/Chart.ts"

const drawn = async (chart: Chart.Chart): Promise<string> => (await Chart.draw([chart])).join("")

const curve: Chart.Curve = { name: "loss", colour: 0, x: [0, 1, 2, 3], y: [4, 3, 2, 1] }
const fault: Chart.Mark = { x: 4, name: "fault", colour: "bad" }

describe("Chart", () => {
  it("draws a mark at the step after the last point, which is where a fault stands", async () => {
    const svg = await drawn({ title: "Loss", curves: [curve], marks: [fault] })
    assert.match(svg, /<path[^>]* stroke="var\(--bad\)"/)
    assert.match(svg, /fault/)
  })

  it("names no colour of its own, so that the page's theme decides", async () => {
    // What a drawing is cut off by has a colour that nobody sees.
    const svg = (await drawn({ title: "Loss", curves: [curve], marks: [fault] })).replace(/<clipPath[^]*?<\/clipPath>/g, "")
    const colours = [...svg.matchAll(/(?:stroke|fill)="([^"]+)"/g)].map(([, colour]) => colour)
    assert.isAbove(colours.length, 5)
    assert.deepStrictEqual(colours.filter((colour) => !/^(var\(--[\w-]+\)|none|transparent)$/.test(colour ?? "")), [])
  })

  it("says which steps lie where, so that a pointer's can be found, and of whole steps alone", async () => {
    const svg = await drawn({ title: "Loss", curves: [curve], across: [100_000, 100_004], steps: true })
    const [, left = "", right = ""] = /data-first="100000" data-last="100004" data-left="([\d.]+)" data-right="([\d.]+)"/.exec(svg) ?? []
    assert.isBelow(Number(left), 0.3)
    assert.isAbove(Number(right), 0.9)
    assert.isAtMost(Number(right), 1)
    const labels = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, label = ""]) => label)
    assert.includeMembers(labels, ["100k", "100001", "100002", "100003", "100004"])
    assert.notInclude(await drawn({ title: "Precision", curves: [curve], across: [0, 1] }), "data-first")
  })

  it("tells numbers of an axis apart, however close they are", async () => {
    for (const [low, high] of [[0.0999, 0.09999], [1.00001, 1.00002], [4e-4, 6e-4], [123_456.1, 123_456.9], [2e6, 2.001e6]] as const) {
      const svg = await drawn({ title: "Loss", curves: [{ ...curve, y: [low, high, low, high] }] })
      const labels = [...svg.matchAll(/<text[^>]*text-anchor="end"[^>]*>([^<]*)</g)].map(([, label = ""]) => label)
      assert.isAtLeast(labels.length, 3)
      assert.deepStrictEqual(labels, [...new Set(labels)], String(low))
      const values = labels.map((label) => Number(label.replace("k", "e3")))
      const gaps = values.slice(1).map((value, index) => value - (values[index] ?? 0))
      for (const gap of gaps) assert.approximately(gap, gaps[0] ?? 0, Math.abs(gaps[0] ?? 0) / 1000, labels.join(" "))
    }
  })

  it("goes without points that cannot be drawn, and without a chart that has no other", async () => {
    const svg = await drawn({ title: "Loss", curves: [{ ...curve, y: [4, NaN, Infinity, 1] }] })
    assert.notMatch(svg, /NaN|Infinity/)
    assert.deepStrictEqual(await Chart.draw([{ title: "Nothing", curves: [{ ...curve, y: [NaN, NaN, NaN, NaN] }] }]), [])
  })

  it("draws a point where all others cannot be drawn, and shares that are all none at the foot of an axis up to 1", async () => {
    const paths = (svg: string): number => [...svg.matchAll(/<path[^>]*var\(--curve-1\)/g)].length
    const one = await drawn({ title: "Loss", curves: [{ ...curve, y: [4, NaN, NaN, NaN] }] })
    const none = await drawn({ title: "Loss", curves: [{ ...curve, y: [4, 4, 4, 4] }] })
    assert.strictEqual(paths(one), 1 + paths(none))
    const shares = await drawn({ title: "mAP50", curves: [{ ...curve, y: [0, 0, 0, 0] }] })
    assert.deepStrictEqual([...shares.matchAll(/text-anchor="end"[^>]*>([^<]*)</g)].map(([, label]) => Number(label)).at(-1), 1)
  })

  it("says a title and a name as they are", async () => {
    const svg = await drawn({ title: "<b>&", curves: [{ ...curve, name: `"><script>` }] })
    assert.include(svg, "&lt;b&gt;&amp;")
    assert.notMatch(svg, /<script|<b>/)
  })
})
