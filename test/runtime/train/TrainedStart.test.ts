import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
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
  it("reads a file whose header is as long as a PyTorch file's first bytes say", () => {
    const found = [[0x50, 0x4b], [0x80, 2]].map(([low = 0, high = 0]) => {
      const length = low + 256 * high
      const header = JSON.stringify({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }).padEnd(length)
      const file = path.join(folder, `header-${length}`)
      fs.writeFileSync(file, Buffer.concat([Buffer.of(low, high, 0, 0, 0, 0, 0, 0), Buffer.from(header), Buffer.alloc(4)]))
      return [...TrainedStart.look("", [file]).shapes]
    })
    assert.deepStrictEqual(found, [[["w", [1]]], [["w", [1]]]])
  })

  it("looks at a file without holding its values", () => {
    const bytes = 512 * 2 ** 20
    const header = JSON.stringify({ w: { dtype: "F32", shape: [bytes / 4], data_offsets: [0, bytes] } }).padEnd(80)
    const file = path.join(folder, "large")
    fs.writeFileSync(file, Buffer.concat([Buffer.of(80, 0, 0, 0, 0, 0, 0, 0), Buffer.from(header)]))
    fs.truncateSync(file, 88 + bytes)
    const before = process.memoryUsage().rss
    const { sha256, shapes } = TrainedStart.look("", [file])
    assert.isBelow(process.memoryUsage().rss - before, bytes / 4)
    assert.deepStrictEqual(shapes.get("w"), [bytes / 4])
    fs.truncateSync(file, 88 + bytes - 1)
    assert.throws(() => TrainedStart.look("", [file]), /large: the file ends within tensor "w"$/)
    fs.rmSync(file)
    assert.match(sha256, /^[0-9a-f]{64}$/)
  })

  it("tells the sum of the whole file, over several pieces of it", () => {
    const file = written("pieces", { name: "w", shape: [700_000], data: Float32Array.from({ length: 700_000 }, Math.sin) })
    const sum = createHash("sha256").update(fs.readFileSync(file)).digest("hex")
    assert.strictEqual(TrainedStart.look("", [file]).sha256, sum)
  })

  it("says of which file it is that it is not there, cannot be read or is too long", () => {
    const file = path.join(folder, "long")
    assert.throws(() => TrainedStart.look("", [file]), `there is no file ${file}`)
    assert.throws(() => TrainedStart.look("", [path.join(written("flat"), "x")]), /^there is no file .*flat\/x$/)
    assert.throws(() => TrainedStart.look("", [`${file}\0`]), / cannot be read: /)
    fs.writeFileSync(file, "")
    fs.truncateSync(file, 2 ** 31)
    assert.throws(() => TrainedStart.look("", [file]), /long has 2\.0 GiB, and files of less than 2 GiB are taken/)
    fs.rmSync(file)
  })
})
