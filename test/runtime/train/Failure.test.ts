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

  it("blames the host, and not the engine, where a file cannot be written or read", () => {
    const cases = [
      ["ENOSPC: no space left on device, write", "the disk is full"],
      ["EDQUOT: disk quota exceeded, mkdir '/runs/r'", "the disk is full"],
      ["EIO: i/o error, fsync", "the disk fails"],
      ["EROFS: read-only file system, open 'events.jsonl'", "the disk fails"],
      ["EFBIG: file too large, write", "the disk fails"]
    ]
    for (const [message = "", what] of cases) {
      const fault = Failure.thrown(new Error(message), "wasm", 7)
      assert.deepInclude(fault, { _tag: "WorkerLost", message: `${what}: ${message}` })
      assert.isTrue(Failure.isOfDisk({ tag: fault._tag, message: fault.message }))
    }
    assert.isFalse(Failure.isOfDisk({ tag: "WorkerLost", message: "the engine's process ended by SIGKILL" }))
    assert.isFalse(Failure.isOfDisk({ tag: "DataFault", message: "EIO: i/o error, read" }))
    assert.strictEqual(Failure.thrown("no kernel for EIOU", "wasm", null)._tag, "EngineFault")
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
