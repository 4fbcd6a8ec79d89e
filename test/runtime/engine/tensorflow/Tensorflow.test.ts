import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import * as os from "node:os"
import * as path from "node:path"
import * as tf from "@tensorflow/tfjs-core"
import * as Clip from "../../../../dsl/Clip.ts"
import * as Optimizer from "../../../../dsl/Optimizer.ts"
import { Engine } from "../../../../runtime/engine/Engine.ts"
import * as ReferenceCases from "../../../../runtime/engine/reference/ReferenceCases.ts"
import * as Location from "../../../../runtime/engine/tensorflow/Location.ts"
import * as Kernels from "../../../../runtime/engine/tensorflow/Kernels.ts"
import type { Backend } from "../../../../runtime/engine/tensorflow/Native.ts"
import * as Session from "../../../../runtime/engine/tensorflow/Session.ts"
import { compileStep, layer } from "../../../../runtime/engine/tensorflow/Tensorflow.ts"
import * as EagerStep from "../../../../runtime/step/EagerStep.ts"
import type { Execution } from "../../../../runtime/step/Step.ts"
import { graphOf, tiny } from "../../step/classifier.ts"
import { batchOf, changed, distance, scalars, small } from "../../step/small.ts"
import { loadTensorflow, tensorflow } from "./engine.ts"
import { trainedDigest } from "./trained.ts"

/** Runs a few steps and checks that they learn something: a fallback must train, too. */
const trains = (step: ReturnType<typeof compileStep>): void => {
  const before = step.read()
  const losses = Array.from({ length: 3 }, () => step.run(batchOf(small, 0), scalars).loss)
  assert.isBelow(losses[2] ?? NaN, losses[0] ?? NaN)
  assert.isAbove(changed(before, step.read()).length, 0)
}

tensorflow("The tensorflow engine", () => {
  let backend: Backend
  let tensors: number
  beforeAll(() => {
    backend = loadTensorflow()
    tensors = tf.memory().numTensors
  })
  afterAll(() => assert.strictEqual(tf.memory().numTensors, tensors))

  it("does what every engine must, its steps as sessions", () => {
    const executions: Array<Execution> = []
    const verdicts = ReferenceCases.check({
      kernels: Kernels.make(backend),
      compile: (configuration) => {
        const step = compileStep(backend, configuration)
        executions.push(step.execution)
        return step
      }
    })
    assert.deepStrictEqual(verdicts.filter(({ ok }) => !ok), [])
    assert.deepStrictEqual(executions, [{ mode: "session", reason: null }])
  })

  it("compiles a step as a session that starts from the seed's state", () => {
    const step = compileStep(backend, small)
    assert.deepStrictEqual(step.execution, { mode: "session", reason: null })
    const again = compileStep(backend, small)
    assert.deepStrictEqual(changed(step.read(), again.read()), [])
    const other = compileStep(backend, { ...small, seed: small.seed + 1 })
    assert.isAbove(distance(other.read().parameters[0]?.data ?? [], step.read().parameters[0]?.data ?? []), 0.5)
    trains(step)
    // Sessions of one process share nothing.
    assert.isAbove(changed(step.read(), again.read()).length, 0)
    for (const one of [step, again, other]) one.dispose()
  })

  it("compiles every optimizer and clip policy, with dropout and over several batches, as a session", () => {
    const decaying = { weightDecay: 0.1 }
    const optimizers = [Optimizer.sgd({ momentum: 0.9, ...decaying }), Optimizer.adam(decaying), Optimizer.adamw()]
    const perTensor = [Clip.perLayer(1e-3), Clip.adaptive()]
    const clips = [Clip.off, Clip.globalNorm(0.1), ...perTensor, Clip.auto(), Clip.zscore({ maxNorm: 0.2 })]
    for (const accumulate of [1, 2]) {
      for (const [index, clip] of clips.entries()) {
        const optimizer = optimizers[index % optimizers.length] ?? Optimizer.adam()
        const ema = index % 2 === 0
        const step = compileStep(backend, { ...tiny, graph: graphOf(0.25), ema, accumulate, clip, optimizer })
        assert.deepStrictEqual(step.execution, { mode: "session", reason: null }, `${clip._tag}, ${accumulate}`)
        assert.strictEqual(step.read().updates, 0)
        step.dispose()
      }
    }
  })

  it("goes on eagerly, with the reason, where the recorded step computes something else", () => {
    const { momentum, nesterov } = small.optimizer
    const optimizer = Optimizer.sgd({ momentum, nesterov, weightDecay: 0.1 })
    const step = compileStep(backend, small, (backend, configuration, eager) =>
      Session.make(backend, { ...configuration, optimizer }, eager))
    assert.strictEqual(step.execution.mode, "eager")
    const reason = /^the session does not agree with the eager step: new weights of ".*" differ by/
    assert.match(step.execution.reason ?? "", reason)
    trains(step)
    step.dispose()
  })

  it("goes on eagerly, with the reason, where the step cannot be recorded, and keeps nothing of the attempt", () => {
    const kernels = Kernels.make(backend)
    let activations = 0
    const reading = EagerStep.make(small, {
      ...kernels,
      silu: (input) => {
        // Near the end, where most of what a recording makes is there.
        if (++activations > 50) input.dataSync()
        return kernels.silu(input)
      }
    })
    const step = compileStep(backend, small, (backend, configuration) => Session.make(backend, configuration, reading))
    reading.dispose()
    assert.strictEqual(step.execution.mode, "eager")
    assert.match(step.execution.reason ?? "", /^the step could not be recorded: the recorded step reads a tensor's values/)
    trains(step)
    step.dispose()
  })

  it.effect("frees a step with the scope that it was compiled in, and says what it computes on", () =>
    Effect.gen(function*() {
      const engine = yield* Engine
      assert.deepStrictEqual(engine.description, {
        engine: "tensorflow",
        version: "2.21.0",
        device: "cpu",
        threads: os.availableParallelism()
      })
      const scope = yield* Scope.make()
      const step = yield* Scope.provide(engine.compile(small), scope)
      assert.isTrue(step.run(batchOf(small, 0), scalars).finite)
      yield* Scope.close(scope, Exit.void)
      assert.throws(() => step.run(batchOf(small, 0), scalars))
    }).pipe(Effect.provide(layer(Location.find()?.directory ?? ""))))

  it("trains to the same bits in another process", () => {
    const program = `
      import { loadTensorflow } from ${JSON.stringify(path.join(import.meta.dirname, "engine.ts"))}
      import { trainedDigest } from ${JSON.stringify(path.join(import.meta.dirname, "trained.ts"))}
      console.log("\\n" + trainedDigest(loadTensorflow()))`
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" })
    assert.strictEqual(output.trimEnd().split("\n").at(-1), trainedDigest(backend))
  })
})
