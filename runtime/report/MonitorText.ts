/**
 * Which part of a loss pulls where, and how that changed over a run.
 */
import type * as Loss from "../../dsl/Loss.ts"
import type { Histogram, MonitorEvent, SectionNorms } from "../train/Event.ts"
import { lowest as leastBin } from "../train/Monitor.ts"
import * as Balance from "./Balance.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Sparkline from "./Sparkline.ts"
import * as Table from "./Table.ts"

/** What a report needs of a monitor event. */
export type Measurement = Omit<MonitorEvent, "kind" | "run" | "attempt">

const indent = 2
const mostCurve = 60
const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const
/** Fewer columns of bars than this show no shape. */
const leastBars = 8
/** What stands beside bars: a section's name, a median and a range, with the gaps between them. */
const besideBars = 46

const indented = (lines: ReadonlyArray<Line.Line>): ReadonlyArray<Line.Line> =>
  lines.map((line) => line.length === 0 ? line : [Line.span(" ".repeat(indent)), ...line])

const norm = (value: number | undefined): Line.Span =>
  value === undefined || value === 0
    ? Line.span("-", "quiet")
    : Line.span(Figure.measured(value), Number.isFinite(value) ? "plain" : "bad")

const tableOf = (event: Measurement, columns: number): ReadonlyArray<Line.Line> => {
  const sections = Object.keys(event.whole.sections)
  const parts = Object.entries(event.parts)
  const several = parts.length > 1
  const sum = parts.reduce((sum, [, { total }]) => sum + total, 0)
  const row = (name: string, norms: SectionNorms, share: Line.Span): Line.Line => [
    Line.span(name),
    ...sections.map((section) => norm(norms.sections[section])),
    norm(norms.total),
    ...(several ? [share] : [])
  ]
  const whole = Balance.of(event)
  const balances = sections.map((section) => Balance.of(event, section))
  return Table.of(
    [
      { heading: "part", align: "left" },
      ...sections.map((heading) => ({ heading, align: "right" } as const)),
      { heading: "whole net", align: "right" },
      ...(several ? [{ heading: "share", align: "right" } as const] : [])
    ],
    [
      ...parts.map(([part, norms]) =>
        row(part, norms, sum === 0 ? Line.span("-", "quiet") : Line.span(Figure.percent(norms.total / sum)))
      ),
      ...(several ? [row("together", event.whole, Line.span(""))] : []),
      ...(whole === null ? [] : [[
        Line.span("box : class"),
        ...balances.map((balance) => balance === null ? Line.span("") : Balance.span(balance)),
        Balance.span(whole)
      ]])
    ],
    columns
  )
}

/** Says in words where one of the two losses drowns the other, one sentence for each that does. */
const drownedOf = (event: Measurement): ReadonlyArray<string> => {
  const places = [null, ...Object.keys(event.whole.sections)].flatMap((section) => {
    const balance = Balance.of(event, section)
    return balance !== null && Balance.isLopsided(balance) ? [{ section, balance }] : []
  })
  const side = (stronger: "box" | "class", weaker: "box" | "class"): ReadonlyArray<string> => {
    const where = places
      .filter(({ balance }) => balance[stronger] > balance[weaker])
      .map(({ balance, section }) => {
        const place = section === null ? "over the whole net" : `in the ${section}`
        return `${Balance.factor(Balance.factorOf(balance))} times ${place}`
      })
    return where.length === 0
      ? []
      : [`the gradient of the ${stronger} loss is longer than that of the ${weaker} loss: ${where.join(", ")}`]
  }
  return [...side("box", "class"), ...side("class", "box")]
}

const medianOf = (balances: ReadonlyArray<Balance.Balance>): Balance.Balance | undefined => {
  const known = balances
    .filter((balance) => !Number.isNaN(Balance.ratio(balance)))
    .toSorted((left, right) => Balance.ratio(left) - Balance.ratio(right))
  return known[Math.floor((known.length - 1) / 2)]
}

const courseOf = (events: ReadonlyArray<Measurement>, columns: number): ReadonlyArray<Line.Line> => {
  const course = events.flatMap((event) => {
    const balance = Balance.of(event)
    return balance === null ? [] : [{ step: event.step, balance }]
  })
  const [first] = course
  const last = course.at(-1)
  const median = medianOf(course.map(({ balance }) => balance))
  if (first === undefined || last === undefined || median === undefined || course.length < 2) return []
  // Twice as much and half as much are equally far from even on this scale.
  const heights = course.map(({ balance }) => Math.log2(Balance.ratio(balance)))
  const room = Math.max(1, Math.min(mostCurve, columns - indent))
  return [
    Line.empty,
    ...Paragraph.of(
      `box : class over the whole net: first ${Balance.text(first.balance)}, median ${Balance.text(median)}, `
        + `last ${Balance.text(last.balance)}`,
      columns,
      { indent }
    ),
    Line.of(" ".repeat(indent), Sparkline.line(heights, room)),
    ...Paragraph.of(
      `before steps ${first.step} to ${last.step}, higher where the box loss pulls harder; logarithmic scale`
        + (heights.every(Number.isFinite) ? "" : "; × where one pulls alone, or a norm is not finite"),
      columns,
      { indent, tone: "quiet" }
    )
  ]
}

const gainsOf = (loss: Loss.Loss | null): string =>
  loss?._tag === "YoloV8"
    ? `; loss.box (${Figure.chosen(loss.box)}) and loss.class (${Figure.chosen(loss.class)}) weigh them`
    : "; loss.box and loss.class weigh them"

const lopsidedOf = (
  events: ReadonlyArray<Measurement>,
  latest: Measurement,
  loss: Loss.Loss | null,
  columns: number
): ReadonlyArray<Line.Line> => {
  const drowned = drownedOf(latest)
  if (drowned.length > 0) {
    const said = `beyond ${Balance.most} : 1 before step ${latest.step}: ${drowned.join("; ")}${gainsOf(loss)}`
    return [Line.empty, ...Paragraph.of(said, columns, { indent, tone: "doubtful" })]
  }
  const beyond = events.filter((event) => {
    const balance = Balance.of(event)
    return balance !== null && Balance.isLopsided(balance)
  })
  const last = beyond.at(-1)
  return last === undefined ? [] : [
    Line.empty,
    ...Paragraph.of(
      `beyond ${Balance.most} : 1 over the whole net in ${beyond.length} of ${
        Figure.plural(events.length, "measurement")
      }, the last time before step ${last.step}`,
      columns,
      { indent, tone: "quiet" }
    )
  ]
}

const power = (exponent: number): string => `2^${exponent}`

/** Where a bin begins: the lowest holds all that is smaller. */
const beginning = (bin: number): string => bin === leastBin ? "0" : power(bin)

/** Finds the bin in which the smallest `share` of what was counted ends. */
const binAt = (counts: ReadonlyArray<number>, share: number): number => {
  const wanted = share * counts.reduce((sum, count) => sum + count, 0)
  let below = 0
  return Math.max(0, counts.findIndex((count) => (below += count) >= wanted))
}

/**
 * Draws counts on an axis that begins at `from`, `merged` bins a column; what is there at all is seen. What was too
 * small for a bin of its own stands in the first column and would flatten all others, so their scale is without it.
 */
const drawn = ({ counts, lowest }: Histogram, from: number, columns: number, merged: number): string => {
  const heights = Array.from({ length: columns }, (_, column) => {
    const start = from + column * merged - lowest
    return counts.slice(Math.max(0, start), Math.max(0, start + merged)).reduce((sum, count) => sum + count, 0)
  })
  const compared = from === leastBin && heights.slice(1).some((height) => height > 0) ? heights.slice(1) : heights
  const highest = Math.max(...compared)
  return heights.map((height) => {
    const eighths = Math.ceil((height / highest) * bars.length)
    return height === 0 ? " " : bars[Math.min(bars.length, eighths) - 1]
  }).join("")
}

const histogramsOf = (
  histograms: Readonly<Record<string, Histogram>>,
  columns: number
): ReadonlyArray<Line.Line> => {
  const filled = Object.entries(histograms).filter(([, { counts }]) => counts.length > 0)
  if (filled.length === 0) return []
  const from = Math.min(...filled.map(([, { lowest }]) => lowest))
  const to = Math.max(...filled.map(([, { counts, lowest }]) => lowest + counts.length))
  const merged = Math.ceil((to - from) / Math.max(leastBars, columns - indent - besideBars))
  const wide = Math.ceil((to - from) / merged)
  return [
    Line.empty,
    ...Paragraph.of(
      `the whole gradient's values by magnitude, without zeros: ${merged === 1 ? "a power" : `${merged} powers`} of two `
        + `a bar, from ${beginning(from)} to ${power(from + wide * merged)}`
        + (from === leastBin ? "; the first bar holds all that is smaller, too, and may be cut" : ""),
      columns,
      { indent, tone: "quiet" }
    ),
    ...indented(Table.of(
      [
        { heading: "section", align: "left" },
        { heading: "", align: "left" },
        { heading: "median", align: "right" },
        { heading: "9 of 10 within", align: "left" }
      ],
      Object.entries(histograms).map(([section, histogram]) => {
        const { counts, lowest } = histogram
        if (counts.length === 0) return [Line.span(section), Line.span(" ".repeat(wide)), norm(0), norm(0)]
        const edge = (share: number): number => lowest + binAt(counts, share)
        return [
          Line.span(section),
          Line.span(drawn(histogram, from, wide, merged)),
          Line.span(edge(0.5) === leastBin ? `<${power(leastBin + 1)}` : power(edge(0.5))),
          Line.span(`${beginning(edge(0.05))} to ${power(edge(0.95) + 1)}`)
        ]
      }),
      columns - indent
    ))
  ]
}

/**
 * Writes the latest measurement as a table of parts by sections, how the box loss and the class loss stood over the run
 * and where one drowns the other, and how the gradients' magnitudes are spread. Nothing where there is no measurement.
 */
export const of = (
  events: ReadonlyArray<Measurement>,
  loss: Loss.Loss | null,
  columns: number
): ReadonlyArray<Line.Line> => {
  const latest = events.at(-1)
  if (latest === undefined) return []
  const seconds = events.reduce((sum, event) => sum + event.seconds, 0)
  const several = Object.keys(latest.parts).length > 1
  return [
    ...indented(tableOf(latest, columns - indent)),
    ...Paragraph.of(
      `norms before the update of step ${latest.step}`
        + (several ? "; share: of the sum of the parts' norms" : "")
        + `; measured ${events.length === 1 ? "once" : `${events.length} times`}, in ${Figure.duration(seconds)}`,
      columns,
      { indent, tone: "quiet" }
    ),
    ...courseOf(events, columns),
    ...lopsidedOf(events, latest, loss, columns),
    ...(latest.histograms === null ? [] : histogramsOf(latest.histograms, columns))
  ]
}
