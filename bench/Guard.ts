import * as Kernels from "../runtime/engine/tensorflow/Kernels.ts"
import type { NodeDef } from "../runtime/engine/tensorflow/GraphDef.ts"
import * as Session from "../runtime/engine/tensorflow/Session.ts"
import * as EagerStep from "../runtime/step/EagerStep.ts"
import type { Step } from "../runtime/step/Step.ts"
import type { Bench } from "./Bench.ts"
import * as Subject from "./Subject.ts"
import * as Timing from "./Timing.ts"

const turns = 150
const warmUp = 10

const passOn = (node: NodeDef, input: string | undefined): NodeDef => ({
  ...node,
  op: "Identity",
  inputs: [input ?? "", ...node.inputs.filter((other) => other.startsWith("^"))]
})

/**
 * Takes norm, finite check, clip and guard out of a step's graph: gradients and updates pass as they are, and the
 * report no longer asks for the norm, so that TensorFlow drops what computed it.
 */
const unguarded = (nodes: ReadonlyArray<NodeDef>): ReadonlyArray<NodeDef> => {
  const checks = new Set(nodes.filter(({ op }) => op === "IsFinite").map(({ name }) => name))
  const finite = nodes.filter(({ inputs, op }) => op === "LogicalAnd" && inputs.every((input) => checks.has(input)))
  if (finite.length !== 1) throw new Error("the graph's finite check was not found")
  const guarded = (node: NodeDef): boolean => node.op === "SelectV2" && node.inputs[0] === finite[0]?.name
  return nodes.map((node) => {
    if (node.op === "MulNoNan") return passOn(node, node.inputs[0])
    if (guarded(node)) return passOn(node, node.inputs[1])
    if (node.name !== "report") return node
    const [, , clipped = "", loss = "", ...rest] = node.inputs
    return { ...node, inputs: [loss, loss, clipped, loss, ...rest] }
  })
}

/** Measures what norm, finite check, clip and guard cost. */
export const guard: Bench = {
  title: "norm, finite check, clip and guard against a step without them",
  prediction: "at most 3% of the step",
  measure: async () => {
    const backend = Subject.load()
    const eager = EagerStep.make(Subject.configuration, Kernels.make(backend))
    const [guarded, bare] = [
      Session.make(backend, Subject.configuration, eager),
      Session.make(backend, Subject.configuration, eager, unguarded)
    ]
    eager.dispose()
    const batch = Subject.batch()
    // A rate at which the unclipped step stays finite as well.
    const values = { ...Subject.scalars, learningRate: 1e-4, biasLearningRate: 1e-4 }
    const steps = (step: Step, count: number) => () =>
      Array.from({ length: count }, () => Timing.timed(() => step.run(batch, values)))
    for (const step of [guarded, bare]) steps(step, warmUp)()
    const times = await Timing.alternate(turns, { guarded: steps(guarded, 1), bare: steps(bare, 1) })
    guarded.dispose()
    bare.dispose()
    const [withThem, without] = [times["guarded"] ?? [], times["bare"] ?? []]
    const share = 1 - Timing.median(without) / Timing.median(withThem)
    return [
      Timing.told("with them", withThem),
      Timing.told("without", without),
      `their share of the step = ${(100 * share).toFixed(1)}%`
    ]
  }
}
