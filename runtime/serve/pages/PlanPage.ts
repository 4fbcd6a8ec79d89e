/**
 * The page of what a run was to be: findings, schedule, update stages, nodes.
 */
import * as Figure from "../../report/Figure.ts"
import { type Html, html } from "../../report/html/Html.ts"
import * as Page from "../../report/html/Page.ts"
import type { JsonNumber, PlanDocument } from "../../plan/PlanJson.ts"
import type { RunRecord } from "../../run/store/Listing.ts"
import type { Response } from "../Http.ts"
import * as Shell from "./Shell.ts"

type Arm = PlanDocument["arms"][number]

const tones = { error: "bad", warning: "doubtful", advice: null } as const

const findings = ({ findings }: Arm): Html | null =>
  Page.table(
    [{ heading: "severity", whole: true }, { heading: "rule" }, { heading: "where" }, { heading: "what" }],
    findings.map(({ message, path, rule, severity }) => [Page.toned(severity, tones[severity]), rule, path, message])
  )

/** Counts what a node has; most have nothing, which is not worth a look. */
const known = (value: JsonNumber): string => Number(value) === 0 ? "" : Figure.count(Number(value))

const nodes = (graph: NonNullable<Arm["graph"]>): Html | null =>
  Page.table(
    [
      { heading: "node" },
      { heading: "op" },
      { heading: "inputs" },
      { heading: "shape", whole: true },
      { heading: "parameters", number: true, whole: true },
      { heading: "FLOPs", number: true, whole: true }
    ],
    graph.nodes.map(({ flops, id, inputs, op, parameters, shape }) => [
      html`<code>${id}</code>`,
      op,
      inputs.join(", "),
      shape.join(" x "),
      known(parameters),
      known(flops)
    ])
  )

const bytes = (value: JsonNumber): string => Figure.quantity(Number(value), "B")

const cost = ({ graph, schedule }: Arm): Html | null =>
  Page.figures([
    ["steps", String(schedule.totalSteps)],
    ["of them warmup", String(schedule.warmupSteps)],
    ["steps an epoch", String(schedule.stepsPerEpoch)],
    ...(graph === null ? [] : [
      ["parameters", Figure.count(Number(graph.parameters))],
      ["FLOPs an image, forward", Figure.count(Number(graph.flops))],
      ["FLOPs a step", Figure.count(Number(graph.flopsPerStep))],
      ["memory", bytes(graph.memory.total)]
    ] as const)
  ])

const identities = ({ identity }: Arm): Html | null =>
  Page.table(
    [{ heading: "identity" }, { heading: "SHA-256" }],
    Object.entries(identity).map(([name, hash]) => [name, hash === null ? "not known" : html`<code>${hash}</code>`])
  )

/** Writes the page; `plan` is null before it is made. */
export const of = (run: RunRecord, plan: PlanDocument | null): Response => {
  const arm = plan?.arms[0] ?? null
  return Shell.of({
    title: `Plan of ${run.experiment}: ${run.arm}`,
    here: "/",
    content: [
      html`<h1>Plan of ${run.experiment}: ${run.arm}</h1>
<p class="quiet">what <a href="${Shell.runPath(run.id)}">run ${run.id}</a> was to be</p>
`,
      ...(arm === null ? [html`<p>There is no plan of it yet.</p>`] : [
        cost(arm),
        Page.section("Findings", findings(arm)),
        Page.section("An update", html`<p>${arm.update.join(" → ")}</p>`),
        Page.section("Identities", identities(arm)),
        Page.section("Nodes", arm.graph === null ? null : nodes(arm.graph))
      ])
    ]
  })
}
