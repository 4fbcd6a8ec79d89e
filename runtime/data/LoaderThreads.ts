/**
 * The threads of a loader: they are asked for batches, and answer each request once, with a batch or a fault.
 */
import { Worker } from "node:worker_threads"
import { DataFault, WorkerLost } from "../../dsl/Fault.ts"
import type { Batch } from "./Batch.ts"
import type { Answer, Assignment, Request, Wanted } from "./LoaderMessage.ts"

/** A batch, what of the data is at fault, or that a thread has ended, for which no image is to blame. */
export type Made = Batch | DataFault | WorkerLost

export interface LoaderThreads {
  /** Asks the thread that has least to do. The promise never rejects. */
  readonly ask: (wanted: Wanted) => Promise<Made>
  /** Waits for an answer; meanwhile, and only then, the threads keep the process alive. */
  readonly wait: <A>(answer: Promise<A>) => Promise<A>
  /** Ends the threads, whatever they do; open requests are answered with a fault. */
  readonly stop: () => Promise<void>
}

interface Thread {
  readonly worker: Worker
  readonly open: Map<number, (answer: Made) => void>
}

const faultOf = (answer: Answer & { readonly batch: null }): DataFault =>
  new DataFault({ sample: answer.sample, message: answer.message })

/** Starts `count` threads, each with the same assignment. */
export const start = (assignment: Assignment, count: number): LoaderThreads => {
  let lost: WorkerLost | null = null
  let waiting = 0
  let asked = 0

  const lose = ({ open }: Thread, what: string, exitCode: number | null = null): void => {
    lost ??= new WorkerLost({ exitCode, signal: null, message: `a thread that makes batches ended: ${what}` })
    for (const resolve of open.values()) resolve(lost)
    open.clear()
  }

  const startThread = (): Thread => {
    const worker = new Worker(new URL("./LoaderWorker.ts", import.meta.url), { workerData: assignment })
    const thread: Thread = { worker, open: new Map() }
    worker.on("message", (answer: Answer) => {
      thread.open.get(answer.id)?.(answer.batch === null ? faultOf(answer) : answer.batch)
      thread.open.delete(answer.id)
    })
    worker.on("messageerror", (error) => lose(thread, error.message))
    worker.on("error", (error) => lose(thread, error instanceof Error ? error.message : String(error)))
    worker.on("exit", (code) => lose(thread, `its code was ${code}`, code))
    worker.unref()
    return thread
  }

  const threads = Array.from({ length: Math.max(1, count) }, startThread)

  const ask = (wanted: Wanted): Promise<Made> =>
    new Promise((resolve) => {
      if (lost !== null) return resolve(lost)
      const id = asked++
      const [idlest] = threads.toSorted((left, right) => left.open.size - right.open.size)
      idlest?.open.set(id, resolve)
      idlest?.worker.postMessage({ id, wanted } satisfies Request, [])
    })

  const wait = async <A>(answer: Promise<A>): Promise<A> => {
    if (waiting++ === 0) for (const { worker } of threads) worker.ref()
    try {
      return await answer
    } finally {
      if (--waiting === 0) for (const { worker } of threads) worker.unref()
    }
  }

  const stop = async (): Promise<void> => {
    for (const thread of threads) lose(thread, "they were stopped")
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }

  return { ask, wait, stop }
}
