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
    // Whatever else goes wrong is no image's fault, and ends the thread.
    if (!(cause instanceof UnreadablePicture)) throw cause
    const { message, sample } = cause
    parentPort?.postMessage({ id, batch: null, sample, message } satisfies Answer, [])
  }
}

// One after the other: two at a time would hold the pictures of both and finish both late.
let work = Promise.resolve()
parentPort?.on("message", (request: Request) => {
  work = work.then(() => answer(request))
})
