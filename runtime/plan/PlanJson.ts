/**
 * Plans as JSON documents for other programs. A number that JSON lacks is the string "NaN", "Infinity" or "-Infinity".
 */
import { sizeOf, type Node } from "../graph/TrainingGraph.ts"
import type { Curve } from "../optim/Curve.ts"
import type { Finding } from "./Finding.ts"
import type { Identity } from "./Identity.ts"
import type { Arm, Plan, Schedule } from "./Plan.ts"
import * as Snapshots from "./Snapshots.ts"
import type { Stage } from "./UpdateStages.ts"

/** A number, or the name of one that JSON lacks. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity"

/** Writes a number so that JSON can hold it. */
export const number = (value: number): JsonNumber =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"

interface NodeDocument {
  readonly id: string
  readonly op: Node["op"]["_tag"]
  readonly attributes: Readonly<Record<string, JsonNumber>>
  readonly inputs: ReadonlyArray<string>
  /** NHWC without the batch. */
  readonly shape: ReadonlyArray<number>
  readonly parameters: JsonNumber
  readonly flops: JsonNumber
}

interface GraphDocument {
  readonly nodes: ReadonlyArray<NodeDocument>
  readonly parameters: JsonNumber
  readonly flops: JsonNumber
  readonly flopsPerStep: JsonNumber
  readonly memory: {
    readonly weights: JsonNumber
    readonly optimizer: JsonNumber
    readonly activations: JsonNumber
    readonly total: JsonNumber
    /** Of the host, beside what a step takes: the copies of the state that a fault is gone back to. */
    readonly snapshots: JsonNumber
  }
}

/** The document of `ballast plan --json`. */
export interface PlanDocument {
  readonly format: "ballast.plan/1"
  readonly experiment: string
  readonly arms: ReadonlyArray<{
    readonly arm: string
    readonly identity: Identity
    readonly graph: GraphDocument | null
    readonly update: ReadonlyArray<Stage>
    readonly schedule: Schedule
    readonly findings: ReadonlyArray<Finding>
  }>
}

/** The document of `ballast schedule --json`; `momentum` is that of SGD. */
export interface ScheduleDocument {
  readonly format: "ballast.schedule/1"
  readonly experiment: string
  readonly arms: ReadonlyArray<{
    readonly arm: string
    readonly steps: ReadonlyArray<{
      readonly step: number
      readonly learningRate: JsonNumber
      readonly biasLearningRate: JsonNumber
      readonly momentum: JsonNumber
    }>
  }>
}

const nodeDocument = ({ flops, id, inputs, op, parameters, shape }: Node): NodeDocument => {
  const { _tag, ...attributes } = op
  return {
    id,
    op: _tag,
    attributes: Object.fromEntries(Object.entries<number>(attributes).map(([name, value]) => [name, number(value)])),
    inputs,
    shape,
    parameters: number(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)),
    flops: number(flops)
  }
}

const graphDocument = ({ cost, graph, recipe }: Arm): GraphDocument | null =>
  graph === null || cost === null ? null : {
    nodes: graph.nodes.map(nodeDocument),
    parameters: number(cost.parameters),
    flops: number(cost.flops),
    flopsPerStep: number(cost.flopsPerStep),
    memory: {
      weights: number(cost.memory.weights),
      optimizer: number(cost.memory.optimizer),
      activations: number(cost.memory.activations),
      total: number(cost.memory.total),
      snapshots: number(Snapshots.of(cost, recipe).bytes)
    }
  }

/** Writes a plan as `ballast.plan/1`. A node's `parameters` counts them; all nodes' add up to the graph's. */
export const plan = ({ arms, experiment }: Plan): PlanDocument => ({
  format: "ballast.plan/1",
  experiment,
  arms: arms.map((arm) => ({
    arm: arm.arm,
    identity: arm.identity,
    graph: graphDocument(arm),
    update: arm.update,
    schedule: arm.schedule,
    findings: arm.findings
  }))
})

const rowsOf = (curve: Curve): ScheduleDocument["arms"][number]["steps"] =>
  Array.from({ length: curve.totalSteps }, (_, step) => {
    const { biasLearningRate, learningRate, momentum } = curve.at(step)
    return {
      step,
      learningRate: number(learningRate),
      biasLearningRate: number(biasLearningRate),
      momentum: number(momentum)
    }
  })

/** Writes every row of every arm's schedule as `ballast.schedule/1`; an arm whose steps are not known has none. */
export const schedule = ({ arms, experiment }: Plan): ScheduleDocument => ({
  format: "ballast.schedule/1",
  experiment,
  arms: arms.map(({ arm, curve }) => ({ arm, steps: curve === null ? [] : rowsOf(curve) }))
})
