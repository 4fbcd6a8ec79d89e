import { assert, beforeAll, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Model from "../../../dsl/Model.ts"
import * as Random from "../../../runtime/data/Random.ts"
import * as Anchors from "../../../runtime/detect/Anchors.ts"
import { type Geometry, lossAgainst, type Targets } from "../../../runtime/detect/Loss.ts"
import * as TensorflowKernels from "../../../runtime/engine/tensorflow/Kernels.ts"
import * as Builder from "../../../runtime/graph/Builder.ts"
import { buffers, parameters, sizeOf, type TrainingGraph } from "../../../runtime/graph/TrainingGraph.ts"
import * as Classifier from "../../../runtime/nets/classifier/Classifier.ts"
import { classifierLoss } from "../../../runtime/step/ClassifierLoss.ts"
import { forward } from "../../../runtime/step/Forward.ts"
import type { Kernels } from "../../../runtime/step/Kernels.ts"
import * as Taps from "../../../runtime/step/Taps.ts"
import { loadTensorflow, tensorflow } from "../engine/tensorflow/engine.ts"

const classes = ["a", "b"]
const bins = 16

/** A detector of a few hundred weights on 32 px that holds every operation of the graph at least once. */
const tiny = (): TrainingGraph => {
  const graph = Builder.make()
  const block = (id: string, input: string, channels: number, kernel: number, stride: number): string => {
    const convolved = graph.convolution(`${id}.conv`, input, channels, kernel, stride)
    return graph.silu(`${id}.act`, graph.batchNorm(`${id}.norm`, convolved))
  }
  const stem = block("1", block("0", graph.image("image", 32), 4, 3, 2), 4, 3, 2)
  const half = graph.slice("half", stem, 2, 2)
  const joined = graph.concat("joined", [stem, graph.add("sum", half, block("2", half, 2, 3, 1))])
  const pooled = graph.maxPool("pool", block("3", joined, 4, 1, 1), 5)
  const [fine, coarse] = [block("4", pooled, 4, 3, 1), block("5", pooled, 4, 3, 2)]
  const levels = [graph.concat("both", [fine, graph.upsample("up", coarse)]), coarse]
  const heads = (name: string, channels: number): ReadonlyArray<string> =>
    levels.map((level, index) =>
      graph.bias(`${name}.${index}.bias`, graph.convolution(`${name}.${index}.conv`, level, channels, 1, 1), 0.1)
    )
  return {
    input: [32, 32, 3],
    classes,
    strides: [4, 8],
    regMax: bins,
    outputs: {
      distances: graph.levels("distances", heads("box", 4 * bins)),
      logits: graph.levels("logits", heads("class", classes.length))
    },
    nodes: graph.nodes
  }
}

const draw = (key: string, shape: ReadonlyArray<number>, low: number, high: number): tf.Tensor => {
  const random = Random.stream(2, key)
  return tf.tensor(Array.from({ length: sizeOf(shape) }, () => random.between(low, high)), [...shape])
}

/** Targets near the first prediction, which stay as they are while predictions move: no gradient reaches a target. */
const targetsAround = ({ predicted }: Geometry): Targets => {
  const [, batch = 0, count = 0] = predicted.low.shape
  // The same shape as is predicted: away from it differences see the aspect's weight change, which is held constant.
  const middle = tf.add(tf.mul(tf.add(predicted.low, predicted.high), 0.5), draw("shift", [2, batch, count], 0.2, 0.8))
  const size = tf.mul(tf.sub(predicted.high, predicted.low), tf.mul(draw("size", [batch, count], 0.7, 1.3), 0.5))
  return {
    weight: tf.keep(draw("weight", [batch, count], 0, 1) as tf.Tensor2D),
    scores: tf.keep(draw("scores", [batch, count, classes.length], 0, 1) as tf.Tensor3D),
    corners: { low: tf.keep(tf.sub(middle, size)), high: tf.keep(tf.add(middle, size)) },
    broken: tf.keep(tf.scalar(0))
  }
}

const read = (map: ReadonlyMap<string, tf.Tensor>) => (address: string): tf.Tensor => {
  const tensor = map.get(address)
  if (tensor === undefined) throw new Error(`there is no ${address}`)
  return tensor
}

const stateOf = (graph: TrainingGraph) => ({
  variables: new Map(parameters(graph).map(({ address, tensor: { name, shape } }) => {
    // Scales near 1 and biases away from 0 keep the pooled and clipped parts away from their kinks.
    const [low, high] = name === "gamma" ? [0.8, 1.2] : name === "weight" ? [-0.5, 0.5] : [0.05, 0.3]
    return [address, tf.variable(draw(address, shape, low, high))] as const
  })),
  running: new Map(buffers(graph).map(({ address, tensor: { shape, value } }) =>
    [address, tf.mul(tf.ones([...shape]), value)] as const
  ))
})

type Variables = ReadonlyMap<string, tf.Variable>

/** Says how far every variable's gradient is from what moving the variable by a little does to the loss. */
const errorsOf = (variables: Variables, loss: () => tf.Scalar): ReadonlyMap<string, number> => {
  const number = (tensor: tf.Tensor): number => tensor.dataSync<"float32">()[0] ?? NaN
  const { grads } = tf.variableGrads(loss, [...variables.values()])
  return new Map([...variables].map(([address, variable]) => {
    const gradient = grads[variable.name] as tf.Tensor
    const start = variable.clone()
    const length = number(tf.norm(gradient))
    assert.isAbove(length, 1e-4, `a gradient reaches ${address}`)
    // Along the gradient, with noise: a random direction alone is nearly at right angles to it.
    const noise = draw(`direction ${address}`, variable.shape, -1, 1)
    const direction = tf.add(tf.div(gradient, length), tf.div(noise, tf.norm(noise)))
    const moved = (by: number): number => {
      variable.assign(tf.add(start, tf.mul(direction, by)))
      return number(loss())
    }
    const analytic = number(tf.sum(tf.mul(gradient, direction)))
    // A wide difference sees curvature and kinks, a narrow one float32's rounding: one of them is a fair judge.
    const errors = [2e-3, 4e-3, 1e-2].map((width) => {
      const numeric = (moved(width) - moved(-width)) / (2 * width)
      return Math.abs(numeric - analytic) / (Math.abs(analytic) + 0.1 * length)
    })
    variable.assign(start as typeof variable)
    return [address, Math.min(...errors)] as const
  }))
}

/** Compares them for several losses: a kink can lie in the way of one, and a wrong gradient is wrong for all. */
const compare = (variables: Variables, ...losses: ReadonlyArray<() => tf.Scalar>): void => {
  const errors = losses.map((loss) => errorsOf(variables, loss))
  for (const address of variables.keys()) {
    assert.isBelow(Math.min(...errors.map((error) => error.get(address) ?? NaN)), 2e-2, address)
  }
}

tensorflow("A network of every operation with its whole loss", () => {
  let kernels: Kernels
  beforeAll(() => {
    kernels = TensorflowKernels.make(loadTensorflow())
  })

  it("has for every parameter the gradient that finite differences find", () => {
    const graph = tiny()
    const tags = new Set(graph.nodes.map(({ op }) => op._tag))
    assert.strictEqual(tags.size, 11)
    const { running, variables } = stateOf(graph)
    const options = { ...Anchors.make(32, graph.strides), gains: tf.tensor1d([7.5, 0.5, 1.5]) }
    const outputsOf = (images: tf.Tensor4D, onBuffer: (address: string) => void) => {
      const { distances, logits } = forward(graph, kernels, read(variables), read(running), images, {
        training: true,
        masks: new Map(),
        onBuffer: (address, value) => {
          onBuffer(address)
          value.dispose()
        },
        taps: Taps.none
      })
      if (distances === null) throw new Error("a detector predicts boxes")
      return { distances, logits }
    }
    const [some, others] = ["images", "other images"].map((name) => draw(name, [3, 32, 32, 3], 0, 1) as tf.Tensor4D) as
      [tf.Tensor4D, tf.Tensor4D]
    const lossOn = (images: tf.Tensor4D) => {
      let frozen: Targets | undefined
      return (): tf.Scalar =>
        lossAgainst(outputsOf(images, () => {}), (geometry) => frozen ??= targetsAround(geometry), options).total
    }
    const addresses: Array<string> = []
    outputsOf(some, (address) => addresses.push(address))
    assert.deepStrictEqual(addresses, buffers(graph).map(({ address }) => address))

    compare(variables, lossOn(some), lossOn(others))
  })

  it("has the gradients that finite differences find where it is a classifier, with features left out", () => {
    const graph = Classifier.build(Model.classifier({ channels: [4, 5], input: 16 }), classes, 0.25)
    const kinds = new Set(graph.nodes.map(({ op }) => op._tag))
    assert.includeMembers([...kinds], ["Mean", "Dropout"])
    const images = draw("images", [3, 16, 16, 3], 0, 1) as tf.Tensor4D
    const { running, variables } = stateOf(graph)
    const masks = new Map([["head.dropout", draw("mask", [3, 1, 1, 5], 0, 2)]])
    const truth = {
      classes: tf.tensor2d([0, 1, 1, 0, 0, 0], [3, 2], "int32"),
      present: tf.tensor2d([1, 1, 1, 0, 0, 0], [3, 2])
    }
    const logitsOf = (training: boolean): tf.Tensor3D => {
      const mode = { training, masks, onBuffer: (_: string, value: tf.Tensor) => value.dispose(), taps: Taps.none }
      return forward(graph, kernels, read(variables), read(running), images, mode).logits
    }
    assert.deepStrictEqual(logitsOf(true).shape, [3, 1, 2])
    compare(variables, () => classifierLoss(tf.reshape(logitsOf(true), [3, 2]), truth, 0.1))
    const without = logitsOf(false).dataSync()
    masks.clear()
    assert.deepStrictEqual(logitsOf(false).dataSync(), without)
    assert.throws(() => logitsOf(true), /dropout "head.dropout" has no mask/)
  })
})
