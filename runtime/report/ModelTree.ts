/**
 * A network as a table of its blocks: sections, what each block is, its output's shape and its share of the cost. It is
 * read off node ids and operations alone.
 */
import { type Node, sizeOf, type TrainingGraph } from "../graph/TrainingGraph.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Table from "./Table.ts"

/** Nodes that belong together, by the address that they share. */
interface Block {
  readonly section: string
  /** The address within the section; empty where the section is a single node. */
  readonly name: string
  readonly nodes: ReadonlyArray<Node>
}

/**
 * Finds the block of a node: `backbone.4.cv1.conv` belongs to block 4 of the backbone, `head.box.0.1.conv` to the first
 * of the head's box branches.
 */
const blockOf = ({ id }: Node): { readonly section: string; readonly name: string } => {
  const [section = "", first = "", second = ""] = id.split(".")
  return { section, name: /^\d+$/.test(second) && !/^\d+$/.test(first) ? `${first}.${second}` : first }
}

/** Groups the nodes of a graph into blocks, in the order in which each is first met. */
const blocksOf = (graph: TrainingGraph): ReadonlyArray<Block> => {
  const groups = Map.groupBy(graph.nodes, (node) => {
    const { name, section } = blockOf(node)
    return `${section}.${name}`
  })
  return [...groups.values()].flatMap((nodes) => {
    const [first] = nodes
    return first === undefined ? [] : [{ ...blockOf(first), nodes }]
  })
}

const convolution = (kernel: number, stride: number): string =>
  `conv ${kernel}x${kernel}${stride === 1 ? "" : `/${stride}`}`

/** Names an operation; null where it goes without saying beside a convolution. */
const operation = ({ inputs, op }: Node): string | null => {
  switch (op._tag) {
    case "Convolution":
      return convolution(op.kernel, op.stride)
    case "BatchNorm":
    case "Silu":
    case "Bias":
      return null
    case "Image":
      return "input"
    case "Upsample":
      return `upsample x${op.factor}`
    case "Concat":
      return `concat ${inputs.map((id) => addressOf(id)).join(", ")}`
    case "MaxPool":
      return `max pool ${op.size}`
    case "Mean":
      return "mean over the image"
    case "Dropout":
      return `dropout ${Figure.chosen(op.share)}`
    case "Levels":
      return inputs.length === 1 ? "output" : `output of ${inputs.length} levels`
    case "Add":
      return "add"
    case "Slice":
      return "slice"
  }
}

/** Writes a block's address: its number alone where it has one, for those are unique in a network. */
const addressOf = (id: string): string => {
  const [section = "", first = ""] = id.split(".")
  return /^\d+$/.test(first) ? first : `${section}.${first}`
}

/** Writes equal neighbours once, with their count. */
const counted = (texts: ReadonlyArray<string>): string => {
  const runs: Array<{ readonly text: string; count: number }> = []
  for (const text of texts) {
    const last = runs.at(-1)
    if (last?.text === text) last.count++
    else runs.push({ text, count: 1 })
  }
  return runs.map(({ count, text }) => count === 1 ? text : `${count} ${text}`).join(", ")
}

/** Says what a block is: by the name of its kind, where it is one that people know, else by its operations. */
const kindOf = ({ nodes }: Block): string => {
  const has = (tag: Node["op"]["_tag"]): boolean => nodes.some(({ op }) => op._tag === tag)
  if (has("Slice") && has("Concat")) {
    const repeats = new Set(nodes.flatMap(({ id }) => /\.m\.(\d+)\./.exec(id)?.[1] ?? []))
    return `C2f x${repeats.size}${has("Add") ? ", shortcut" : ""}`
  }
  if (has("MaxPool") && has("Concat")) {
    const sizes = new Set(nodes.flatMap(({ op }) => op._tag === "MaxPool" ? [op.size] : []))
    return `SPPF ${[...sizes].join(", ")}`
  }
  const said = nodes.flatMap((node) => operation(node) ?? [])
  return said.length === 0 ? nodes.map(({ op }) => op._tag.toLowerCase()).join(", ") : counted(said)
}

const parametersOf = (nodes: ReadonlyArray<Node>): number =>
  nodes.reduce((sum, { parameters }) => sum + parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0), 0)

const flopsOf = (nodes: ReadonlyArray<Node>): number => nodes.reduce((sum, { flops }) => sum + flops, 0)

const headings: ReadonlyArray<Table.Column> = [
  { heading: "", align: "left", whole: true },
  { heading: "block", align: "left" },
  { heading: "output", align: "left" },
  { heading: "parameters", align: "right" },
  { heading: "FLOPs", align: "right" }
]

/** The columns that are shown, from all to those that a narrow screen has room for. */
const choices = [[0, 1, 2, 3, 4], [0, 1, 2, 3], [0, 1, 3], [0, 1]] as const

/** Writes a network block by block, at most `columns` wide; where there is no room, shares and shapes are left out. */
export const of = (graph: TrainingGraph, columns: number): ReadonlyArray<Line.Line> => {
  const blocks = blocksOf(graph)
  const total = flopsOf(graph.nodes)
  const costs = (nodes: ReadonlyArray<Node>, tone: Line.Tone): ReadonlyArray<Line.Span> => {
    const parameters = parametersOf(nodes)
    const flops = flopsOf(nodes)
    return [
      Line.span(parameters === 0 ? "" : Figure.count(parameters), tone),
      Line.span(flops === 0 ? "" : Figure.percent(flops / total), tone)
    ]
  }
  const row = (block: Block): Line.Line => [
    Line.span(block.name === "" ? block.section : `  ${block.name}`, block.name === "" ? "strong" : "plain"),
    Line.span(kindOf(block)),
    Line.span(block.nodes.at(-1)?.shape.join("x") ?? ""),
    ...costs(block.nodes, "plain")
  ]
  const rows = [...Map.groupBy(blocks, ({ section }) => section).values()].flatMap((section) => {
    const [first] = section
    if (first === undefined || first.name === "") return section.map(row)
    const nodes = section.flatMap(({ nodes }) => nodes)
    const sum = [Line.span(first.section, "strong"), Line.span(""), Line.span(""), ...costs(nodes, "quiet")]
    return [sum, ...section.map(row)]
  })
  const tables = choices.map((chosen) => ({
    headings: chosen.flatMap((index) => headings[index] ?? []),
    rows: rows.map((row) => chosen.flatMap((index) => row[index] ?? []))
  }))
  const fitting = tables.find(({ headings, rows }) => Table.fits(headings, rows, columns)) ?? tables.at(-1)
  return fitting === undefined ? [] : Table.of(fitting.headings, fitting.rows, columns)
}
