import { assert, describe, it } from "@effect/vitest"
import * as Loss from "../../../dsl/Loss.ts"
import * as Parts from "../../../runtime/step/Parts.ts"

describe("Parts", () => {
  it("lists a loss's parts with their gains, and a classifier's one", () => {
    assert.deepStrictEqual(Parts.of(Loss.yoloV8({ box: 2, dfl: 0 })), [["box", 2], ["class", 0.5], ["dfl", 0]])
    assert.deepStrictEqual(Parts.of(Loss.binaryCrossEntropy()), [["class", 1]])
  })

  it("has gains of one part alone, which add up to the loss's own", () => {
    const loss = Loss.yoloV8()
    const alone = Parts.of(loss).map(([part]) => Parts.alone(loss, part))
    assert.deepStrictEqual(alone, [[7.5, 0, 0], [0, 0.5, 0], [0, 0, 1.5]])
    assert.deepStrictEqual(Parts.alone(Loss.binaryCrossEntropy(), "class"), [1])
  })
})
