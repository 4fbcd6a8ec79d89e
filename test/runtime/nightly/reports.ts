import type { Row } from "../../../runtime/nightly/Night.ts"
import type { NightReport } from "../../../runtime/nightly/NightReport.ts"

/** Makes one comparison. */
export const row = (changes: Partial<Row> = {}): Row => ({
  experiment: "cold",
  arm: "clip",
  engine: "wasm",
  hardware: "cpu x64 1 thread",
  metric: "loss",
  baseline: 2,
  observed: 3,
  samples: { baseline: 10, observed: 5 },
  shift: { shift: 1, low: 0.5, high: 1.5 },
  floor: 0.02,
  test: "means",
  p: 0.001,
  verdict: "regressed",
  unconfirmed: false,
  reason: "it is higher",
  ...changes
})

/** Makes the report of a night that has ended. */
export const report = (changes: Partial<NightReport> = {}): NightReport => ({
  format: "ballast.nightly/1",
  comparisons: [row(), row({ metric: "accuracy", verdict: "same", reason: "chance" }), row({ metric: null, verdict: "new", arm: "bare" })],
  verdict: "regressed",
  night: "mx1",
  started: 0,
  ended: 1,
  origin: { commit: "c".repeat(40), dirty: null, ballast: "0.1.0" },
  launches: [{ experiment: "cold", launch: "mx2", repeat: true }],
  runs: { ended: 10, all: 10 },
  failed: [{ run: "mx2-1", experiment: "cold", arm: "clip", seed: 3, fault: "the loss is NaN" }],
  broken: [{ file: "experiments/torn.ts", message: "it does not load" }],
  ...changes
})

/** What a stranger could call things. */
export const hostile = `</testcase><script>alert("1")</script> | @team \u0000\uffff &amp; \``
