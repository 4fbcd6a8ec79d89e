/**
 * A thread that ends its process where the process that started it is gone, whatever the other threads are at: a step
 * blocks the one that would hear of it.
 */
import { Worker, workerData } from "node:worker_threads"

const everyMilliseconds = 250

interface Watched {
  readonly ballastParent: number
}

/** Starts the thread. */
export const start = (): void => {
  new Worker(new URL(import.meta.url), { workerData: { ballastParent: process.ppid } satisfies Watched }).unref()
}

const watched = workerData as Partial<Watched> | null
if (watched?.ballastParent !== undefined) {
  setInterval(() => {
    // Ending the thread alone is all that exit would do here.
    if (process.ppid !== watched.ballastParent) process.kill(process.pid, "SIGKILL")
  }, everyMilliseconds)
}
