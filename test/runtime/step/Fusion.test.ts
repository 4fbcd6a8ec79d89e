import { assert, describe, it } from "@effect/vitest"
import * as Model from "../../../dsl/Model.ts"
import type { Node, TrainingGraph } from "../../../runtime/graph/TrainingGraph.ts"
import * as Yolo from "../../../runtime/nets/yolo/Yolo.ts"
import * as Fusion from "../../../runtime/step/Fusion.ts"

const graph = Yolo.build(Model.yolo({ depth: 0.33, width: 0.125, input: 32 }), ["one"])

const node = (id: string, op: Node["op"], inputs: ReadonlyArray<string>): Node => ({
  id,
  op,
  inputs,
  shape: [4, 4, 2],
  parameters: [],
  buffers: [],
  flops: 0
})

const norm = { _tag: "BatchNorm", epsilon: 1e-3, momentum: 0.03 } as const

const built = (nodes: ReadonlyArray<Node>, logits = "end"): TrainingGraph => ({
  ...graph,
  nodes: [node("image", { _tag: "Image" }, []), node("norm", norm, ["image"]), ...nodes],
  outputs: { distances: "end", logits }
})

describe("Fusion", () => {
  it("finds every batch norm of a YOLO, since a SiLU follows each", () => {
    const norms = graph.nodes.flatMap(({ id, op }) => op._tag === "BatchNorm" ? [id] : [])
    assert.isAbove(norms.length, 50)
    assert.deepStrictEqual([...Fusion.norms(graph)], norms)
  })

  it("finds none whose output is used otherwise", () => {
    const silu = node("silu", { _tag: "Silu" }, ["norm"])
    assert.deepStrictEqual([...Fusion.norms(built([silu]))], ["norm"])
    assert.deepStrictEqual([...Fusion.norms(built([silu, node("sum", { _tag: "Add" }, ["norm", "silu"])]))], [])
    assert.deepStrictEqual([...Fusion.norms(built([node("sum", { _tag: "Add" }, ["norm", "image"])]))], [])
    assert.deepStrictEqual([...Fusion.norms(built([silu], "norm"))], [])
  })
})
