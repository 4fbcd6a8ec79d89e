import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Clip from "../dsl/Clip.ts"
import * as Dataset from "../dsl/Dataset.ts"
import * as LearningRate from "../dsl/LearningRate.ts"
import * as Model from "../dsl/Model.ts"
import * as Recipe from "../dsl/Recipe.ts"
import * as Warmup from "../dsl/Warmup.ts"
import * as Kernels from "../runtime/engine/tensorflow/Kernels.ts"
import * as Native from "../runtime/engine/tensorflow/Native.ts"
import * as Session from "../runtime/engine/tensorflow/Session.ts"
import * as ClipMemory from "../runtime/optim/Clip.ts"
import * as Curve from "../runtime/optim/Curve.ts"
import * as EagerStep from "../runtime/step/EagerStep.ts"
import * as Divergence from "../runtime/train/Divergence.ts"
import * as EventLog from "../runtime/train/EventLog.ts"
import * as Loop from "../runtime/train/Loop.ts"
import * as Spike from "../runtime/train/Spike.ts"
import { Tally } from "../runtime/train/Tally.ts"
import type { Bench } from "./Bench.ts"
import * as Subject from "./Subject.ts"

const warmUp = 10
const steps = 200

/** Measures what the loop does around TensorFlow's call: feeding, reading, figures, events and the log. */
export const loopOverhead: Bench = {
  title: "the training loop around the bare session call",
  prediction: "at most 5% on top of it",
  measure: async () => {
    const backend = Subject.load()
    const real = backend.binding
    let inside = 0
    backend.binding = {
      ...Native.copyOf(real),
      runSavedModel: (...call) => {
        const began = performance.now()
        try {
          return real.runSavedModel(...call)
        } finally {
          inside += performance.now() - began
        }
      }
    }
    const eager = EagerStep.make(Subject.configuration, Kernels.make(backend))
    const step = Session.make(backend, Subject.configuration, eager)
    eager.dispose()
    const batch = Subject.batch()
    for (let index = 0; index < warmUp; index++) step.run(batch, Subject.scalars)
    const schedule = LearningRate.cosine({ peak: 1e-3, final: 1e-4 })
    const recipe = Recipe.make({
      data: Dataset.shapes({ train: 8 * steps, val: 8, seed: 0 }),
      model: Model.yolo({ size: "n", input: Subject.size }),
      optimizer: Subject.configuration.optimizer,
      schedule,
      clip: Clip.globalNorm(10),
      batch: Subject.configuration.batch,
      length: { steps }
    })
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-bench-"))
    const log = EventLog.open(path.join(directory, "events.jsonl"))
    inside = 0
    const began = performance.now()
    await Effect.runPromise(Loop.run({
      recipe,
      curve: Curve.make({ schedule, warmup: Warmup.none, momentum: 0.937, totalSteps: steps, warmupSteps: 0 }),
      from: { step: 0, clip: ClipMemory.start(recipe.clip) },
      lastStep: steps,
      step,
      tally: new Tally(),
      divergence: Divergence.detector(),
      spikes: Spike.detector(),
      inject: () => [0, 0],
      nextBatch: Effect.succeed(batch),
      onBatch: () => undefined,
      onStep: (event) => log.append({ run: "bench", attempt: 1, ...event }),
      between: () => Effect.succeed(false),
      stopping: () => false
    }))
    const whole = performance.now() - began
    log.close()
    fs.rmSync(directory, { recursive: true })
    step.dispose()
    backend.binding = real
    return [
      `the whole loop: ${(whole / steps).toFixed(2)} ms a step (${steps} steps)`,
      `inside the session call: ${(inside / steps).toFixed(2)} ms a step`,
      `loop / call = ${(whole / inside).toFixed(3)}: ${(100 * (whole / inside - 1)).toFixed(1)}% on top`
    ]
  }
}
