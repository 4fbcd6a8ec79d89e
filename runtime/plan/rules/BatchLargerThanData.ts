import type { Rule } from "./Rule.ts"

/** Refuses a step whose batches the training images cannot fill once. */
export const batchLargerThanData: Rule = {
  id: "data/batch-larger-than-data",
  path: "batch",
  severity: "error",
  reason: "not one step can be filled",
  source: "the definition of an epoch: images that do not fill a step are left out",
  remedy: "lower `batch` or `accumulate`, or add images",
  check: ({ facts, recipe }) => {
    const { accumulate: { batches }, batch } = recipe
    if (facts === null || batch * batches <= facts.images.train) return null
    const taken = batches === 1
      ? `a batch takes ${batch} images`
      : `a step takes ${batches} batches of ${batch}, ${batch * batches} images`
    return `${taken}, "${facts.name}" has ${facts.images.train} to train on`
  }
}
