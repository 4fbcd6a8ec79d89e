import { beforeAll, describe } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as TensorflowKernels from "../../../runtime/engine/tensorflow/Kernels.ts"
import * as Native from "../../../runtime/engine/tensorflow/Native.ts"
import * as Session from "../../../runtime/engine/tensorflow/Session.ts"
import * as Wasm from "../../../runtime/engine/wasm/Backend.ts"
import * as WasmKernels from "../../../runtime/engine/wasm/Kernels.ts"
import * as WasmOperations from "../../../runtime/engine/wasm/Operations.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../runtime/step/EagerStep.ts"
import type { Step } from "../../../runtime/step/Step.ts"
import { loadTensorflow, tensorflow } from "../engine/tensorflow/engine.ts"

/** Makes a step, which the caller disposes. */
export type Make = (configuration: Configuration) => Step

/** Lends a step to a test, and disposes it. */
export const lending = (make: Make) => <A>(configuration: Configuration, body: (step: Step) => A): A => {
  const step = make(configuration)
  try {
    return body(step)
  } finally {
    step.dispose()
  }
}

/** Records a session whose eager step is gone. */
export const sessionOf: Make = (configuration) => {
  const backend = loadTensorflow()
  const eager = EagerStep.make(configuration, TensorflowKernels.make(backend))
  try {
    return Session.make(backend, configuration, eager)
  } finally {
    eager.dispose()
  }
}

/** Declares the same tests for every way in which steps run: eagerly on wasm and tensorflow, and as a session. */
export const onEachStep = (name: string, body: (make: Make) => void): void => {
  let kernels: ReturnType<typeof WasmKernels.make>
  describe(`${name} (wasm)`, () => {
    beforeAll(async () => {
      kernels = WasmKernels.make(await Wasm.load())
      await tf.setBackend(WasmOperations.backendName)
    })
    body((configuration) => EagerStep.make(configuration, kernels))
  })
  tensorflow(`${name} (tensorflow, eager)`, () => {
    beforeAll(() => {
      loadTensorflow()
      tf.setBackend(Native.backendName)
    })
    body((configuration) => EagerStep.make(configuration, TensorflowKernels.make(loadTensorflow())))
  })
  tensorflow(`${name} (tensorflow, session)`, () => {
    beforeAll(() => {
      loadTensorflow()
      tf.setBackend(Native.backendName)
    })
    body(sessionOf)
  })
}
