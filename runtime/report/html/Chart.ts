/**
 * Curves over steps as a drawing that needs no script: SVG whose colours are those of the page around it.
 */
import * as Downsample from "./Downsample.ts"
import { type Html, html, trusted } from "./Html.ts"

/** Names a colour of the page: one of its curves by index, or one that says something. */
export type Colour = number | "quiet" | "bad" | "doubtful"

/** A line through points, x ascending; what cannot be drawn, such as NaN, is left out. */
export interface Curve extends Downsample.Points {
  /** What the legend says; null where another curve of the same colour says it. */
  readonly name: string | null
  readonly colour: Colour
  readonly dashed?: boolean
}

/** Something that happened at a step: a line from top to bottom. */
export interface Mark {
  readonly x: number
  readonly name: string
  readonly colour: Colour
}

/** Single points, such as spikes. */
export interface Dots extends Downsample.Points {
  readonly name: string
  readonly colour: Colour
}

export interface Chart {
  readonly title: string
  /** What is to be said of it; null for nothing. */
  readonly note?: string | null
  readonly curves: ReadonlyArray<Curve>
  readonly dots?: ReadonlyArray<Dots>
  readonly marks?: ReadonlyArray<Mark>
  /**
   * The first and the last value that the axis below shows; those of the points and marks where they are not given. Of
   * `steps` it has whole ones, and a script finds the one below a pointer.
   */
  readonly across?: readonly [first: number, last: number]
  readonly steps?: boolean
  /** Whether small values may lie on the axis: otherwise it is logarithmic where they would. */
  readonly linear?: boolean
  /** The lowest and the highest value of the other axis; what fits the curves where it is not given. */
  readonly range?: readonly [low: number, high: number]
}

/** How many colours of curves a page has. */
export const colours = 8

const width = 420
const height = 236
/** About one and a half a pixel. */
const mostPoints = 600
/** From this ratio of the highest to the lowest value on, the small ones would lie on the axis. */
const wide = 30

/** Refers to a colour of the page. */
const colourOf = (colour: Colour): string => `var(--${typeof colour === "number" ? `curve-${1 + colour % colours}` : colour})`

const range = (curves: ReadonlyArray<Downsample.Points>): readonly [low: number, high: number] => {
  let low = Infinity
  let high = -Infinity
  for (const { y } of curves) {
    for (let index = 0; index < y.length; index++) {
      const value = y[index] ?? NaN
      if (!Number.isFinite(value)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return [low, high]
}

type Pairs = ReadonlyArray<readonly [x: number, y: number]>

/** Lists the points that can be drawn, fewer where they are many, as the axis shows them. */
const drawn = ({ x, y }: Downsample.Points, logarithmic: boolean): Pairs => {
  const kept = Array.from({ length: x.length }, (_, index) => index).filter((index) => {
    const value = y[index] ?? NaN
    return Number.isFinite(value) && (!logarithmic || value > 0)
  })
  const at = (values: ArrayLike<number>) => kept.map((index) => values[index] ?? NaN)
  const [across, up] = [at(x), at(y)]
  const points = { x: across, y: logarithmic ? up.map(Math.log) : up }
  return Downsample.choose(points, mostPoints).map((index) => [across[index] ?? NaN, up[index] ?? NaN])
}

/** How many digits a number has on an axis at least, and at most. */
const fewestDigits = 4
const mostDigits = 12

/** Counts the digits that tell values between these from each other. */
const digitsOf = (low: number, high: number): number => {
  const digits = 2 + Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / (high - low)))
  return Number.isFinite(digits) ? Math.max(fewestDigits, Math.min(digits, mostDigits)) : fewestDigits
}

/** Writes a number of an axis, as short as it is told from its neighbours. */
const plain = (value: number, digits: number): string => {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return Number(value.toPrecision(digits)).toExponential().replace("e+", "e")
  if (size >= 1e4) return `${Number((value / 1000).toPrecision(digits))}k`
  return String(Number(value.toPrecision(digits)))
}

/** Writes a step as it is counted where a short number would be another. */
const plainStep = (value: number): string => {
  const short = plain(value, fewestDigits)
  return Number(short.replace("k", "e3")) === value ? short : String(value)
}

const loading = async () => {
  const [core, { LineChart, ScatterChart }, { GridComponent, MarkLineComponent }, { SVGRenderer }] = await Promise.all([
    import("echarts/core"),
    import("echarts/charts"),
    import("echarts/components"),
    import("echarts/renderers")
  ])
  core.use([LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer])
  return core
}

let loaded: ReturnType<typeof loading> | null = null

const load = (): ReturnType<typeof loading> => loaded ??= loading()

const isEmpty = ({ curves, dots = [] }: Chart): boolean => !Number.isFinite(range([...curves, ...dots])[0])

const optionOf = (chart: Chart) => {
  const { across, curves, dots = [], marks = [], steps = false } = chart
  const [low, high] = range([...curves, ...dots])
  const [bottom, top] = chart.range ?? [undefined, undefined]
  const logarithmic = chart.range === undefined && chart.linear !== true && low > 0 && high / low > wide
  const lines = curves.map((curve) => ({ curve, points: drawn(curve, logarithmic) }))
  const axis = {
    axisLine: { lineStyle: { color: "var(--rule)" } },
    axisTick: { lineStyle: { color: "var(--rule)" } },
    axisLabel: { color: "var(--quiet)", fontSize: 12, hideOverlap: true, formatter: (value: number) => plain(value, fewestDigits) }
  }
  const quiet = { silent: true, animation: false, emphasis: { disabled: true } }
  return {
    animation: false,
    backgroundColor: "transparent",
    grid: { left: 4, right: 14, top: 10, bottom: 4, outerBoundsMode: "same" as const },
    xAxis: {
      ...axis,
      type: "value" as const,
      min: "dataMin" as const,
      // What happened at the step after the last point lies inside, too.
      ...(across === undefined
        ? { max: ({ max }: { readonly max: number }) => Math.max(max, ...marks.map(({ x }) => x)) }
        : { min: across[0], max: across[1] }),
      ...(steps ? { minInterval: 1, axisLabel: { ...axis.axisLabel, formatter: plainStep } } : {}),
      splitNumber: 4,
      splitLine: { show: false }
    },
    yAxis: {
      ...axis,
      type: logarithmic ? "log" as const : "value" as const,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...axis.axisLabel, formatter: (value: number) => plain(value, logarithmic ? fewestDigits : digitsOf(low, high)) },
      ...(bottom === undefined ? low === 0 && high === 0 ? { max: 1 } : {} : { min: bottom, max: top, interval: (top - bottom) / 4 }),
      ...(logarithmic ? {} : { scale: low > 0 && high < 2 * low }),
      splitNumber: 4,
      splitLine: { lineStyle: { color: "var(--rule)" } }
    },
    series: [
      ...lines.map(({ curve, points }, index) => ({
        ...quiet,
        type: "line" as const,
        data: points.map((pair) => [...pair]),
        // One point alone makes no line.
        symbol: points.length === 1 ? "circle" : "none",
        symbolSize: 5,
        itemStyle: { color: colourOf(curve.colour) },
        lineStyle: {
          color: colourOf(curve.colour),
          width: curve.colour === "quiet" ? 1 : 1.5,
          type: curve.dashed === true ? "dashed" as const : "solid" as const
        },
        ...(index > 0 ? {} : {
          markLine: {
            ...quiet,
            symbol: "none",
            label: { show: false },
            data: marks.map(({ colour, x }) => ({ xAxis: x, lineStyle: { color: colourOf(colour), type: "dashed" as const } }))
          }
        })
      })),
      ...dots.map((points) => ({
        ...quiet,
        type: "scatter" as const,
        data: drawn(points, logarithmic).map((pair) => [...pair]),
        symbolSize: 6,
        itemStyle: { color: colourOf(points.colour) }
      }))
    ]
  }
}

/** Takes out what only a pointer would need. */
const bare = (svg: string): string =>
  svg.replace(/<style[^]*?<\/style>/g, "").replace(/ (class="zr[^"]*"|pointer-events="\w+"|ecmeta_\w+="[^"]*")/g, "").replace(/>\n+/g, ">")

/** Writes a swatch of a legend. */
export const swatch = (colour: Colour, kind: "line" | "dashed" | "dot" = "line"): Html =>
  html`<i class="swatch ${kind} ${typeof colour === "number" ? `curve-${1 + colour % colours}` : colour}"></i>`

const legend = ({ curves, dots = [], marks = [] }: Chart): ReadonlyArray<Html> => {
  const named = [
    ...curves.map(({ colour, dashed, name }) => ({ colour, name, kind: dashed === true ? "dashed" as const : "line" as const })),
    ...dots.map(({ colour, name, x }) => ({ colour, name: x.length === 0 ? null : name, kind: "dot" as const })),
    ...marks.map(({ colour, name }) => ({ colour, name, kind: "dashed" as const }))
  ]
  const seen = new Map(named.flatMap((entry) => entry.name === null ? [] : [[`${entry.colour} ${entry.kind} ${entry.name}`, entry]]))
  return [...seen.values()].map(({ colour, kind, name }) => html`<li>${swatch(colour, kind)} ${name}</li>`)
}

/** Says for a script which steps a drawing shows, and between which shares of its width. */
const placeOf = ({ across, steps = false }: Chart, pixelOf: (step: number) => number): Html | null => {
  if (across === undefined || !steps) return null
  const share = (step: number): string => (pixelOf(step) / width).toFixed(4)
  const [first, last] = across
  return html` data-first="${first}" data-last="${last}" data-left="${share(first)}" data-right="${share(last)}"`
}

/** Draws charts as figures, one after the other; one without any point that can be drawn is left out. */
export const draw = async (charts: ReadonlyArray<Chart>): Promise<ReadonlyArray<Html>> => {
  const echarts = await load()
  return charts.filter((chart) => !isEmpty(chart)).map((chart) => {
    const drawing = echarts.init(null, null, { renderer: "svg", ssr: true, width, height })
    try {
      drawing.setOption(optionOf(chart))
      const entries = legend(chart)
      const note = chart.note ?? null
      return html`<figure class="chart">
<figcaption>${chart.title}${note === null ? null : html` <small>${note}</small>`}</figcaption>
<div role="img" aria-label="${chart.title}"${placeOf(chart, (step) => drawing.convertToPixel({ xAxisIndex: 0 }, step))}>${trusted(bare(drawing.renderToSVGString()))}</div>
${entries.length === 0 ? null : html`<ul class="legend">${entries}</ul>`}
</figure>
`
    } finally {
      drawing.dispose()
    }
  })
}

/**
 * Loads what draws, and draws once, which takes longest the first time: about a second of computing, for which a page that is
 * wanted soon does not wait then.
 */
export const prepare = async (): Promise<void> => {
  await draw([{ title: "", curves: [{ name: null, colour: 0, x: [0, 1], y: [1, 100] }] }])
}
