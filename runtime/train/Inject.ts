/**
 * Faults that are brought about on purpose.
 */
import type { Fault } from "../../dsl/Fault.ts"
import * as Injection from "../../dsl/Injection.ts"
import type { Batch } from "../data/Batch.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import type { Configuration } from "../step/Configuration.ts"
import * as StepInjection from "../step/Injection.ts"
import * as Checkpoint from "./Checkpoint.ts"
import type { WriteFile } from "./Manifest.ts"

/** What brings one injection about in an attempt, and knows whether it did. */
export interface Injector {
  readonly configuration: (graph: TrainingGraph) => Configuration["inject"]
  readonly badImage: number | null
  /** Throws, ends the process or never returns, where that is what is to happen before a step. */
  readonly before: (step: number) => void
  readonly scalars: (step: number) => StepInjection.Inject
  /** How the next checkpoint's files are written. */
  readonly writeFile: () => WriteFile
  /** The injection as it is typed, where it brought about a fault of step `step`; null where it did not. */
  readonly cause: (fault: Fault, step: number) => string | null
}

const stall = (): never => {
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  for (;;) Atomics.wait(never, 0, 0)
}

/** Fails as the system does where a file no longer fits the disk: it is there, and not whole. */
const full: WriteFile = (file, bytes) => {
  Checkpoint.writeDurably(file, bytes.subarray(0, bytes.length >> 1))
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", errno: -28, syscall: "write" })
}

/**
 * Makes ready to bring an injection about; null brings nothing about. `shown` lists what the present step was shown.
 */
export const make = (injection: Injection.Injection | null, shown: () => ReadonlyArray<Pick<Batch, "samples">>): Injector => {
  const atNode = injection?._tag === "Nan" || injection?._tag === "InfGradient" ? injection : null
  let checkpoints = 0

  const shows = (image: number): boolean =>
    shown().some(({ samples }) => samples.some(({ index, split }) => split === "train" && index === image))

  const broughtAbout = (fault: Fault, step: number): boolean => {
    switch (injection?._tag) {
      case "Nan":
      case "InfGradient":
        return fault._tag === "NonFinite" && step === injection.step
      case "BadImage":
        return fault._tag === "NonFinite" && shows(injection.index)
      case "Oom":
        return fault._tag === "OutOfMemory" && step === injection.step
      case "DiskFull":
        return fault._tag === "WorkerLost" && checkpoints === injection.checkpoint
      default:
        return false
    }
  }

  return {
    configuration: (graph) => atNode === null ? null : { node: atNode.node ?? StepInjection.middle(graph) },
    badImage: injection?._tag === "BadImage" ? injection.index : null,
    before: (step) => {
      if (injection?._tag === "Oom" && injection.step === step) throw new Error(`out of memory on purpose, before step ${step}`)
      if (injection?._tag === "Kill" && injection.step === step) process.kill(process.pid, "SIGKILL")
      if (injection?._tag === "Stall" && injection.step === step) stall()
    },
    scalars: (step) => {
      if (atNode === null || atNode.step !== step) return StepInjection.nothing
      return atNode._tag === "Nan" ? [NaN, 0] : [0, Infinity]
    },
    writeFile: () => {
      checkpoints += 1
      return injection?._tag === "DiskFull" && injection.checkpoint === checkpoints ? full : Checkpoint.writeDurably
    },
    cause: (fault, step) => injection !== null && broughtAbout(fault, step) ? Injection.text(injection) : null
  }
}
