import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const few = 10

/** Warns of a validation split that cannot tell models apart. */
export const fewValidationImages: Rule = {
  id: "data/few-validation-images",
  path: "data",
  severity: "warning",
  reason: "what is measured on them says little of the model, and next to nothing of which of two is better",
  source: "the definition of average precision: every single box is a step of its curve",
  remedy: "hold back a tenth of the images to validate, some dozens at least",
  check: ({ facts }) => {
    if (facts === null || facts.images.val >= few) return null
    const { images: { val }, name } = facts
    return `"${name}" has ${val === 0 ? "no image" : Words.plural(val, "image")} to validate`
  }
}

/** Warns where the model is asked about images that it was shown. */
export const leakedImages: Rule = {
  id: "data/leaked-images",
  path: "data",
  severity: "warning",
  reason: "what the model knows by heart counts as found, and every measured precision is too high",
  source: "the purpose of a validation split: images that training never shows",
  remedy: "take them out of one of the splits",
  check: ({ facts }) =>
    facts !== null && facts.leaked > 0
      ? `${facts.leaked} of the ${Words.plural(facts.images.val, "validation image")} of "${facts.name}" ${
        facts.leaked === 1 ? "is" : "are"
      } to train on, too`
      : null
}

/** Of images that are left out so many are named. */
const shownFiles = 8

/** Warns of images that are missing from what is learned and measured. */
export const imagesLeftOut: Rule = {
  id: "data/left-out",
  path: "data",
  severity: "warning",
  reason: "they or their labels cannot be used, and what they show is neither learned nor measured",
  source: "the data's files: every image is decoded, and every label read",
  remedy: "`ballast validate` lists them, each with the reason: mend them, or take them out of the data",
  check: ({ facts }) => {
    if (facts === null || facts.leftOut.length === 0) return null
    const { images: { train, val }, leftOut, name } = facts
    const count = leftOut.length
    return `${count} of the ${train + val + count} images of "${name}" ${count === 1 ? "is" : "are"} left out: ${
      Words.some(leftOut, shownFiles)
    }`
  }
}
