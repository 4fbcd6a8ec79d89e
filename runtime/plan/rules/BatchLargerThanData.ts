import type { Rule } from "./Rule.ts"

/** Refuses a batch that the training images cannot fill once. */
export const batchLargerThanData: Rule = {
  id: "data/batch-larger-than-data",
  path: "batch",
  severity: "error",
  reason: "not one batch can be filled",
  source: "the definition of an epoch: images that do not fill a batch are left out",
  check: ({ facts, recipe }) =>
    facts !== null && recipe.batch > facts.images.train
      ? `a batch takes ${recipe.batch} images, "${facts.name}" has ${facts.images.train} to train on`
      : null
}
