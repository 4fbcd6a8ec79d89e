import * as tf from "@tensorflow/tfjs-core"
import * as Parity from "../runtime/engine/tensorflow/Parity.ts"
import * as Backend from "../runtime/engine/wasm/Backend.ts"
import * as Composed from "../runtime/engine/wasm/Composed.ts"
import * as Own from "../runtime/engine/wasm/Kernels.ts"
import * as Operations from "../runtime/engine/wasm/Operations.ts"
import * as EagerStep from "../runtime/step/EagerStep.ts"
import type { Kernels } from "../runtime/step/Kernels.ts"
import type { Scalars } from "../runtime/step/Step.ts"
import type { Bench } from "./Bench.ts"
import * as Small from "./Small.ts"
import * as Timing from "./Timing.ts"

const turns = 9

const scalars: Scalars = {
  learningRate: 0.01,
  biasLearningRate: 0.01,
  momentum: 0.937,
  clipBound: 10,
  clipInputs: [],
  emaDecay: 0.99,
  inject: [0, 0]
}

interface Contestant {
  readonly name: string
  readonly kernels: Kernels
  /** Operations that are tfjs's own for this contestant. */
  readonly stock: ReadonlyArray<string>
}

const joins = ["Slice", "SplitV", "Concat"]
const sums = ["Sum"]

/** All kernels of our own, then all but some. */
const contestants = (own: Kernels): ReadonlyArray<Contestant> => {
  const { batchNormSilu: _, ...separate } = own
  const { inPlace: __, ...byOperations } = own
  const { batchNorm, bias, convolution, maxPool, silu, upsample } = Composed.kernels
  const without = (name: string, kernels: Kernels): Contestant => ({ name: `without ${name}`, kernels, stock: [] })
  const others = Operations.replaced.filter((name) => ![...joins, ...sums].includes(name))
  return [
    { name: "all", kernels: own, stock: [] },
    without("convolution", { ...own, convolution }),
    without("norm and SiLU in one", separate),
    without("norm and SiLU", { ...separate, batchNorm, silu }),
    without("bias", { ...own, bias }),
    without("pools and upsampling", { ...own, maxPool, upsample }),
    without("update in place", byOperations),
    { name: "without joining and cutting", kernels: own, stock: joins },
    { name: "without sums", kernels: own, stock: sums },
    { name: "without comparing and bounding", kernels: own, stock: others },
    { name: "none", kernels: Composed.kernels, stock: Operations.replaced }
  ]
}

const measureAt = async (backend: Backend.Backend, size: Small.Size): Promise<ReadonlyArray<string>> => {
  const configuration = Small.configurationOf(size)
  const batch = Parity.exampleBatch(configuration)
  const steps = contestants(Own.make(backend)).map(({ kernels, name, stock }) => {
    const step = EagerStep.make(configuration, kernels)
    const run = (): ReadonlyArray<number> =>
      backend.withStock(stock, () => [Timing.timed(() => step.run(batch, scalars))])
    for (let warmUp = 0; warmUp < 3; warmUp++) run()
    return { name, run, step }
  })
  const times = await Timing.alternate(turns, Object.fromEntries(steps.map(({ name, run }) => [name, run])))
  for (const { step } of steps) step.dispose()
  const all = Timing.median(times["all"] ?? [])
  return [
    `${size.input} px, batch ${size.batch}`,
    ...Object.entries(times).map(([name, values]) =>
      `  ${Timing.told(name, values)}${name === "all" ? "" : ` = ${(Timing.median(values) / all).toFixed(2)} of all`}`
    )
  ]
}

/** Measures what each of the wasm engine's own kernels brings to a whole step, by leaving them out in turn. */
export const wasmKernels: Bench = {
  title: "a step on the wasm engine with all kernels of its own, and with all but some",
  prediction: "at most 100 ms on 64 px at batch 16; half the time of the step without any of them; none of them in vain",
  measure: async () => {
    const before = tf.getBackend()
    const backend = await Backend.load()
    tf.setBackend(Operations.backendName)
    try {
      const lines: Array<string> = []
      for (const size of Small.sizes) lines.push(...await measureAt(backend, size))
      return lines
    } finally {
      if (before !== "" && before !== undefined) tf.setBackend(before)
    }
  }
}
