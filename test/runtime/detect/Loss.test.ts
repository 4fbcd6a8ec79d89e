import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Random from "../../../runtime/data/Random.ts"
import * as Anchors from "../../../runtime/detect/Anchors.ts"
import type * as Assigner from "../../../runtime/detect/Assigner.ts"
import { type Geometry, type Loss, lossAgainst, type Outputs, type Targets, yoloLoss } from "../../../runtime/detect/Loss.ts"
import { distance, onEachBackend, valuesOf } from "./backends.ts"
import { cases, truthOf, truthOfCase } from "./truth.ts"

const gains = { box: 7.5, class: 0.5, dfl: 1.5 }

interface Evaluated {
  readonly total: number
  readonly box: number
  readonly class: number
  readonly dfl: number
  readonly distances: ReadonlyArray<number>
  readonly logits: ReadonlyArray<number>
}

/** Evaluates a loss and the gradient of one of its figures by both outputs. */
const differentiate = (lossOf: (outputs: Outputs) => Loss, outputs: Outputs, of: keyof Loss = "total"): Evaluated => {
  let kept: Loss | undefined
  const { grads } = tf.valueAndGrads((distances, logits) => {
    const loss = lossOf({ distances: distances as tf.Tensor3D, logits: logits as tf.Tensor3D })
    kept = { total: tf.keep(loss.total), box: tf.keep(loss.box), class: tf.keep(loss.class), dfl: tf.keep(loss.dfl) }
    return loss[of]
  })([outputs.distances, outputs.logits])
  const number = (tensor: tf.Tensor | undefined): number => tensor?.dataSync<"float32">()[0] ?? NaN
  const result = {
    total: number(kept?.total),
    box: number(kept?.box),
    class: number(kept?.class),
    dfl: number(kept?.dfl),
    distances: valuesOf(grads[0] as tf.Tensor),
    logits: valuesOf(grads[1] as tf.Tensor)
  }
  tf.dispose([...Object.values(kept ?? {}), ...grads])
  return result
}

const evaluate = (outputs: Outputs, truth: Assigner.Truth, options: Parameters<typeof yoloLoss>[2]): Evaluated =>
  differentiate((outputs) => yoloLoss(outputs, truth, options), outputs)

const figures = ["total", "box", "class", "dfl"] as const

const relative = (actual: number, expected: number, tolerance: number, message: string): void =>
  assert.isAtMost(Math.abs(actual - expected), tolerance * Math.max(Math.abs(expected), 1e-3), message)

/** Outputs that aim roughly at the boxes, so that overlaps, and with them all parts, weigh something. */
const aimed = (truth: Assigner.Truth, anchors: Anchors.Anchors, classes: number, key: string) => {
  const random = Random.stream(9, key)
  const [batch, columns] = truth.present.shape
  const [boxes, present] = [valuesOf(truth.boxes), valuesOf(truth.present)]
  const distances: Array<number> = []
  const logits: Array<number> = []
  for (let image = 0; image < batch; image++) {
    for (let anchor = 0; anchor < anchors.count; anchor++) {
      const at = image * columns + random.below(columns)
      const stride = anchors.strides[anchor] ?? NaN
      for (let side = 0; side < 4; side++) {
        const centre = anchors.centres[anchor * 2 + side % 2] ?? NaN
        const target = ((boxes[at * 4 + side] ?? 0) / stride - centre) * (side < 2 ? -1 : 1) + random.between(-0.5, 0.5)
        for (let bin = 0; bin < 16; bin++) {
          distances.push((present[at] === 1 ? -Math.min((bin - target) ** 2, 20) : 0) + random.between(-0.5, 0.5))
        }
      }
      for (let kind = 0; kind < classes; kind++) logits.push(random.between(-3, 2))
    }
  }
  return {
    distances: tf.tensor3d(distances, [batch, anchors.count, 64]),
    logits: tf.tensor3d(logits, [batch, anchors.count, classes])
  }
}

const anchors = Anchors.make(32, [8, 16])
const example = () => {
  const truth = truthOf([
    [[[2, 3, 20, 25], 1], [[10, 8, 31, 30], 0]],
    [null, [[1, 1, 30, 15], 2]],
    []
  ])
  return { truth, outputs: aimed(truth, anchors, 3, "example"), options: { ...anchors, gains } }
}

/**
 * Targets that stay as they are while predictions move. Boxes have the shape that is predicted now: away from that,
 * differences would see the aspect's weight alpha change, which the gradient holds constant.
 */
const frozenTargets = (outputs: Outputs): (geometry: Geometry) => Targets => {
  const random = Random.stream(6, "frozen")
  const [batch, count, classes] = outputs.logits.shape
  const draw = (size: number, low: number, high: number) => Array.from({ length: size }, () => random.between(low, high))
  const weight = draw(batch * count, 0, 1)
  const scores = draw(batch * count * classes, 0, 1)
  const [size, shift] = [draw(batch * count, 0.6, 1.4), draw(2 * batch * count, -0.8, 0.8)]
  let first: Targets | undefined
  return ({ predicted }) => {
    const middle = tf.add(tf.mul(tf.add(predicted.low, predicted.high), 0.5), tf.tensor(shift, [2, batch, count]))
    const half = tf.mul(tf.sub(predicted.high, predicted.low), tf.mul(tf.tensor(size, [batch, count]), 0.5))
    first ??= {
      weight: tf.keep(tf.tensor2d(weight, [batch, count])),
      scores: tf.keep(tf.tensor3d(scores, [batch, count, classes])),
      corners: { low: tf.keep(tf.sub(middle, half)), high: tf.keep(tf.add(middle, half)) },
      broken: tf.keep(tf.scalar(0))
    }
    return first
  }
}

/** The same outputs with one value replaced. */
const broken = (outputs: Outputs, which: keyof Outputs, at: number, value: number): Outputs => {
  const values = [...valuesOf(outputs[which])]
  values[at] = value
  return { ...outputs, [which]: tf.tensor3d(values, outputs[which].shape) }
}

onEachBackend("The loss", () => {
  for (const of of cases) {
    it(`agrees with PyTorch's autograd: ${of.name}`, () => {
      const truth = truthOfCase(of)
      const outputs = {
        distances: tf.tensor3d([...of.distances], [of.batch, of.anchors, 64]),
        logits: tf.tensor3d([...of.logits], [of.batch, of.anchors, of.logits.length / of.batch / of.anchors])
      }
      const layout = Anchors.make(of.input, of.strides)
      assert.strictEqual(layout.count, of.anchors)
      const actual = evaluate(outputs, truth, { ...layout, gains: of.gains })
      for (const figure of figures) relative(actual[figure], of.expected[figure], 1e-5, figure)
      assert.isBelow(distance(actual.distances, of.expected.distances), 1e-4)
      assert.isBelow(distance(actual.logits, of.expected.logits), 1e-4)
    })
  }

  it("is a sum over half-made predictions that a pencil can follow", () => {
    // One anchor at (8, 8) of stride 16. Logit 20 on bins 0 and 1 puts every side half a stride away: 0 to 16.
    const anchors = Anchors.make(16, [16])
    const sides = Array.from({ length: 64 }, (_, index) => index % 16 < 2 ? 20 : -20)
    const outputs = { distances: tf.tensor3d(sides, [1, 1, 64]), logits: tf.tensor3d([0, -2], [1, 1, 2]) }
    const exact = evaluate(outputs, truthOf([[[[0, 0, 16, 16], 0]]]), { ...anchors, gains })
    // CIoU 1; alignment .5^.5, scaled to the overlap: a target of 1, so S = 1.
    assert.approximately(exact.box, 0, 1e-5)
    assert.approximately(exact.dfl, Math.log(2), 1e-5)
    assert.approximately(exact.class, Math.log(2) + Math.log1p(Math.exp(-2)), 1e-5)
    assert.approximately(exact.total, 1.5 * exact.dfl + 0.5 * exact.class, 1e-5)
    // Half the cross entropy's slope for each bin, a quarter for each side, and the gain.
    assert.approximately(exact.logits[0] ?? NaN, 0.5 * (0.5 - 1), 1e-5)
    assert.approximately(exact.logits[1] ?? NaN, 0.5 / (1 + Math.exp(2)), 1e-5)
    // A box of [4, 12] in both axes: a quarter of the area, the same middle and shape.
    const inner = evaluate(outputs, truthOf([[[[4, 4, 12, 12], 0]]]), { ...anchors, gains })
    const score = 0.25
    assert.approximately(inner.box, score * 0.75, 1e-5)
    assert.approximately(inner.class, Math.log(2) + Math.log1p(Math.exp(-2)), 1e-5)
    assert.approximately(inner.dfl, score * Math.log(2), 1e-5)
    // Nothing to find: only the scores count.
    const empty = evaluate(outputs, truthOf([[null]]), { ...anchors, gains })
    assert.deepStrictEqual([empty.box, empty.dfl], [0, 0])
    assert.approximately(empty.class, Math.log(2) + Math.log1p(Math.exp(-2)), 1e-5)
    assert.isTrue(empty.distances.every((value) => value === 0))
  })

  it("computes the cross entropy of logits without overflow and without loss of small values", () => {
    const anchors = Anchors.make(8, [8])
    const entropy = (logit: number) =>
      evaluate(
        { distances: tf.zeros([1, 1, 64]), logits: tf.tensor3d([logit], [1, 1, 1]) },
        truthOf([[null]]),
        { ...anchors, gains }
      )
    relative(entropy(1e9).class, 1e9, 1e-6, "far above")
    assert.strictEqual(entropy(-1e9).class, 0)
    relative(entropy(-1e-9).class, Math.log(2), 1e-6, "at zero")
    relative(entropy(-12).class * 1e6, Math.log1p(Math.exp(-12)) * 1e6, 1e-5, "far below")
    // The one anchor aims exactly at the box: its target is 1, less what the assigner's epsilon of 1e-9 takes from it
    // where the alignment, the root of the class score, is not far above that.
    const sides = tf.tensor3d(Array.from({ length: 64 }, (_, index) => index % 16 < 2 ? 20 : -20), [1, 1, 64])
    const labelled = (logit: number) =>
      evaluate({ distances: sides, logits: tf.tensor3d([logit], [1, 1, 1]) }, truthOf([[[[0, 0, 8, 8], 0]]]), {
        ...anchors,
        gains
      })
    const alignment = Math.exp(-15)
    relative(labelled(-30).class, 30 * alignment / (alignment + 1e-9), 1e-5, "boxed, far below")
    relative(labelled(-10).class, 10, 1e-4, "boxed, below")
    relative(labelled(40).class + 1, 1, 1e-6, "boxed, far above")
    // Neither slope is lost: the sigmoid of the logit, and that less the target.
    relative((entropy(-12).logits[0] ?? NaN) * 1e6, gains.class * 1e6 / (1 + Math.exp(12)), 1e-5, "slope far below")
    relative(labelled(-30).logits[0] ?? NaN, -gains.class * alignment / (alignment + 1e-9), 1e-5, "slope, boxed")
  })

  it("stays finite, gradients included, for extreme predictions", () => {
    const { options, outputs, truth } = example()
    for (const scale of [0, 1e-30, 1e3, 1e9]) {
      const result = evaluate(
        { distances: tf.mul(outputs.distances, scale), logits: tf.mul(outputs.logits, scale) },
        truth,
        options
      )
      assert.isTrue([...result.distances, ...result.logits].every(Number.isFinite), `gradients at ${scale}`)
      assert.isTrue(figures.every((figure) => Number.isFinite(result[figure])), `figures at ${scale}`)
    }
  })

  it("lets no prediction that is not finite pass, on foreground, background or an image without boxes", () => {
    const { options, outputs, truth } = example()
    assert.isTrue(Number.isFinite(evaluate(outputs, truth, options).total))
    const total = (outputs: Outputs): number =>
      tf.tidy(() => yoloLoss(outputs, truth, options).total.dataSync<"float32">()[0] ?? NaN) as unknown as number
    for (const value of [NaN, Infinity, -Infinity]) {
      for (let at = 0; at < outputs.logits.size; at += 7) {
        assert.isFalse(Number.isFinite(total(broken(outputs, "logits", at, value))), `${value} in logit ${at}`)
      }
      for (let at = 0; at < outputs.distances.size; at += 131) {
        assert.isFalse(Number.isFinite(total(broken(outputs, "distances", at, value))), `${value} in distance ${at}`)
      }
    }
  })

  it("lets no box that is not finite pass", () => {
    const { options, outputs, truth } = example()
    for (const value of [NaN, Infinity, -Infinity]) {
      for (const at of [0, 5, 13]) {
        const values = [...valuesOf(truth.boxes)]
        values[at] = value
        const boxes = tf.tensor3d(values, truth.boxes.shape)
        const { total } = evaluate(outputs, { ...truth, boxes }, options)
        assert.isFalse(Number.isFinite(total), `${value} in box side ${at}`)
      }
    }
  })

  it("has the gradients that finite differences find, for the total and each part", () => {
    const { options, outputs } = example()
    const targets = frozenTargets(outputs)
    const lossOf = (outputs: Outputs): Loss => lossAgainst(outputs, targets, options)
    const figure = (outputs: Outputs, of: keyof Loss): number =>
      tf.tidy(() => lossOf(outputs)[of].dataSync<"float32">()[0] ?? NaN) as unknown as number
    const random = Random.stream(4, "directions")
    for (const of of figures) {
      const gradients = differentiate(lossOf, outputs, of)
      for (const which of ["distances", "logits"] as const) {
        const gradient = gradients[which]
        for (let repeat = 0; repeat < 5; repeat++) {
          // Along the gradient, with noise: a random direction alone is nearly at right angles to it.
          const length = Math.max(Math.hypot(...gradient), 1e-3)
          const direction = gradient.map((value) => value / length + random.between(-1, 1) / Math.sqrt(gradient.length))
          const slope = gradient.reduce((sum, value, index) => sum + value * (direction[index] ?? 0), 0)
          const moved = (by: number): number => {
            const step = tf.tensor3d(direction.map((value) => value * by), outputs[which].shape)
            return figure({ ...outputs, [which]: tf.add(outputs[which], step) }, of)
          }
          const width = 0.02
          const numeric = (moved(width) - moved(-width)) / (2 * width)
          assert.isAtMost(Math.abs(numeric - slope), 5e-3 * Math.abs(slope) + 1e-3 * length, `${of} by ${which}: ${numeric}, ${slope}`)
        }
      }
      const reached = { total: [true, true], box: [true, false], class: [false, true], dfl: [true, false] }[of]
      assert.deepStrictEqual([gradients.distances, gradients.logits].map((values) => values.some((x) => x !== 0)), reached)
    }
  })

  it("keeps no tensor beside what it returns", () => {
    const { options, outputs, truth } = example()
    evaluate(outputs, truth, options)
    const before = tf.memory().numTensors
    evaluate(outputs, truth, options)
    assert.strictEqual(tf.memory().numTensors, before)
  })
})
