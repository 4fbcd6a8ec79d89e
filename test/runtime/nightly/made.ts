import type { Baseline, Document } from "../../../runtime/nightly/Baseline.ts"
import type { Measured, Sample } from "../../../runtime/nightly/Measured.ts"

export const training = "a".repeat(64)
export const data = "b".repeat(64)

/** Makes a sample whose loss is given. */
export const sample = (seed: number, loss: number, changes: Partial<Sample> = {}): Sample => ({
  seed,
  run: `run-${seed}`,
  losses: [4, 3 + seed, 2.5],
  metrics: { loss },
  ...changes
})

/** Makes samples of losses, the seeds in order. */
export const samples = (losses: ReadonlyArray<number>): ReadonlyArray<Sample> => losses.map((loss, seed) => sample(seed, loss))

/** Makes a measured run of a sample. */
export const measured = (of: Sample, changes: Partial<Measured> = {}): Measured => ({
  experiment: "cold",
  arm: "clip",
  training,
  data,
  engine: "wasm",
  hardware: "cpu x64 1 thread",
  version: "4.22.0",
  processor: "a processor",
  commit: "c".repeat(40),
  dirty: null,
  ballast: "0.1.0",
  upright: true,
  sample: of,
  ...changes
})

/** Makes a baseline of samples. */
export const baseline = (of: ReadonlyArray<Sample>, changes: Partial<Baseline> = {}): Baseline => ({
  arm: "clip",
  engine: "wasm",
  hardware: "cpu x64 1 thread",
  training,
  data,
  version: "4.22.0",
  processor: "a processor",
  accepted: {
    by: "Ada",
    reason: "the first of its kind",
    at: "2026-01-31T03:00:00.000Z",
    commit: "c".repeat(40),
    dirty: null,
    ballast: "0.1.0"
  },
  samples: of as Baseline["samples"],
  ...changes
})

/** Makes the document of an experiment's baselines. */
export const document = (...baselines: ReadonlyArray<Baseline>): Document => ({
  format: "ballast.baselines/1",
  experiment: "cold",
  baselines
})
