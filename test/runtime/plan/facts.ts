import type { DataFacts } from "../../../runtime/plan/Facts.ts"

/** Facts of a small data set of three classes. */
export const facts: DataFacts = {
  name: "small",
  classes: ["circle", "square", "triangle"],
  images: { train: 64, val: 16 },
  trainFiles: null,
  boxes: { train: 128, val: 32 },
  maxBoxes: 4,
  background: 2,
  boxesByClass: [40, 50, 38],
  medianSide: 0.3,
  leaked: 0,
  leftOut: [],
  fingerprint: "0".repeat(64)
}
