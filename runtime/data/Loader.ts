/**
 * Batches made ahead on threads of their own, so that the training step does not wait for them.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as os from "node:os"
import { DataFault, WorkerLost } from "../../dsl/Fault.ts"
import type { Batch } from "./Batch.ts"
import * as Batches from "./Batches.ts"
import * as Feeding from "./Feeding.ts"
import * as LoaderThreads from "./LoaderThreads.ts"
import * as Photograph from "./Photograph.ts"

export interface Options extends Batches.Making {
  /** The step of the optimizer whose first batch comes first: a training that was interrupted goes on where it stopped. */
  readonly start: number
  /** Defaults to one for every two processors, four at most. */
  readonly threads?: number
  /** How many training batches may be ready before they are asked for. */
  readonly ahead?: number
}

export interface Loader {
  /** Waits for the next training batch. They come in order, epoch after epoch without end, to one fiber at a time. */
  readonly next: Effect.Effect<Batch, LoaderFault>
  readonly validationBatches: number
  /** Waits for a validation batch, 0 to `validationBatches - 1`. */
  readonly validation: (index: number) => Effect.Effect<Batch, LoaderFault>
}

/** An image that cannot be used, which `sample` names, or a thread that has ended. */
export type LoaderFault = DataFault | WorkerLost

type Answer = Promise<LoaderThreads.Made>

const defaultThreads = (): number => Math.min(4, Math.max(1, Math.floor(os.availableParallelism() / 2)))

/** Decoded pictures may fill this share of the machine's memory, and at most a gibibyte. */
const budgetFor = (threads: number): number => Math.floor(Math.min(os.totalmem() / 8, 2 ** 30) / threads)

/**
 * Starts the threads; they end with the scope, and do not keep the process alive. What cannot be read becomes a DataFault
 * where the batch is asked for, and a thread that crashes becomes WorkerLost.
 */
export const make = Effect.fn("Loader.make")(
  function*(options: Options): Effect.fn.Return<Loader, never, Scope.Scope> {
    const { start, threads: threadCount = defaultThreads(), ahead = 2 * threadCount + 2, ...making } = options
    const { batch, batchesPerStep, source } = making
    if (source.dataset._tag !== "Shapes") yield* Effect.promise(Photograph.prepare)
    const threads = yield* Effect.acquireRelease(
      Effect.sync(() => LoaderThreads.start({ making, budget: budgetFor(threadCount) }, threadCount)),
      ({ stop }) => Effect.promise(stop)
    )

    const settle = Effect.fnUntraced(function*(answer: Answer) {
      const settled = yield* Effect.promise(() => threads.wait(answer))
      return settled instanceof DataFault || settled instanceof WorkerLost ? yield* settled : settled
    })

    let asked = 0
    const queue: Array<Answer> = []
    const fill = (): void => {
      while (queue.length < Math.max(1, ahead)) {
        const step = start + Math.floor(asked / batchesPerStep)
        queue.push(threads.ask({ kind: "training", ...Feeding.placeOf(making, step, asked % batchesPerStep) }))
        asked++
      }
    }
    fill()

    const next = Effect.gen(function*() {
      const [first] = queue
      const ready = yield* settle(first as Answer)
      // Only now: a fiber that is interrupted while it waits leaves the batch to the next one.
      queue.shift()
      fill()
      return ready
    })

    const validationBatches = Batches.validationCount(source, batch)
    const upcoming = new Map<number, Answer>()
    const validate = (wanted: number): Answer =>
      upcoming.get(wanted) ?? threads.ask({ kind: "validation", index: wanted })

    const validation = Effect.fn("Loader.validation")(function*(wanted: number) {
      const answer = validate(wanted)
      const following = wanted + 1 < validationBatches ? validate(wanted + 1) : null
      upcoming.clear()
      if (following !== null) upcoming.set(wanted + 1, following)
      return yield* settle(answer)
    })

    return { next, validationBatches, validation }
  }
)
