/**
 * The account of an explosion, and one of a poisoned image whose names and messages do harm where they are trusted.
 */
import * as IncidentText from "../../../runtime/report/IncidentText.ts"
import type { AttemptResult } from "../../../runtime/run/Result.ts"
import type { BundleDocument } from "../../../runtime/train/Bundle.ts"
import type { OutcomeFault } from "../../../runtime/train/Outcome.ts"
import { stepEvent } from "./events.ts"
import * as Samples from "./samples.ts"

export type Failed = AttemptResult & { readonly fault: OutcomeFault }

const sample = {
  row: 0,
  split: "train",
  width: 640,
  height: 480,
  scale: 0.1,
  left: 0,
  top: 8,
  flipped: false
} as const

/** What was kept of the last 50 steps before step 120, each norm a quarter above the one before. */
export const bundle: Pick<BundleDocument, "samples" | "before"> = {
  samples: [{
    epoch: 3,
    index: 24,
    samples: [
      { ...sample, index: 4, file: "train/images/BloodImage_00012.jpg" },
      { ...sample, row: 1, index: 9, file: null }
    ]
  }],
  before: Array.from({ length: 50 }, (_, index) =>
    stepEvent(71 + index, index === 49 ? { loss: NaN, gradNorm: NaN, finite: false, clipped: false } : {
      loss: 3 + 0.2 * 1.1 ** index,
      gradNorm: 2 * 1.25 ** index,
      clipped: index > 20,
      clipBound: 100
    }))
}

const [first = Samples.attempt] = Samples.remedied.attempts
const fault: OutcomeFault = { tag: "NonFinite", message: "at step 120 the loss is NaN", step: 120, onset: 112, injected: null }

export const exploded: Failed = { ...first, fault }

export const account: IncidentText.Account = IncidentText.accountOf(
  "coldstart-clip",
  Samples.remedied,
  exploded,
  bundle,
  21.4
)

export const hostileName = "a`b|c\n# d ``` <script>.jpg"

export const poisoned: Failed = {
  ...Samples.attempt,
  status: "failed",
  fault: { ...fault, injected: "bad-image@7" },
  diagnosis: {
    verdict: "bad-data",
    node: null,
    direction: "input",
    files: [{ file: hostileName, row: 3, reason: "its box is 1e30 wide | not a picture" }],
    explanation: "without the batch the step is finite; [click](http://a.b) `x`\n\n# Heading",
    trials: [{ change: "without the batch", cured: true, steps: 20, reason: "a | b \\| c" }]
  },
  incident: "260309-1405-k3f-1.1"
}
