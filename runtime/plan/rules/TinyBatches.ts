import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const few = 4

/** Warns of accumulated batches that are too small for their own statistics. */
export const tinyBatches: Rule = {
  id: "accumulate/tiny-batches",
  path: "batch",
  severity: "warning",
  reason: "batch norm takes mean and variance of every batch by itself, and accumulating does not mend that",
  source: "batch norm's definition; gradients are averaged over the batches, statistics are not",
  remedy: "raise `batch` and lower `accumulate` by the same factor",
  check: ({ recipe: { accumulate: { batches }, batch } }) =>
    batches > 1 && batch < few
      ? `a step takes ${batches} batches of ${Words.plural(batch, "image")}`
      : null
}
