/**
 * A thread that makes batches, one after the other, as they are asked for.
 */
import { parentPort, workerData } from "node:worker_threads"
import * as Batches from "./Batches.ts"
import type { Answer, Assignment, Request } from "./LoaderMessage.ts"
import { UnreadablePicture } from "./Picture.ts"

const { budget, making } = workerData as Assignment
const batches = Batches.make(making, budget)

const answer = async ({ id, wanted }: Request): Promise<void> => {
  try {
    const batch = await (wanted.kind === "training"
      ? batches.training(wanted.epoch, wanted.index)
      : batches.validation(wanted.index))
    const { boxes, classes, images, present } = batch
    const buffers = [images, boxes, classes, present].map(({ buffer }) => buffer as ArrayBuffer)
    parentPort?.postMessage({ id, batch } satisfies Answer, buffers)
  } catch (cause) {
    const sample = cause instanceof UnreadablePicture ? cause.sample : null
    const message = cause instanceof Error ? cause.message : String(cause)
    parentPort?.postMessage({ id, batch: null, sample, message } satisfies Answer, [])
  }
}

// One after the other: two at a time would hold the pictures of both and finish both late.
let work = Promise.resolve()
parentPort?.on("message", (request: Request) => {
  work = work.then(() => answer(request))
})
