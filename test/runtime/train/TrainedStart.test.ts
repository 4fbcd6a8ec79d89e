import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { NamedTensor, State } from "../../../runtime/step/Step.ts"
import * as Safetensors from "../../../runtime/train/Safetensors.ts"
import * as TrainedStart from "../../../runtime/train/TrainedStart.ts"

const tensor = (name: string, ...data: ReadonlyArray<number>): NamedTensor => ({
  name,
  shape: [data.length],
  data: Float32Array.from(data)
})

const state: State = {
  updates: 0,
  parameters: [tensor("a.weight", 1, 2), tensor("b.bias", 3)],
  optimizer: [tensor("a.weight/momentum", 9, 9)],
  buffers: [tensor("n.mean", 0)],
  ema: [tensor("a.weight", 1, 2), tensor("b.bias", 3), tensor("n.mean", 0)]
}

describe("TrainedStart", () => {
  let folder = ""
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-start-"))
  })
  afterAll(() => fs.rmSync(folder, { recursive: true }))
  const written = (name: string, ...tensors: ReadonlyArray<NamedTensor>): string => {
    const file = path.join(folder, name)
    fs.writeFileSync(file, Safetensors.encode(tensors))
    return file
  }

  it("takes over what fits by address and shape, in weights, statistics and average, and leaves the rest", () => {
    const file = written("fits", tensor("a.weight", 5, 6), tensor("b.bias", 7, 8), tensor("n.mean", 4), tensor("other", 1))
    const start = TrainedStart.look("weights", [file])
    assert.deepStrictEqual(start.shapes.get("b.bias"), [2])
    const { buffers, ema, optimizer, parameters, updates } = TrainedStart.applied(state, start)
    assert.deepStrictEqual(parameters, [tensor("a.weight", 5, 6), tensor("b.bias", 3)])
    assert.deepStrictEqual(buffers, [tensor("n.mean", 4)])
    assert.deepStrictEqual(ema, [tensor("a.weight", 5, 6), tensor("b.bias", 3), tensor("n.mean", 4)])
    assert.deepStrictEqual([optimizer, updates], [state.optimizer, 0])
  })

  it("is decided by every file's content, in their order", () => {
    const [one, two] = [written("one", tensor("a.weight", 5, 6)), written("two", tensor("n.mean", 4))]
    const sums = [[one, two], [two, one], [one]].map((files) => TrainedStart.look("", files).sha256)
    assert.strictEqual(new Set(sums).size, 3)
    assert.deepStrictEqual(TrainedStart.applied(state, TrainedStart.look("", [one, two])).buffers, [tensor("n.mean", 4)])
  })

  it("refuses files that changed after the plan, and what is no safetensors file", () => {
    const file = written("changes", tensor("a.weight", 5, 6))
    const start = TrainedStart.look("the weights", [file])
    written("changes", tensor("a.weight", 5, 7))
    assert.throws(() => TrainedStart.applied(state, start), /the weights have changed/)
    fs.writeFileSync(file, "not a safetensors file at all")
    assert.throws(() => TrainedStart.look("", [file]), /changes: the file ends within its header/)
    for (const magic of [[0x50, 0x4b, 3, 4], [0x80, 2]]) {
      fs.writeFileSync(file, Uint8Array.from([...magic, ...Buffer.alloc(60, 1)]))
      assert.throws(() => TrainedStart.look("", [file]), /changes is a PyTorch file/)
    }
  })
})
