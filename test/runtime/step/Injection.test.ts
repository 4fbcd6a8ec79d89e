import { assert, describe, it } from "@effect/vitest"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import * as Injection from "../../../runtime/step/Injection.ts"
import { batchOf, scalarsOf, tiny, train } from "./classifier.ts"
import { lending, onEachStep } from "./engines.ts"
import * as Small from "./small.ts"

describe("Injection", () => {
  it("goes to the middle of the convolutions where nobody named a node", () => {
    const convolutions = Small.small.graph.nodes.filter(({ op }) => op._tag === "Convolution").map(({ id }) => id)
    const at = convolutions.indexOf(Injection.middle(Small.small.graph))
    assert.isAtMost(Math.abs(at - (convolutions.length - 1) / 2), 0.5)
    assert.strictEqual(Injection.middle(tiny.graph), "backbone.1.conv")
    assert.isNull(Injection.obstacle(tiny.graph, Injection.middle(tiny.graph)))
    assert.throws(() => Injection.middle({ ...tiny.graph, nodes: [] }), /has no convolution/)
  })

  it("says what is wrong with a node, and which was probably meant", () => {
    const { graph } = Small.small
    for (const { id, op } of graph.nodes) {
      if (op._tag === "Image") assert.match(Injection.obstacle(graph, id) ?? "", /no gradient flows back/)
      else assert.isNull(Injection.obstacle(graph, id))
    }
    const wrong = ["backbone.4.cv1.cnov", "backbone.4", "elsewhere"]
    assert.deepStrictEqual(wrong.map((node) => Injection.obstacle(graph, node)), [
      `the network has no node "backbone.4.cv1.cnov"; did you mean "backbone.4.cv1.conv"?`,
      `"backbone.4" is a block of the network, not a node; its last node is "backbone.4.cv2.act"`,
      `the network has no node "elsewhere"; ballast plan lists its nodes`
    ])
  })
})

const at = (node: string): Configuration => ({ ...tiny, inject: { node } })

onEachStep("An injection", (make) => {
  const using = lending(make)

  it("changes not one bit of a training in which it does not fire, wherever it is", () => {
    const taken = (configuration: Configuration) =>
      using(configuration, (step) => ({ ...train(step, configuration, 0, 3), state: step.read() }))
    const expected = taken(tiny)
    for (const { id, op } of tiny.graph.nodes) {
      if (op._tag === "Image") continue
      const { outcomes, state } = taken(at(id))
      assert.deepStrictEqual(outcomes, expected.outcomes, id)
      assert.deepStrictEqual(Small.changed(expected.state, state), [], id)
    }
  })

  it("changes not one bit of a detector's step either", () => {
    const taken = (configuration: Configuration) =>
      using(configuration, (step) => {
        const outcome = step.run(Small.batchOf(configuration, 0), Small.unclipped)
        return { outcome, state: step.read() }
      })
    const expected = taken(Small.small)
    // One that TensorFlow would join with the bias behind it, one with two consumers, and the default.
    const nodes = ["head.class.1.2.conv", "backbone.4.m.0.add", Injection.middle(Small.small.graph)]
    for (const node of nodes) {
      const { outcome, state } = taken({ ...Small.small, inject: { node } })
      assert.deepStrictEqual(outcome, expected.outcome, node)
      assert.deepStrictEqual(Small.changed(expected.state, state), [], node)
    }
  })

  it("breaks the step in which it fires, which changes nothing, and no other", () => {
    for (const node of ["backbone.0.conv", "backbone.0.norm", "backbone.1.act", "head.bias"]) {
      using(at(node), (step) => {
        step.run(batchOf(0), scalarsOf(tiny))
        const before = step.read()
        const forward = step.run(batchOf(1), { ...scalarsOf(tiny), inject: [NaN, 0] })
        assert.deepStrictEqual([forward.finite, forward.loss], [false, NaN], node)
        const backward = step.run(batchOf(1), { ...scalarsOf(tiny), inject: [0, Infinity] })
        assert.isFalse(backward.finite, node)
        assert.deepStrictEqual([Number.isFinite(backward.loss), Number.isFinite(backward.gradNorm)], [true, false], node)
        assert.deepStrictEqual(Small.changed(before, step.read()), [], node)
        const after = step.run(batchOf(1), scalarsOf(tiny))
        assert.deepStrictEqual([after.finite, after.loss], [true, backward.loss], node)
      })
    }
  })

  it("adds what it is given, to the output and to the gradient", () => {
    // Behind the bias's node comes the loss alone: a shift of the output is a shift of the bias.
    const still = { ...scalarsOf(tiny), learningRate: 0, biasLearningRate: 0 }
    using(at("head.bias"), (step) => {
      const start = step.read()
      const shifted = step.run(batchOf(0), { ...still, inject: [0.5, 0] }).loss
      step.write({
        ...start,
        parameters: start.parameters.map((tensor) =>
          tensor.name === "head.bias.bias" ? { ...tensor, data: tensor.data.map((value) => value + 0.5) } : tensor
        )
      })
      assert.approximately(step.run(batchOf(0), still).loss / shifted, 1, 1e-6)
    })
    // The bias's gradient sums the one at its output over the images: 3 times 10 is all but 30 each.
    const { gradNorm } = using(at("head.bias"), (step) => step.run(batchOf(0), { ...still, inject: [0, 10] }))
    const plain = using(tiny, (step) => step.run(batchOf(0), still).gradNorm)
    assert.isAbove(gradNorm, Math.sqrt(3) * 29)
    assert.isBelow(plain, 5)
  })

  it("fires in a step's last batch alone", () => {
    const configuration: Configuration = { ...at("backbone.1.conv"), accumulate: 2 }
    using(configuration, (step) => {
      const outcomeOf = (inject: Injection.Inject) => {
        step.accumulate(batchOf(0))
        return step.run(batchOf(1), { ...scalarsOf(configuration), inject })
      }
      assert.isFalse(outcomeOf([NaN, 0]).finite)
      assert.isFalse(outcomeOf([0, Infinity]).finite)
      assert.isTrue(outcomeOf(Injection.nothing).finite)
    })
  })

  it("is refused at a node that is not there, and by a step that is compiled for none", () => {
    assert.throws(() => using(at("backbone.1.cnov"), () => undefined), /did you mean "backbone.1.conv"/)
    using(tiny, (step) => {
      assert.throws(() => step.run(batchOf(0), { ...scalarsOf(tiny), inject: [NaN, 0] }), /compiled for no injection/)
    })
  })
})
