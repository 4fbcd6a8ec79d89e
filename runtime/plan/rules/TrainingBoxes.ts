import * as Yolo from "../../nets/yolo/Yolo.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const most = 0.5
const finest = Math.min(...Yolo.strides)

/** Warns where most training images show nothing. */
export const mostlyBackground: Rule = {
  id: "data/mostly-background",
  path: "data",
  severity: "warning",
  reason: "the loss is that of background nearly everywhere; if labels were meant to be there, they were not found",
  source: "practice with YOLO: up to a tenth of the images may show nothing",
  remedy: "look whether every image that shows something has its labels, by the image's name, or leave such images out",
  check: ({ facts }) =>
    facts !== null && facts.images.train > 0 && facts.background > most * facts.images.train
      ? `${facts.background} of the ${facts.images.train} training images of "${facts.name}" have no box`
      : null
}

/** Warns of a class that the model is asked about and never shown. */
export const classWithoutBox: Rule = {
  id: "data/class-without-box",
  path: "data",
  severity: "warning",
  reason: "the model can only learn never to say so",
  source: "the data's labels",
  remedy: "label some, or take the class out of those that the data names",
  check: ({ facts }) => {
    const missing = facts === null ? [] : facts.classes.filter((_, index) => facts.boxesByClass[index] === 0)
    return facts === null || missing.length === 0
      ? null
      : `no training image of "${facts.name}" shows ${Words.some(missing)}`
  }
}

/** Warns where half of the boxes are smaller than one cell of the finest level. */
export const boxesBelowFinestStride: Rule = {
  id: "data/boxes-below-finest-stride",
  path: "model.input",
  severity: "warning",
  reason: `a detector's finest cells are ${finest} px wide, so that several boxes share one and most are not found`,
  source: `the architecture: its finest level has a stride of ${finest} px`,
  remedy: "raise `model.input`",
  check: ({ facts, recipe: { model } }) => {
    if (facts === null || facts.medianSide === null || model._tag !== "Yolo") return null
    const side = facts.medianSide * model.input
    return side < finest
      ? `at ${model.input} px half of the boxes of "${facts.name}" are smaller than about ${Words.figure(side)} px`
      : null
  }
}
