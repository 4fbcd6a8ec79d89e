/** What is measured: YOLOv8n for 3 classes on 160 px at batch 8, with the published loss and optimizer. */
import * as Clip from "../dsl/Clip.ts"
import * as Loss from "../dsl/Loss.ts"
import * as Model from "../dsl/Model.ts"
import * as Optimizer from "../dsl/Optimizer.ts"
import type { Batch } from "../runtime/data/Batch.ts"
import * as Random from "../runtime/data/Random.ts"
import * as Location from "../runtime/engine/tensorflow/Location.ts"
import * as Native from "../runtime/engine/tensorflow/Native.ts"
import * as Yolo from "../runtime/nets/yolo/Yolo.ts"
import type { Configuration } from "../runtime/step/Configuration.ts"
import type { Scalars } from "../runtime/step/Step.ts"

export const size = 160

export const configuration: Configuration = {
  graph: Yolo.build(Model.yolo({ size: "n", input: size }), ["a", "b", "c"]),
  loss: Loss.yoloV8(),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  clip: Clip.globalNorm(10),
  ema: false,
  batch: 8,
  accumulate: 1,
  maxBoxes: 32,
  seed: 0,
  inject: null
}

/** As PyTorch's side trains: see `bench/pytorch/serve.py`. */
export const scalars: Scalars = {
  learningRate: 0.01,
  biasLearningRate: 0.01,
  momentum: 0.937,
  clipBound: 10,
  clipInputs: [],
  emaDecay: 0,
  inject: [0, 0]
}

/** A batch of noise with 12 boxes on every image, as on PyTorch's side. */
export const batch = (): Batch => {
  const random = Random.stream(0, "bench")
  const { batch: images, graph, maxBoxes } = configuration
  const filled = 12
  const boxes = new Float32Array(images * maxBoxes * 4)
  const present = new Float32Array(images * maxBoxes)
  const classes = new Int32Array(images * maxBoxes)
  for (let row = 0; row < images * maxBoxes; row++) {
    if (row % maxBoxes >= filled) continue
    const [x, y] = [size * random.between(0, 0.6), size * random.between(0, 0.6)]
    boxes.set([x, y, x + size * random.between(0.1, 0.3), y + size * random.between(0.1, 0.3)], row * 4)
    present[row] = 1
    classes[row] = random.below(graph.classes.length)
  }
  const pixels = Float32Array.from({ length: images * size * size * 3 }, () => random.uniform())
  return { epoch: 0, index: 0, images: pixels, boxes, classes, present, samples: [] }
}

/** Loads the installed engine. Throws where there is none, with the command that installs it. */
export const load = (): Native.Backend => {
  const installed = Location.find()
  if (installed === null) throw new Error("the tensorflow engine is missing: npx ballast engine install tensorflow")
  return Native.load(installed.directory)
}
