/**
 * What docs/findings.md says beyond the code: every rule says itself what usually answers it.
 */

/** What to do about the findings that no rule makes. */
export const answers: Readonly<Record<string, string>> = {
  "data/unknown":
    "Name the folder with `--data NAME=PATH`, or state the data set's `classes` to plan without the data.",
  "data/unknown-steps":
    "Name the data's folder with `--data NAME=PATH`, or write `{ steps }` instead of `{ epochs }`.",
  "data/classes-differ":
    "Make `classes` in the recipe equal to those of the data, in the same order, or leave them out.",
  "data/no-classes":
    "Fill in `names` in the data's `data.yaml`, or `categories` in its annotations.",
  "model/start-unknown":
    "Correct the run or the file in `Model.from`; the message says what is wrong with it."
}

/** When those are made. */
export const data: Readonly<Record<string, string>> = {
  "data/unknown":
    "the data is not at hand, and the recipe does not state its classes: the network's outputs are not known",
  "data/unknown-steps":
    "the data is not at hand, and `length`, the warmup's length or a length of the schedule is in epochs",
  "data/classes-differ": "the recipe states other classes than the data has: the network would learn other outputs",
  "data/no-classes": "the data names no class: there is nothing to detect",
  "model/start-unknown": "the weights that the model starts from are not there, or are not what the recipe says"
}

/** What there is to know besides a rule's own words. */
export const more: Readonly<Record<string, string>> = {
  "clip/off-on-cold-start":
    "See [stability.md](stability.md). An arm that is there to show the explosion answers with `Recipe.accept`.",
  "warmup/longer-than-run":
    "A length in epochs depends on batch and images: `ballast plan` prints the steps that it comes to.",
  "clip/bound-beyond-practice":
    "A bound belongs to a loss: where the loss is multiplied by the batch size elsewhere, so is the bound.",
  "expect/one-seed":
    "Expectations speak of the mean over the seeds."
}
