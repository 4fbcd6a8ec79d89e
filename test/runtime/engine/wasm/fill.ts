/**
 * Fills the wasm engine's heap and tells what comes of it, as JSON. A program, because a process holds one heap:
 * node fill.ts operation NAME   or   node fill.ts attempt FOLDER FREE, FREE being the mebibytes that it leaves
 */
import * as tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Dataset from "../../../../dsl/Dataset.ts"
import * as LearningRate from "../../../../dsl/LearningRate.ts"
import * as Model from "../../../../dsl/Model.ts"
import * as Optimizer from "../../../../dsl/Optimizer.ts"
import * as Recipe from "../../../../dsl/Recipe.ts"
import * as Words from "../../../../dsl/Words.ts"
import * as Source from "../../../../runtime/data/Source.ts"
import * as Backend from "../../../../runtime/engine/wasm/Backend.ts"
import * as Kernels from "../../../../runtime/engine/wasm/Kernels.ts"
import * as Wasm from "../../../../runtime/engine/wasm/Wasm.ts"
import * as Attempt from "../../../../runtime/train/Attempt.ts"
import type { Event } from "../../../../runtime/train/Event.ts"

const valuesPerMebibyte = 2 ** 18

const [what = "", argument = "", free] = process.argv.slice(2)
const backend = await Backend.load()

/** Takes room without touching it. */
const take = (mebibytes: number): tf.Tensor => backend.allocate([mebibytes * valuesPerMebibyte])

/** What an act throws; null where it throws nothing. */
const thrownBy = (act: () => unknown): string | null => {
  try {
    act()
    return null
  } catch (cause) {
    return Words.reasonOf(cause)
  }
}

const tellOf: Readonly<Record<string, () => Promise<unknown>>> = {
  operation: async () => {
    // The end of the heap is beyond what a signed number tells.
    const marks = Array.from({ length: 7 }, () => {
      take(512)
      return tf.range(0, 1000)
    })
    const large = tf.tensor(new Float32Array(100 * valuesPerMebibyte))
    const [scratch] = backend.workspace(1, 2 ** 20)
    const acts: Readonly<Record<string, () => unknown>> = {
      tfjs: () => {
        for (;;) tf.square(large)
      },
      own: () => {
        for (;;) Kernels.make(backend).silu(tf.reshape(large, [1, 1, -1, 1]))
      },
      workspace: () => backend.workspace(1, 600 * 2 ** 20),
      values: () => {
        for (;;) tf.tensor(new Float32Array(100 * valuesPerMebibyte))
      },
      wrapping: () => backend.reserve([4096 * valuesPerMebibyte + 1], "float32")
    }
    const thrown = thrownBy(acts[argument] ?? (() => 0))
    const after = [() => tf.scalar(1), () => tf.add(1, 2), () => backend.reserve([1], "float32")].map(thrownBy)
    const sound = marks.every((mark) => mark.dataSync().every((value, index) => value === index))
    const zeros = large.dataSync().every((value) => value === 0)
    return { thrown, after, untouched: sound && zeros, far: scratch > 2 ** 31 }
  },
  attempt: async () => {
    for (let left = 4095 - Number(free); left > 0; left -= 64) take(Math.min(left, 64))
    const recipe = Recipe.make({
      data: Dataset.shapes({ train: 64, val: 2, seed: 1 }),
      model: Model.yolo({ depth: 0.33, width: 0.125, input: 128 }),
      optimizer: Optimizer.sgd({ momentum: 0.9 }),
      schedule: LearningRate.constant(0.01),
      batch: 64,
      length: { steps: 2 }
    })
    const locations = { of: () => null, known: [] }
    const source = await Effect.runPromise(
      Source.open(recipe.data, { locations, cache: path.join(argument, "cache") })
    )
    const directory = path.join(argument, "attempt")
    const assignment: Attempt.Assignment = {
      run: "r",
      attempt: 1,
      arm: "a",
      seed: 0,
      recipe,
      source,
      directory,
      token: "t",
      start: null,
      steps: null,
      from: null,
      injection: null
    }
    const events: Array<Event> = []
    const attempt = Attempt.run(assignment, { emit: (event) => events.push(event), stopping: () => false })
    const { fault, steps } = await Effect.runPromise(Effect.provide(attempt, Wasm.layer))
    const statuses = events.flatMap((event) => event.kind === "status" ? [event.status] : [])
    return { fault, statuses, steps }
  }
}

process.stdout.write(JSON.stringify(await tellOf[what]?.()))
