/**
 * What to do about each finding of the plan, and when those about data are made: docs/findings.md shows it beside what
 * the code says.
 */
export const answers: Readonly<Record<string, string>> = {
  "clip/off-on-cold-start":
    "`clip: Clip.globalNorm(10)` or lower, or a warmup; see [stability.md](stability.md). An arm that is there to show "
    + "the explosion answers with `Recipe.accept`.",
  "schedule/high-peak-without-warmup":
    "`warmup: Warmup.linear({ epochs: 3 })`, or a lower peak.",
  "warmup/longer-than-run":
    "Shorten the warmup or lengthen the training. A length in epochs depends on batch and images: `ballast plan` "
    + "prints the steps that it comes to.",
  "data/batch-larger-than-data":
    "Lower `batch` to the number of training images at most.",
  "model/input-not-multiple-of-stride":
    "Take one of the sizes that the message names.",
  "data/unknown":
    "Name the folder with `--data NAME=PATH`, or state `classes` in `Dataset.yolo` to plan without the data.",
  "data/unknown-steps":
    "Name the data's folder with `--data NAME=PATH`, or write `{ steps }` instead of `{ epochs }`.",
  "data/classes-differ":
    "Make `classes` in the recipe equal to `names` in the data's `data.yaml`, in the same order, or leave it out.",
  "data/no-classes":
    "Fill in `names` in the data's `data.yaml`."
}

/** When the findings about data are made; they have no rule of their own that says so. */
export const data: Readonly<Record<string, string>> = {
  "data/unknown":
    "the data is not at hand, and the recipe does not state its classes: the network's outputs are not known",
  "data/unknown-steps": "the data is not at hand, and `length` or the warmup's length is in epochs",
  "data/classes-differ": "the recipe states other classes than the data has: the network would learn other outputs",
  "data/no-classes": "the data names no class: there is nothing to detect"
}
