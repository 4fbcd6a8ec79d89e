import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import * as Clip from "../../../../dsl/Clip.ts"
import * as Model from "../../../../dsl/Model.ts"
import * as Optimizer from "../../../../dsl/Optimizer.ts"
import type { Batch } from "../../../../runtime/data/Batch.ts"
import * as Kernels from "../../../../runtime/engine/tensorflow/Kernels.ts"
import type { Backend } from "../../../../runtime/engine/tensorflow/Native.ts"
import * as Parity from "../../../../runtime/engine/tensorflow/Parity.ts"
import * as Session from "../../../../runtime/engine/tensorflow/Session.ts"
import * as Classifier from "../../../../runtime/nets/classifier/Classifier.ts"
import type { Configuration } from "../../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../../runtime/step/EagerStep.ts"
import type { Scalars, Step } from "../../../../runtime/step/Step.ts"
import { graphOf, tiny } from "../../step/classifier.ts"
import { changed, small } from "../../step/small.ts"
import { loadTensorflow, tensorflow } from "./engine.ts"

tensorflow("Parity.difference", () => {
  let backend: Backend
  let eager: EagerStep.EagerStep
  beforeAll(() => {
    backend = loadTensorflow()
    eager = EagerStep.make(small, Kernels.make(backend))
  })
  afterAll(() => eager.dispose())

  const differenceOf = (change: Partial<Configuration>): string | null => {
    const session = Session.make(backend, { ...small, ...change }, eager)
    const before = session.read()
    const found = Parity.difference(small, eager, session)
    assert.deepStrictEqual([changed(before, session.read()), changed(before, eager.read())], [[], []])
    session.dispose()
    return found
  }
  const { momentum, nesterov, weightDecay } = small.optimizer

  it("finds none between a step and its recording, and leaves both states as they were", () => {
    assert.isNull(differenceOf({}))
  })

  it("notices another weight decay, and none at all", () => {
    const strong = differenceOf({ optimizer: Optimizer.sgd({ momentum, nesterov, weightDecay: 0.1 }) })
    assert.match(strong ?? "", /^new weights of "/)
    const none = differenceOf({ optimizer: Optimizer.sgd({ momentum, nesterov }) })
    assert.match(none ?? "", /^(new weights|the optimizer's tensors) of "/)
  })

  it("notices a momentum that is not Nesterov's", () => {
    assert.match(differenceOf({ optimizer: Optimizer.sgd({ momentum, weightDecay }) }) ?? "", /^new weights of "/)
  })

  const notices: ReadonlyArray<readonly [string, Partial<Configuration>, Partial<Configuration>]> = [
    ["Adam's moments", { optimizer: Optimizer.adam() }, { optimizer: Optimizer.adam({ beta2: 0.99 }) }],
    ["Adam's epsilon", { optimizer: Optimizer.adam() }, { optimizer: Optimizer.adam({ epsilon: 1e-2 }) }],
    ["decay beside the moments", { optimizer: Optimizer.adamw({ weightDecay: 0.1 }) }, {
      optimizer: Optimizer.adam({ weightDecay: 0.1 })
    }],
    ["a bound", { clip: Clip.globalNorm(0.05) }, { clip: Clip.off }],
    ["clipping by tensors", { clip: Clip.perLayer(1e-3) }, { clip: Clip.off }],
    ["clipping by units", { clip: Clip.adaptive({ ratio: 1e-3 }) }, { clip: Clip.perLayer(1e-3) }],
    ["spikes", { clip: Clip.zscore({ threshold: 1e-3, maxNorm: null }) }, { clip: Clip.off }],
    ["percentiles", { clip: Clip.auto() }, { clip: Clip.off }],
    ["dropout", { graph: graphOf(0.5) }, { graph: graphOf(0.5), seed: tiny.seed + 1 }]
  ]
  for (const [what, change, wrong] of notices) {
    it(`notices a difference in ${what}, on one batch and over several`, () => {
      for (const accumulate of [1, 2]) {
        const configuration: Configuration = { ...tiny, ...change, accumulate }
        const other = EagerStep.make({ ...configuration, ...wrong }, Kernels.make(backend))
        const right = EagerStep.make(configuration, Kernels.make(backend))
        const twin = EagerStep.make(configuration, Kernels.make(backend))
        assert.isNull(Parity.difference(configuration, right, twin))
        other.write(right.read())
        assert.match(Parity.difference(configuration, right, other) ?? "none", / (differ by|instead of) /)
        for (const step of [other, right, twin]) step.dispose()
      }
    })
  }

  it("notices a batch that is not in the sum, and one that is there twice", () => {
    const configuration: Configuration = { ...tiny, accumulate: 2 }
    const right = EagerStep.make(configuration, Kernels.make(backend))
    const step = EagerStep.make(configuration, Kernels.make(backend))
    const last = Parity.exampleBatch(configuration, 1)
    const black = ({ images }: Batch) => images.map(() => 0)
    const wrong = [
      { ...step, run: (batch: Batch, scalars: Scalars) => step.run({ ...batch, images: black(batch) }, scalars) },
      { ...step, accumulate: () => step.accumulate(last) }
    ]
    for (const one of wrong) {
      assert.match(Parity.difference(configuration, right, one) ?? "none", / (differ by|instead of) /)
    }
    for (const one of [right, step]) one.dispose()
  })

  it("takes the rounding of weights that hardly move for no difference, and notices more", () => {
    const [right, other] = [EagerStep.make(tiny, Kernels.make(backend)), EagerStep.make(tiny, Kernels.make(backend))]
    const moving = (step: Step, by: number): Step => ({
      ...step,
      run: (batch, scalars) => {
        const { parameters } = step.read()
        const outcome = step.run(batch, scalars)
        const scaled = parameters.map((tensor) => ({ ...tensor, data: tensor.data.map((value) => value * (1 + by)) }))
        step.write({ ...step.read(), parameters: scaled })
        return outcome
      }
    })
    assert.isNull(Parity.difference(tiny, moving(right, 0), moving(other, 2 ** -22)))
    assert.match(Parity.difference(tiny, moving(right, 0), moving(other, 2e-6)) ?? "", /^new weights of ".*" differ by /)
    for (const step of [right, other]) step.dispose()
  })

  it("finds none in stages of one channel, whatever the seed", () => {
    const graph = Classifier.build(Model.classifier({ channels: [1, 1], input: 8 }), ["a"], 0)
    const clip = Clip.perLayer(1)
    for (let seed = 0; seed < 8; seed++) {
      const configuration: Configuration = { ...tiny, graph, clip, batch: 1, maxBoxes: 1, seed }
      const right = EagerStep.make(configuration, Kernels.make(backend))
      const session = Session.make(backend, configuration, right)
      assert.isNull(Parity.difference(configuration, right, session), `seed ${seed}`)
      for (const step of [right, session]) step.dispose()
    }
  })
})
