/** What the embedded engine is measured on: a smaller network, on 64 px at batch 16 and on 96 px at batch 8. */
import * as Clip from "../dsl/Clip.ts"
import * as Loss from "../dsl/Loss.ts"
import * as Model from "../dsl/Model.ts"
import * as Optimizer from "../dsl/Optimizer.ts"
import * as Yolo from "../runtime/nets/yolo/Yolo.ts"
import type { Configuration } from "../runtime/step/Configuration.ts"

export const sizes = [{ input: 64, batch: 16 }, { input: 96, batch: 8 }] as const
export type Size = typeof sizes[number]

/** What a step of one size is compiled for. */
export const configurationOf = ({ batch, input }: Size): Configuration => ({
  graph: Yolo.build(Model.yolo({ depth: 0.33, width: 0.125, input }), ["circle", "square", "star"]),
  loss: Loss.yoloV8(),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  clip: Clip.globalNorm(10),
  ema: true,
  batch,
  accumulate: 1,
  maxBoxes: 8,
  seed: 0,
  inject: null
})
