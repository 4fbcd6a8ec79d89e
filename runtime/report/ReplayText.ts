/**
 * What a failing step comes to when it is taken once more.
 */
import type { Replayed } from "../fault/Replay.ts"
import type { First } from "../step/Probe.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Table from "./Table.ts"

/** A replay with the incident's id and what the fault had said. */
export interface Told extends Replayed {
  readonly incident: string
  readonly failed: string
}

/** How many nodes are shown, up to the first that is not finite. */
const nodesShown = 12

const place = ({ direction, node }: First): string => {
  switch (direction) {
    case "weights":
      return `${node} is not finite before the step is taken`
    case "input":
      return `the batch's ${node} are not finite`
    case "forward":
      return `the first output that is not finite is that of ${node}`
    case "loss":
      return `every node's output is finite, and ${node} is not`
    case "backward":
      return `the loss is finite, and the first gradient that is not is that of ${node}`
  }
}

const nodes = ({ probe }: Told, columns: number): ReadonlyArray<Line.Line> => {
  if (probe === null || probe.nodes.length === 0) return []
  const broken = probe.nodes.findIndex(({ finite }) => !finite)
  const end = broken < 0 ? probe.nodes.length : broken + 1
  const shown = probe.nodes.slice(Math.max(0, end - nodesShown), end)
  const figure = (value: number): Line.Span => Line.span(Figure.measured(value), Number.isFinite(value) ? "plain" : "bad")
  return [
    Line.empty,
    ...Table.of(
      [
        { heading: "node", align: "left", whole: true },
        { heading: "pass", align: "left" },
        { heading: "rms", align: "right" },
        { heading: "largest", align: "right" }
      ],
      shown.map(({ direction, largest, node, rms }) => [Line.span(node), Line.span(direction), figure(rms), figure(largest)]),
      columns
    )
  ]
}

/** Writes whether the fault came again, where it began, and what went through the nodes up to there. */
export const of = (told: Told, columns: number): ReadonlyArray<Line.Line> => {
  const { engine, failed, fault, files, incident, probe, reproduced } = told
  const first = probe?.first ?? null
  return [
    ...Paragraph.of(`${incident} on ${engine}: ${reproduced ? "it comes again" : "it does not come again"}`, columns, {
      tone: "strong"
    }),
    ...Paragraph.of(`then: ${failed}`, columns, { indent: 2 }),
    ...Paragraph.of(`now:  ${fault ?? "the step went well"}`, columns, { indent: 2 }),
    ...(first === null ? [] : Paragraph.of(place(first), columns, { indent: 2 })),
    ...(files.length === 0 ? [] : Paragraph.of(`its rows show ${files.join(", ")}`, columns, { indent: 2 })),
    ...nodes(told, columns)
  ]
}
