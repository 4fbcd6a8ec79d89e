import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Loss from "../../../dsl/Loss.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import type { State, Step } from "../../../runtime/step/Step.ts"
import { batchOf, graphOf, scalarsOf, tiny } from "./classifier.ts"
import { lending, onEachStep } from "./engines.ts"
import * as Small from "./small.ts"

const three: Configuration = { ...tiny, accumulate: 3, graph: graphOf(0.25) }
const batches = [0, 1, 2].map(batchOf)

/** The same batch with one image of nothing but one value. */
const flooded = (batch: Batch, { batch: size }: Configuration, row: number, value: number): Batch => {
  const width = batch.images.length / size
  return { ...batch, images: batch.images.slice().fill(value, row * width, (row + 1) * width) }
}

type Part = "parameters" | "buffers" | "optimizer"

/** The same state with another tensor at an address. */
const withTensor = (state: State, part: Part, address: string, change: (data: Float32Array) => Float32Array): State => {
  assert.include(state[part].map(({ name }) => name), address)
  return {
    ...state,
    [part]: state[part].map((tensor) => tensor.name === address ? { ...tensor, data: change(tensor.data) } : tensor)
  }
}

const withNaN = (data: Float32Array): Float32Array => data.with(data.length - 1, NaN)

onEachStep("A probe", (make) => {
  const using = lending(make)

  it("sees every node of a sound step, in the order of computation, and what the step will report", () => {
    for (const [configuration, batch, values] of [
      [tiny, batchOf(0), scalarsOf(tiny)],
      [Small.small, Small.batchOf(Small.small, 0), Small.scalars]
    ] as const) {
      using(configuration, (step) => {
        const { first, gradNorm, loss, nodes, parts } = step.probe([batch])
        assert.isNull(first)
        const order = configuration.graph.nodes.map(({ id }) => id)
        const seen = (wanted: "forward" | "backward") =>
          nodes.filter(({ direction }) => direction === wanted).map(({ node }) => node)
        assert.deepStrictEqual(seen("forward"), order)
        assert.deepStrictEqual(nodes.slice(0, order.length).map(({ direction }) => direction), order.map(() => "forward"))
        assert.deepStrictEqual(seen("backward"), order.slice(1).toReversed())
        for (const { direction, finite, largest, node, rms } of nodes) {
          assert.isTrue(finite && 1.000001 * largest >= rms, node)
          // No box is large enough for the coarsest level.
          if (direction === "forward" || !node.startsWith("head.box.2.")) assert.isAbove(rms, 0, node)
        }
        const outcome = step.run(batch, values)
        assert.approximately(outcome.loss / loss, 1, 1e-5)
        assert.approximately(outcome.gradNorm / gradNorm, 1, 1e-4)
        for (const [part, value] of Object.entries(outcome.parts)) {
          assert.approximately((parts[part as "class"] ?? NaN) / value, 1, 1e-4, part)
        }
      })
    }
  })

  it("measures what flows through a node", () => {
    using(tiny, (step) => {
      const { images } = batchOf(0)
      const [{ largest = NaN, rms = NaN } = {}] = step.probe([batchOf(0)]).nodes
      assert.strictEqual(largest, images.reduce((most, pixel) => Math.max(most, Math.abs(pixel)), 0))
      assert.approximately(rms, Math.sqrt(images.reduce((sum, pixel) => sum + pixel * pixel, 0) / images.length), 1e-6)
    })
  })

  it("takes as many batches as a step, one after the other", () => {
    using(three, (step) => {
      step.write({ ...step.read(), updates: 4 })
      const probe = step.probe(batches)
      for (const batch of batches.slice(0, 2)) step.accumulate(batch)
      const outcome = step.run(batchOf(2), scalarsOf(three))
      assert.isNull(probe.first)
      assert.approximately(probe.loss / outcome.loss, 1, 1e-6)
      assert.approximately(probe.gradNorm / outcome.gradNorm, 1, 1e-5)
      const bad = step.probe([batchOf(0), Small.withValue(batchOf(1), "images", 7, Infinity), batchOf(2)])
      assert.deepStrictEqual(bad.first, { node: "images", direction: "input", batch: 1, rows: [0] })
      assert.deepStrictEqual([bad.nodes[0]?.node, bad.nodes[0]?.largest], [three.graph.nodes[0]?.id, Infinity])
      assert.isNaN(bad.loss)
      assert.throws(() => step.probe([]), /at least one batch/)
    })
  })

  it("changes neither the state nor the next step, in the middle of one either, and keeps no tensor", () => {
    const bad = Small.withValue(batchOf(7), "images", 3, NaN)
    const run = (look: (step: Step) => void) =>
      using(three, (step) => {
        const before = step.read()
        look(step)
        assert.deepStrictEqual(Small.changed(before, step.read()), [])
        step.accumulate(batchOf(0))
        look(step)
        step.accumulate(batchOf(1))
        look(step)
        return { outcome: step.run(batchOf(2), scalarsOf(three)), state: step.read() }
      })
    const start = tf.memory().numTensors
    const expected = run(() => {})
    const looked = run((step) => {
      step.probe([batchOf(5), bad])
      step.rows(bad)
      const held = tf.memory()
      step.probe([batchOf(5), bad])
      step.rows(bad)
      assert.deepStrictEqual([tf.memory().numTensors, tf.memory().numBytes], [held.numTensors, held.numBytes])
    })
    assert.deepStrictEqual(looked.outcome, expected.outcome)
    assert.deepStrictEqual(Small.changed(expected.state, looked.state), [])
    assert.strictEqual(tf.memory().numTensors, start)
  })

  it("looks at the present state, not at the one that it saw first", () => {
    using(tiny, (step) => {
      const { loss } = step.probe([batchOf(0)])
      step.run(batchOf(0), scalarsOf(tiny))
      const later = step.probe([batchOf(0)]).loss
      assert.isAbove(Math.abs(later - loss), 1e-3)
      assert.approximately(later / step.run(batchOf(0), scalarsOf(tiny)).loss, 1, 1e-5)
    })
  })

  it("finds what was in the state before the step began", () => {
    using(tiny, (step) => {
      const state = step.read()
      for (const [part, address] of [
        ["parameters", "backbone.1.conv.weight"],
        ["buffers", "backbone.0.norm.variance"],
        ["optimizer", "head.bias.bias/second"]
      ] as const) {
        step.write(withTensor(state, part, address, withNaN))
        const { first } = step.probe([Small.withValue(batchOf(0), "images", 0, NaN)])
        assert.deepStrictEqual(first, { node: address, direction: "weights", batch: 0, rows: null })
      }
    })
  })

  it("finds what a batch holds that is not finite, by its rows", () => {
    using(tiny, (step) => {
      const { boxes, images } = batchOf(0)
      const firstOf = (batch: Batch) => step.probe([batch]).first
      const found = (node: string, rows: ReadonlyArray<number>) => ({ node, direction: "input" as const, batch: 0, rows })
      const last = Small.withValue(batchOf(0), "images", images.length - 1, NaN)
      assert.deepStrictEqual(firstOf(last), found("images", [2]))
      assert.deepStrictEqual(firstOf({ ...last, images: last.images.with(0, -Infinity) }), found("images", [0, 2]))
      assert.deepStrictEqual(firstOf(flooded(last, tiny, 1, NaN)), found("images", [1, 2]))
      assert.deepStrictEqual(firstOf(Small.withValue(batchOf(0), "boxes", boxes.length / 3, NaN)), found("boxes", [1]))
    })
  })

  it("finds the node that overflows, and the image in which it does", () => {
    using(Small.small, (step) => {
      const state = step.read()
      const huge = flooded(Small.batchOf(Small.small, 0), Small.small, 2, 3e38)
      // Wide weights, so that the first node overflows by itself: a norm spreads one image over the others.
      step.write(withTensor(state, "parameters", "backbone.0.conv.weight", (data) => data.map((value) => 50 * value)))
      const { first, nodes } = step.probe([huge])
      assert.deepStrictEqual(first, { node: "backbone.0.conv", direction: "forward", batch: 0, rows: [2] })
      assert.deepStrictEqual(nodes.slice(0, 2).map(({ finite }) => finite), [true, false])
      assert.strictEqual(nodes[0]?.largest, Math.fround(3e38))
      step.write(state)
      assert.strictEqual(step.probe([huge]).first?.direction, "forward")
      const rows = step.rows(huge)
      assert.deepStrictEqual(rows.map(({ finite }) => finite), [true, true, false, true])
      assert.deepStrictEqual(rows.map(({ loss }) => Number.isFinite(loss)), [true, true, false, true])
    })
  })

  it("finds the running statistic that overflows though every output is finite", () => {
    using(tiny, (step) => {
      const bright = flooded(batchOf(0), tiny, 1, 1e25)
      const { first, gradNorm, loss, nodes } = step.probe([bright])
      const node = "backbone.0.norm.variance"
      assert.deepStrictEqual(first, { node, direction: "forward", batch: 0, rows: null })
      assert.isTrue(nodes.every(({ finite }) => finite) && Number.isFinite(loss) && Number.isFinite(gradNorm))
      assert.deepStrictEqual(step.rows(bright).map(({ finite }) => finite), [true, false, true])
    })
  })

  it("finds the part of the loss that overflows while every output is finite, and the whole where no part does", () => {
    using(tiny, (step) => {
      step.write(withTensor(step.read(), "parameters", "head.bias.bias", (data) => data.fill(3e38)))
      const { first, nodes, parts } = step.probe([batchOf(0)])
      assert.deepStrictEqual(first, { node: "loss.class", direction: "loss", batch: 0, rows: null })
      assert.isTrue(nodes.every(({ direction, finite }) => direction === "backward" || finite))
      assert.isFalse(Number.isFinite(parts.class))
    })
    const heavy: Configuration = { ...Small.small, loss: Loss.yoloV8({ box: 3e38, class: 3e38, dfl: 3e38 }) }
    using(heavy, (step) => {
      const { first } = step.probe([Small.batchOf(heavy, 0)])
      assert.deepStrictEqual(first, { node: "loss", direction: "loss", batch: 0, rows: null })
    })
  })

  // The first of them is computed together with the node behind it, where an engine can do that.
  for (const node of ["backbone.2.cv1.norm", "backbone.4.m.0.add", "head.logits"]) {
    it(`finds what is injected at ${node}, by address and direction`, () => {
      const configuration: Configuration = { ...Small.small, inject: { node } }
      using(configuration, (step) => {
        const batch = Small.batchOf(configuration, 0)
        const firstOf = (inject: readonly [number, number]) => step.probe([batch], { inject }).first
        const at = (direction: "forward" | "backward") => ({ node, direction, batch: 0, rows: null })
        assert.deepStrictEqual(firstOf([NaN, 0]), at("forward"))
        assert.deepStrictEqual(firstOf([0, Infinity]), at("backward"))
        assert.deepStrictEqual(firstOf([NaN, NaN]), at("forward"))
        assert.isNull(firstOf([0, 0]))
        assert.isNull(step.probe([batch]).first)
      })
    })
  }

  it("injects in the last batch, as a step does", () => {
    using({ ...three, inject: { node: "backbone.1.conv" } }, (step) => {
      const { first } = step.probe(batches, { inject: [0, -Infinity] })
      assert.deepStrictEqual(first, { node: "backbone.1.conv", direction: "backward", batch: 2, rows: null })
    })
  })

  it("finds a parameter's gradient, where the node's own is still finite", () => {
    using({ ...tiny, inject: { node: "backbone.0.norm" } }, (step) => {
      // The norm sums as many gradients as there are places, each of them near the largest float.
      const { first, nodes } = step.probe([batchOf(0)], { inject: [0, 3e38] })
      assert.strictEqual(first?.direction, "backward")
      assert.match(first?.node ?? "", /^backbone\.0\.norm\.(gamma|beta)$/)
      const arrived = nodes.find(({ direction, node }) => direction === "backward" && node === "backbone.0.norm")
      assert.deepStrictEqual([arrived?.finite, (arrived?.largest ?? NaN) > 1e38], [true, true])
    })
  })

  it("finds that the gradient's length overflows though no gradient does", () => {
    const heavy: Configuration = { ...Small.small, loss: Loss.yoloV8({ box: 1e22, class: 1e22, dfl: 1e22 }) }
    using(heavy, (step) => {
      const { first, gradNorm, loss, nodes } = step.probe([Small.batchOf(heavy, 0)])
      assert.deepStrictEqual(first, { node: "norm", direction: "backward", batch: 0, rows: null })
      assert.deepStrictEqual([gradNorm, Number.isFinite(loss), nodes.every(({ finite }) => finite)], [Infinity, true, true])
      assert.strictEqual(step.run(Small.batchOf(heavy, 0), Small.scalars).gradNorm, Infinity)
    })
  })

  it("tells of each row what a batch of it alone comes to", () => {
    using(tiny, (step) => {
      const before = step.read()
      const batch = batchOf(0)
      const rows = step.rows(batch)
      assert.deepStrictEqual(Small.changed(before, step.read()), [])
      assert.strictEqual(new Set(rows.map(({ loss }) => loss)).size, tiny.batch)
      const still = { ...scalarsOf(tiny), learningRate: 0, biasLearningRate: 0 }
      for (const [row, told] of rows.entries()) {
        const filled = <A extends Float32Array | Int32Array>(values: A): A => {
          const width = values.length / tiny.batch
          return values.map((_, index) => values[row * width + index % width] ?? NaN) as A
        }
        const [images, boxes] = [filled(batch.images), filled(batch.boxes)]
        const alone = { ...batch, images, boxes, classes: filled(batch.classes), present: filled(batch.present) }
        step.write(before)
        const { finite, gradNorm, loss } = step.run(alone, still)
        assert.deepStrictEqual([told.finite, finite], [true, true])
        assert.approximately(told.loss / loss, 1, 1e-5)
        assert.approximately(told.gradNorm / gradNorm, 1, 1e-4)
      }
    })
  })

  it("traces a box that is not finite to its row", () => {
    const batch = Small.batchOf(Small.small, 0)
    using(Small.small, (step) => {
      const rows = step.rows(Small.withValue(batch, "boxes", batch.boxes.length - 1, NaN))
      assert.deepStrictEqual(rows.map(({ finite }) => finite), [true, true, true, false])
    })
  })
})
