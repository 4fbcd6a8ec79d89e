import { createHash } from "node:crypto"
import type { Batch } from "../../../runtime/data/Batch.ts"

/** Hashes all that a batch holds. */
export const hashOf = ({ boxes, classes, epoch, images, index, present, samples }: Batch): string =>
  createHash("sha256").update(images).update(boxes).update(classes).update(present)
    .update(JSON.stringify([epoch, index, samples])).digest("hex")
