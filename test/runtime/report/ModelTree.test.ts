import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import { Dropout, Model } from "../../../dsl/index.ts"
import * as Network from "../../../runtime/nets/Network.ts"
import * as ModelTree from "../../../runtime/report/ModelTree.ts"
import * as Texts from "./texts.ts"

const classes = ["circle", "square", "triangle"]
const detector = (size: Model.Size) =>
  Network.build({ model: Model.yolo({ size, input: 64 }), dropout: Dropout.off }, classes)
const classifier = Network.build(
  { model: Model.classifier({ channels: [16, 32], input: 64 }), dropout: Dropout.share(0.3) },
  classes
)

/** The rows of a tree, each without the spaces between its cells. */
const rows = (graph: Parameters<typeof ModelTree.of>[0]): ReadonlyArray<string> =>
  Texts.plain(ModelTree.of(graph, 100)).trimEnd().split("\n").map((line) => line.trim().replaceAll(/ {2,}/g, " | "))

describe("ModelTree", () => {
  it("collapses a detector to its blocks, by number, with what they are", () => {
    const tree = rows(detector("n"))
    assert.isBelow(tree.length, 40)
    for (
      const row of [
        "image | input | 64x64x3",
        "0 | conv 3x3/2 | 32x32x16 | 464 | 1%",
        "4 | C2f x2, shortcut | 8x8x64 | 49.66 k | 8%",
        "9 | SPPF 5 | 2x2x256 | 164.6 k | 2%",
        "10 | upsample x2 | 4x4x256",
        "11 | concat 10, 6 | 4x4x384",
        "12 | C2f x1 | 4x4x128 | 148.2 k | 6%",
        "box.0 | 2 conv 3x3, conv 1x1 | 8x8x64 | 78.14 k | 12%",
        "class.2 | 2 conv 3x3, conv 1x1 | 2x2x3 | 184.8 k | 2%",
        "logits | output of 3 levels | 84x3"
      ]
    ) assert.include(tree, row)
    assert.deepStrictEqual(tree.filter((row) => /^(backbone|neck|head)/.test(row)), [
      "backbone | 1.273 M | 39%",
      "neck | 986.9 k | 24%",
      "head | 751.9 k | 37%"
    ])
  })

  it("counts a deeper model's repeats", () => {
    assert.include(rows(detector("m")).find((row) => row.startsWith("4 |")), "C2f x4, shortcut")
  })

  it("shows a classifier, its dropout among it", () => {
    assert.deepStrictEqual(rows(classifier), [
      "block | output | parameters | FLOPs",
      "image | input | 64x64x3",
      "backbone | 5.136 k | >99%",
      "0 | conv 3x3/2 | 32x32x16 | 464 | 27%",
      "1 | conv 3x3/2 | 16x16x32 | 4.672 k | 73%",
      "head | 99 | <1%",
      "mean | mean over the image | 1x1x32",
      "dropout | dropout 0.3 | 1x1x32",
      "conv | conv 1x1 | 1x1x3 | 96 | <1%",
      "bias | bias | 1x1x3 | 3",
      "logits | output | 1x3"
    ])
  })

  it("leaves out shares and then shapes where there is no room for them", () => {
    const headings = [76, 55, 48, 36].map((columns) =>
      Texts.plain(ModelTree.of(detector("n"), columns)).split("\n")[0]?.trim().split(/ +/))
    assert.deepStrictEqual(headings, [
      ["block", "output", "parameters", "FLOPs"],
      ["block", "output", "parameters"],
      ["block", "parameters"],
      ["block"]
    ])
  })

  it("fits", () => {
    FastCheck.assert(FastCheck.property(Texts.columns, (columns) => {
      for (const graph of [detector("n"), classifier]) Texts.assertFits(ModelTree.of(graph, columns), columns)
    }), { numRuns: 20 })
  })
})
