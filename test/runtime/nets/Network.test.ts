import { assert, describe, it } from "@effect/vitest"
import * as Dropout from "../../../dsl/Dropout.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Classifier from "../../../runtime/nets/classifier/Classifier.ts"
import * as Network from "../../../runtime/nets/Network.ts"
import * as Yolo from "../../../runtime/nets/yolo/Yolo.ts"

describe("Network.build", () => {
  it("lays out a recipe's model by its family, and a classifier's dropout", () => {
    const yolo = Model.yolo({ size: "n", input: 64 })
    assert.deepStrictEqual(Network.build({ model: yolo, dropout: Dropout.off }, ["a"]), Yolo.build(yolo, ["a"]))
    const classifier = Model.classifier({ channels: [4], input: 8 })
    for (const [dropout, share] of [[Dropout.off, 0], [Dropout.share(0.25), 0.25], [Dropout.share(0), 0]] as const) {
      assert.deepStrictEqual(
        Network.build({ model: classifier, dropout }, ["a", "b"]),
        Classifier.build(classifier, ["a", "b"], share)
      )
    }
  })
})
