import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import * as Optimizer from "../../../../dsl/Optimizer.ts"
import * as Kernels from "../../../../runtime/engine/tensorflow/Kernels.ts"
import type { Backend } from "../../../../runtime/engine/tensorflow/Native.ts"
import * as Parity from "../../../../runtime/engine/tensorflow/Parity.ts"
import * as Session from "../../../../runtime/engine/tensorflow/Session.ts"
import type { Configuration } from "../../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../../runtime/step/EagerStep.ts"
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
})
