import { assert, describe, it } from "@effect/vitest"
import * as Made from "../../../runtime/train/Made.ts"
import { cursor } from "./cursors.ts"

describe("Made", () => {
  const { made } = cursor

  it("finds no difference between a machine and itself", () => {
    const engine = { engine: "wasm", version: "1", device: "cpu", threads: 1 } as const
    const here = Made.here(engine, { mode: "eager", reason: null })
    assert.isNull(Made.difference(here, JSON.parse(JSON.stringify(here)) as Made.Made))
    assert.match(here.ballast, /^\d+\.\d+\.\d+/)
  })

  it("says what differs that decides the last bits", () => {
    const reasons = [
      [{ threads: 4 }, "the number of the engine's threads was 1 and is 4"],
      [{ version: "5.0.0" }, "the engine's version was 4.22.0 and is 5.0.0"],
      [{ engine: "tensorflow", mode: "session" }, "the engine was wasm and is tensorflow"],
      [{ mode: "session" }, "the way in which steps run was eager and is session"],
      [{ ballast: "0.2.0" }, "Ballast's version was 0.1.0 and is 0.2.0"],
      [{ node: "26.0.0" }, "Node's version was 24.1.0 and is 26.0.0"],
      [{ platform: "linux-arm64" }, "the platform was linux-x64 and is linux-arm64"],
      [{ processor: "another" }, "the processor was a processor and is another"],
      [{ variables: { OMP_NUM_THREADS: "2" } }, "the environment's OMP_NUM_THREADS was not set and is 2"]
    ] as const
    for (const [change, reason] of reasons) assert.strictEqual(Made.difference(made, { ...made, ...change }), reason)
    assert.strictEqual(
      Made.difference({ ...made, variables: { TF_ENABLE_ONEDNN_OPTS: "0" } }, made),
      "the environment's TF_ENABLE_ONEDNN_OPTS was 0 and is not set"
    )
  })

  it("promises nothing of a GPU, even where all is equal", () => {
    const gpu = { ...made, device: "gpu" } as const
    assert.match(Made.difference(gpu, gpu) ?? "", /GPU/)
  })
})
