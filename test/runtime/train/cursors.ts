import type { Cursor } from "../../../runtime/train/Cursor.ts"
import * as Divergence from "../../../runtime/train/Divergence.ts"
import * as EarlyStop from "../../../runtime/train/EarlyStop.ts"
import * as Spike from "../../../runtime/train/Spike.ts"

/** Where a training might stand. */
export const cursor: Cursor = {
  step: 500,
  clip: { _tag: "Nothing" },
  divergence: Divergence.start,
  spikes: Spike.start,
  early: EarlyStop.start,
  measured: null,
  best: null,
  stopped: null,
  seed: 3,
  training: "t".repeat(64),
  data: null,
  made: {
    engine: "wasm",
    version: "4.22.0",
    device: "cpu",
    threads: 1,
    mode: "eager",
    ballast: "0.1.0",
    node: "24.1.0",
    platform: "linux-x64",
    processor: "a processor",
    variables: {}
  }
}
