import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import { classifierLoss, shown, type Truth } from "../../../runtime/step/ClassifierLoss.ts"
import { distance, onEachBackend, valuesOf } from "../detect/backends.ts"
import { fixture } from "./classifier.ts"
import { noises } from "./reference.ts"

/** Says what images show by one box a class: labels are 0 or 1, `[batch][classes]`. */
const truthOf = (labels: ReadonlyArray<ReadonlyArray<number>>): Truth => ({
  classes: tf.tensor2d(labels.map((row) => row.map((_, kind) => kind)), undefined, "int32"),
  present: tf.tensor2d(labels.map((row) => [...row]))
})

const lossOf = (logits: ReadonlyArray<number>, labels: ReadonlyArray<number>, smoothing = 0): number =>
  valuesOf(classifierLoss(tf.tensor2d([[...logits]]), truthOf([labels]), smoothing))[0] ?? NaN

onEachBackend("classifierLoss", () => {
  it("is the mean binary cross entropy, for scores of any size", () => {
    assert.approximately(lossOf([-1e9, -1e-9], [1, 0]) / 5e8, 1, 1e-6)
    assert.approximately(lossOf([-1e9, -1e-9], [0, 1]), 0.3465736, 1e-6)
    assert.approximately(lossOf([100, -100], [1, 0]), 0, 1e-40)
    assert.strictEqual(lossOf([100, -100], [0, 1]), 100)
  })

  it("has PyTorch's loss and gradient, with smoothed targets", () => {
    const { gradient, loss, smoothing } = fixture.loss
    const labels = noises("shown", 12).map((value) => value > 0 ? 1 : 0)
    const truth = truthOf([0, 1, 2, 3].map((row) => Array.from(labels.subarray(3 * row, 3 * row + 3))))
    const logits = tf.tensor2d(noises("logits", 12).map((value) => 4 * value), [4, 3])
    const lossOf = (scores: tf.Tensor): tf.Tensor => classifierLoss(scores as tf.Tensor2D, truth, smoothing)
    const evaluated = tf.valueAndGrad(lossOf)(logits)
    assert.approximately((valuesOf(evaluated.value)[0] ?? NaN) / loss, 1, 1e-6)
    assert.isBelow(distance(valuesOf(evaluated.grad), gradient), 1e-6)
    const thrice = tf.grad((scores) => tf.mul(lossOf(scores), 3))(logits)
    assert.isBelow(distance(valuesOf(thrice), gradient.map((value) => 3 * value)), 1e-6)
  })

  it("is not finite where a score is not", () => {
    for (const bad of [NaN, Infinity, -Infinity]) assert.isFalse(Number.isFinite(lossOf([bad, 0], [1, 0])), String(bad))
    assert.isFalse(Number.isFinite(lossOf([0, NaN], [1, 0])))
  })
})

onEachBackend("shown", () => {
  it("takes a class as shown by one box or several, and by none that only fills up", () => {
    const truth = {
      classes: tf.tensor2d([[2, 2, 0, 1], [0, 0, 0, 0], [1, 0, 2, 3]], undefined, "int32"),
      present: tf.tensor2d([[1, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]])
    }
    assert.deepStrictEqual(valuesOf(shown(truth, 4)), [1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1])
  })
})
