import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Loss from "../../../dsl/Loss.ts"
import * as MonitorText from "../../../runtime/report/MonitorText.ts"
import type { Histogram } from "../../../runtime/train/Event.ts"
import { monitorEvent } from "./events.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

type Events = ReadonlyArray<MonitorText.Measurement>

const lines = (events: Events, columns = 120): ReadonlyArray<string> =>
  Texts.plain(MonitorText.of(events, Loss.yoloV8({ box: 6 }), columns)).split("\n")

const text = (events: Events, columns = 120): string => lines(events, columns).join("\n")

const cells = (events: Events, name: string): ReadonlyArray<string> =>
  lines(events).find((line) => line.startsWith(`  ${name} `))?.trim().split(/ {2,}/) ?? []

const spread = (histograms: Readonly<Record<string, Histogram>>): Events => [{ ...monitorEvent(0, 1, 1), histograms }]

describe("MonitorText", () => {
  it("says nothing where nothing was measured", () => {
    assert.deepStrictEqual(MonitorText.of([], null, 80), [])
  })

  it("lays out the latest measurement, parts by sections", () => {
    const events = [monitorEvent(0, 1, 1), monitorEvent(10, 10, 4)]
    assert.deepStrictEqual(cells(events, "part"), [
      "part",
      "backbone",
      "neck",
      "head.box",
      "head.class",
      "whole net",
      "share"
    ])
    assert.deepStrictEqual(cells(events, "box"), ["box", "6.000", "2.000", "7.000", "-", "10.00", "63%"])
    assert.deepStrictEqual(cells(events, "class"), ["class", "3.200", "0.4000", "-", "2.000", "4.000", "25%"])
    assert.deepStrictEqual(cells(events, "dfl"), ["dfl", "1.500", "1.000", "0.9000", "-", "2.000", "13%"])
    assert.deepStrictEqual(cells(events, "together"), ["together", "15.49", "1.936", "1.661", "1.619", "15.78"])
    assert.deepStrictEqual(cells(events, "box : class"), [
      "box : class",
      "1.88 : 1",
      "5 : 1",
      "box alone",
      "class alone",
      "2.5 : 1"
    ])
    assert.include(text(events), "before the update of step 10")
    assert.include(text(events), "measured 2 times, in 0.5 s")
  })

  it("has no shares, sums and ratios where the loss is one part", () => {
    const { monitors } = Samples.classifier
    assert.deepStrictEqual(cells(monitors, "part"), ["part", "backbone", "head", "whole net"])
    assert.deepStrictEqual(cells(monitors, "class"), ["class", "0.5036", "0.1683", "0.5471"])
    assert.notMatch(text(monitors), /together|box|share|1 : /)
  })

  it("tells the ratio at first, at last and between, and draws its way", () => {
    const events = [[1, 8], [2, 8], [8, 4], [4, 4], [8, 1]].map(([box = 0, classes = 0], index) =>
      monitorEvent(10 * index, box, classes)
    )
    assert.include(text(events), "box : class over the whole net: first 1 : 8, median 1 : 1, last 8 : 1")
    assert.include(text(events), "before steps 0 to 40")
    // Eight times as much either way is equally far from even.
    assert.include(lines(events), "  ▁▂▆▅█")
    assert.notInclude(text(events), "×")
    assert.notInclude(text(events.slice(0, 1)), "median 1")
  })

  it("marks where one part pulls alone", () => {
    const events = [monitorEvent(0, 0, 3), monitorEvent(10, 1, 2), monitorEvent(20, 1, 1)]
    assert.include(lines(events), "  ×▁█")
    assert.include(text(events), "first class alone")
    assert.include(text(events), "× where one pulls alone")
  })

  it("says in words where one loss drowns the other, with the gains that weigh them", () => {
    const said = text([monitorEvent(0, 1, 1), monitorEvent(30, 1, 24)]).replaceAll(/\s+/g, " ")
    assert.include(said, "beyond 10 : 1 before step 30: the gradient of the class loss is longer than that of the box loss")
    assert.include(said, "24 times over the whole net, 32 times in the backbone, 12 times in the neck;")
    assert.include(said, "loss.box (6) and loss.class (0.5) weigh them")
    assert.include(text([monitorEvent(30, 40, 1)]), "the gradient of the box loss is longer than that of the class loss")
    // 8 to 1 over the whole net, 16 to 1 in the neck alone.
    const neck = text([monitorEvent(30, 8, 1)]).replaceAll(/\s+/g, " ")
    assert.include(neck, "longer than that of the class loss: 16 times in the neck;")
  })

  it("remembers where it was so before, and says nothing where it never was", () => {
    const before = text([monitorEvent(0, 1, 24), monitorEvent(10, 1, 11), monitorEvent(20, 1, 2)])
    assert.include(before, "beyond 10 : 1 over the whole net in 2 of 3 measurements, the last time before step 10")
    assert.notInclude(text([monitorEvent(0, 1, 4), monitorEvent(10, 2, 2)]), "beyond")
  })

  it("draws where the magnitudes lie, all sections on one axis", () => {
    const events = spread({
      backbone: { lowest: -6, counts: [1, 4, 8] },
      neck: { lowest: -8, counts: [16, 0, 0, 0, 0, 0, 2] },
      head: { lowest: 0, counts: [] }
    })
    assert.include(text(events), "a power of two a bar, from 2^-8 to 2^-1")
    assert.include(lines(events), "  backbone    ▁▄█      2^-4  2^-6 to 2^-3")
    assert.include(lines(events), "  neck      █     ▁    2^-8  2^-8 to 2^-1")
    assert.include(lines(events), "  head                    -  -")
  })

  it("does not let what is too small to be told apart flatten the rest", () => {
    const events = spread({ neck: { lowest: -40, counts: [5000, 1, 2, 1] }, head: { lowest: -40, counts: [7] } })
    assert.include(lines(events), "  neck     █▄█▄  <2^-39  0 to 2^-39")
    assert.include(lines(events), "  head     █     <2^-39  0 to 2^-39")
    assert.include(text(events).replaceAll(/\s+/g, " "), "the first bar holds all that is smaller")
  })

  it("puts several powers into a bar where the columns are few", () => {
    const events = spread({ neck: { lowest: -30, counts: Array.from({ length: 32 }, () => 1) } })
    const said = (columns: number): string => text(events, columns).replaceAll(/\s+/g, " ")
    assert.include(said(80), "zeros: a power of two a bar, from 2^-30 to 2^2")
    assert.match(said(80), / █{32} /)
    assert.include(said(79), "zeros: 2 powers of two a bar, from 2^-30 to 2^2")
    assert.match(said(79), / █{16} /)
  })

  it("fits, whatever was measured", () => {
    const norms = FastCheck.record({
      total: Texts.number,
      sections: FastCheck.dictionary(Texts.text, Texts.number, { maxKeys: 4 })
    })
    const histogram = FastCheck.record({
      lowest: FastCheck.integer({ min: -40, max: 23 }),
      counts: FastCheck.array(FastCheck.nat(), { maxLength: 64 })
    })
    const event: FastCheck.Arbitrary<MonitorText.Measurement> = FastCheck.record({
      step: FastCheck.nat(),
      parts: FastCheck.record({ box: norms, class: norms, dfl: norms }, { requiredKeys: ["class"] }),
      whole: norms,
      histograms: FastCheck.option(FastCheck.dictionary(Texts.text, histogram, { maxKeys: 4 })),
      seconds: FastCheck.double({ min: 0, noNaN: true })
    })
    FastCheck.assert(FastCheck.property(FastCheck.array(event, { maxLength: 5 }), Texts.columns, (events, columns) => {
      Texts.assertFits(MonitorText.of(events, null, columns), columns)
    }))
  })
})
