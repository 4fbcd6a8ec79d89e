import { assert, describe, it } from "@effect/vitest"
import { DataFault, NonFinite, WorkerLost } from "../../../dsl/Fault.ts"
import * as Failure from "../../../runtime/train/Failure.ts"

describe("Failure", () => {
  it("tells a full memory from an engine that fails, by what is said", () => {
    const full = [
      "OOM when allocating tensor with shape[64,640,640,16]",
      "RESOURCE_EXHAUSTED: failed to allocate memory",
      "std::bad_alloc",
      "out of memory: the wasm heap is full",
      "Array buffer allocation failed"
    ]
    for (const message of full) {
      assert.deepInclude(Failure.thrown(new Error(message), "wasm", 7), { _tag: "OutOfMemory", step: 7 })
    }
    const fault = Failure.thrown(new Error("no kernel for ROOM"), "wasm", 7)
    assert.deepInclude(fault, { _tag: "EngineFault", engine: "wasm", message: "no kernel for ROOM" })
    assert.deepInclude(Failure.thrown("a text", "wasm", 7), { _tag: "EngineFault", message: "a text" })
  })

  it("has nothing to replay of what the machine did", () => {
    assert.isTrue(Failure.leavesIncident(new DataFault({ sample: null, message: "" })))
    assert.isFalse(Failure.leavesIncident(new WorkerLost({ exitCode: 1, signal: null, message: "" })))
  })

  it("looks for the beginning of what numbers came to, and of nothing else", () => {
    assert.isTrue(Failure.builtUp(new NonFinite({ step: 1, loss: NaN, gradNorm: NaN, message: "" })))
    assert.isFalse(Failure.builtUp(new DataFault({ sample: null, message: "" })))
  })
})
