import { assert, describe, it } from "@effect/vitest"
import * as Model from "../../../dsl/Model.ts"
import { sectionOf } from "../../../runtime/graph/Sections.ts"
import * as Classifier from "../../../runtime/nets/classifier/Classifier.ts"
import * as Yolo from "../../../runtime/nets/yolo/Yolo.ts"

const sections = (nodes: ReadonlyArray<{ readonly id: string; readonly parameters: ReadonlyArray<unknown> }>) =>
  new Set(nodes.filter(({ parameters }) => parameters.length > 0).map(({ id }) => sectionOf(id)))

describe("sectionOf", () => {
  it("tells the branches of a detector's head apart, and nothing below them", () => {
    assert.strictEqual(sectionOf("backbone.4.cv1.conv.weight"), "backbone")
    assert.strictEqual(sectionOf("neck.p4.m.0.cv1.norm"), "neck")
    assert.strictEqual(sectionOf("head.box.0.1.conv"), "head.box")
    assert.strictEqual(sectionOf("head.class.2.out"), "head.class")
    assert.strictEqual(sectionOf("head.conv.weight"), "head")
    assert.strictEqual(sectionOf("neck.box.conv"), "neck")
  })

  it("puts all that a detector learns into four sections, and all that a classifier learns into two", () => {
    const yolo = Model.yolo({ depth: 0.33, width: 0.125, input: 64 })
    const classifier = Model.classifier({ channels: [8, 16], input: 32 })
    if (yolo._tag !== "Yolo" || classifier._tag !== "Classifier") return assert.fail("a model is of another family")
    assert.deepStrictEqual(
      sections(Yolo.build(yolo, ["circle"]).nodes),
      new Set(["backbone", "neck", "head.box", "head.class"])
    )
    assert.deepStrictEqual(sections(Classifier.build(classifier, ["circle"], 0).nodes), new Set(["backbone", "head"]))
  })
})
