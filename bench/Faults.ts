import * as tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Dataset from "../dsl/Dataset.ts"
import * as LearningRate from "../dsl/LearningRate.ts"
import * as Model from "../dsl/Model.ts"
import * as Recipe from "../dsl/Recipe.ts"
import * as Warmup from "../dsl/Warmup.ts"
import * as Native from "../runtime/engine/tensorflow/Native.ts"
import * as Parity from "../runtime/engine/tensorflow/Parity.ts"
import { compileStep } from "../runtime/engine/tensorflow/Tensorflow.ts"
import * as Backend from "../runtime/engine/wasm/Backend.ts"
import * as Kernels from "../runtime/engine/wasm/Kernels.ts"
import * as Operations from "../runtime/engine/wasm/Operations.ts"
import * as Curve from "../runtime/optim/Curve.ts"
import type { Configuration } from "../runtime/step/Configuration.ts"
import * as EagerStep from "../runtime/step/EagerStep.ts"
import type { Step } from "../runtime/step/Step.ts"
import * as Checkpoint from "../runtime/train/Checkpoint.ts"
import * as Keeper from "../runtime/train/Keeper.ts"
import * as Loop from "../runtime/train/Loop.ts"
import * as Made from "../runtime/train/Made.ts"
import { Progress } from "../runtime/train/Progress.ts"
import type { Bench } from "./Bench.ts"
import * as Small from "./Small.ts"
import * as Subject from "./Subject.ts"
import * as Timing from "./Timing.ts"

/** Long enough for several recovery checkpoints, which come no sooner than after 5 seconds. */
const turns = 20
const turnMilliseconds = 1500
const warmUp = 5

/** A rate at which nothing explodes, however long it takes. */
const schedule = LearningRate.constant(1e-5)
const endless = 1_000_000

const recipeOf = ({ batch, clip, optimizer }: Configuration, { input }: Small.Size): Recipe.Recipe =>
  Recipe.make({
    data: Dataset.shapes({ train: batch, val: 1, seed: 0 }),
    model: Model.yolo({ depth: 0.33, width: 0.125, input }),
    optimizer,
    schedule,
    clip,
    batch,
    length: { steps: endless }
  })

interface Contestant {
  /** Trains for a while and answers with the milliseconds that a step took on average. */
  readonly turn: () => Promise<ReadonlyArray<number>>
  /** The share of the time that went into what is measured, by the clock around it. */
  readonly share: () => { readonly detecting: number; readonly keeping: number }
}

/** Trains with all detectors, snapshots and recovery checkpoints, or with none of them. */
const contestant = async (step: Step, size: Small.Size, watched: boolean, directory: string): Promise<Contestant> => {
  const configuration = Small.configurationOf(size)
  const recipe = recipeOf(configuration, size)
  const batch = Parity.exampleBatch(configuration)
  const progress = new Progress(recipe, null)
  const engine = { engine: "wasm", version: "", device: "cpu", threads: 1 } as const
  const origin = { training: "", data: null, seed: 0, made: Made.here(engine, step.execution) }
  let [own, began, detecting, keeping] = [0, 0, 0, 0]
  const keeper = await Effect.runPromise(Keeper.make({
    step,
    tally: progress.tally,
    directory,
    keep: null,
    cursor: () => progress.cursor(origin),
    onCheckpoint: () => undefined,
    onUnsafe: (why) => {
      throw new Error(why)
    },
    writeFile: () => Checkpoint.writeDurably,
    guard: () => undefined,
    // The others' turns are no part of the time that this training takes.
    now: () => own + performance.now() - began
  }))
  const timed = <P extends ReadonlyArray<unknown>, A>(look: (...parameters: P) => A) => (...parameters: P): A | null => {
    if (!watched) return null
    const at = performance.now()
    const found = look(...parameters)
    detecting += performance.now() - at
    return found
  }
  const keep = Effect.gen(function*() {
    const at = performance.now()
    yield* keeper.keep(false)
    keeping += performance.now() - at
    return false
  })
  const { divergence, spikes, tally } = progress
  return {
    share: () => ({ detecting: detecting / own, keeping: keeping / own }),
    turn: async () => {
      began = performance.now()
      const from = progress.position
      await Effect.runPromise(Loop.run({
        recipe,
        curve: Curve.make({ schedule, warmup: Warmup.none, momentum: 0.937, totalSteps: endless, warmupSteps: 0 }),
        from,
        lastStep: endless,
        step,
        tally,
        divergence: { ...divergence, look: timed(divergence.look) },
        spikes: { ...spikes, look: timed(spikes.look) },
        nextBatch: Effect.succeed(batch),
        onBatch: () => undefined,
        inject: () => [0, 0],
        onStep: (_, position) => {
          progress.position = position
        },
        between: () => watched ? keep : Effect.succeed(false),
        stopping: () => performance.now() - began > turnMilliseconds
      }))
      const took = performance.now() - began
      own += took
      began = performance.now()
      return [took / (progress.position.step - from.step)]
    }
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`

const measureOn = async (engine: string, step: Step, size: Small.Size): Promise<ReadonlyArray<string>> => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-bench-"))
  try {
    const watched = await contestant(step, size, true, path.join(directory, "watched"))
    const bare = await contestant(step, size, false, path.join(directory, "bare"))
    const times = await Timing.alternate(turns, { watched: watched.turn, bare: bare.turn })
    const [withThem, without] = [times["watched"] ?? [], times["bare"] ?? []]
    const { detecting, keeping } = watched.share()
    return [
      `${engine}, ${size.input} px, batch ${size.batch}`,
      `  ${Timing.told("with them", withThem)}`,
      `  ${Timing.told("without", without)}`,
      `  with / without = ${(Timing.median(withThem) / Timing.median(without)).toFixed(3)}`,
      `  by the clock around them: detectors ${percent(detecting)}, snapshots and recovery checkpoints ${percent(keeping)}`
    ]
  } finally {
    step.dispose()
    fs.rmSync(directory, { recursive: true })
  }
}

const warmed = (step: Step, size: Small.Size): Step => {
  const batch = Parity.exampleBatch(Small.configurationOf(size))
  for (let index = 0; index < warmUp; index++) step.run(batch, { ...Subject.scalars, emaDecay: 0.99, learningRate: 1e-5 })
  return step
}

/** Measures what detectors of faults, snapshots and recovery checkpoints cost a training. */
export const faults: Bench = {
  title: "a training with detectors, snapshots and recovery checkpoints against one without them",
  prediction: "at most 1.02 times as long",
  measure: async () => {
    const before = tf.getBackend()
    const lines: Array<string> = []
    try {
      const wasm = await Backend.load()
      tf.setBackend(Operations.backendName)
      for (const size of Small.sizes) {
        const step = warmed(EagerStep.make(Small.configurationOf(size), Kernels.make(wasm)), size)
        lines.push(...await measureOn("wasm", step, size))
      }
      const tensorflow = Subject.load()
      tf.setBackend(Native.backendName)
      for (const size of Small.sizes) {
        const step = warmed(compileStep(tensorflow, Small.configurationOf(size)), size)
        lines.push(...await measureOn("tensorflow", step, size))
      }
      return lines
    } finally {
      if (before !== "" && before !== undefined) tf.setBackend(before)
    }
  }
}
