import * as Yolo from "../../nets/yolo/Yolo.ts"
import type { Rule } from "./Rule.ts"

const stride = Math.max(...Yolo.strides)

/** Refuses an input size that a detector's coarsest level does not divide. */
export const inputNotMultipleOfStride: Rule = {
  id: "model/input-not-multiple-of-stride",
  path: "model.input",
  severity: "error",
  reason: "features of the network's levels would not fit together",
  source: "the architecture: five halvings on the way down, doublings on the way up",
  remedy: "take one of the sizes named",
  check: ({ recipe: { model } }) => {
    const { input } = model
    if (model._tag !== "Yolo" || input % stride === 0) return null
    const below = Math.floor(input / stride) * stride
    const near = below === 0 ? `${stride}` : `${below} or ${below + stride}`
    return `${input} px is no multiple of the coarsest stride, ${stride} (the nearest: ${near})`
  }
}
