import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type { State } from "../../../runtime/step/Step.ts"
import * as Bundle from "../../../runtime/train/Bundle.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import { recipe } from "../../dsl/recipes.ts"
import { facts } from "../plan/facts.ts"
import { stepEvent } from "../report/events.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { batchOf } from "../step/classifier.ts"
import { cursor } from "./cursors.ts"

const state: State = {
  updates: 5,
  parameters: [{ name: "a.weight", shape: [2], data: Float32Array.of(1, 2) }],
  optimizer: [],
  buffers: [],
  ema: []
}

const at = (step: number): Checkpoint.Checkpoint => ({
  cursor: { ...cursor, step },
  state,
  history: { losses: new Float32Array(step), norms: new Float32Array(step), clipped: new Float32Array(step) }
})

const contents = (changes: Partial<Bundle.Contents> = {}): Bundle.Contents => ({
  document: {
    run: "r1",
    attempt: 1,
    arm: "NaN",
    seed: 3,
    engine: null,
    fault: { tag: "NonFinite", message: "at step 5 the loss is NaN", step: 5, onset: 4, injected: "nan@5" },
    injection: "nan@5",
    onset: 4,
    facts,
    samples: [batchOf(0), batchOf(1)].map(({ epoch, index, samples }) => ({ epoch, index, samples })),
    before: [stepEvent(4), stepEvent(5, { loss: NaN, gradNorm: Infinity, finite: false })]
  },
  recipe,
  batches: [batchOf(0), batchOf(1)],
  present: () => at(5),
  snapshots: () => [at(0), at(4)],
  ...changes
})

describe("Bundle", () => {
  it.effect("reads back what it wrote", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = path.join(folder, "incident")
      assert.isTrue(yield* Bundle.write(directory, contents()))
      assert.deepStrictEqual(fs.readdirSync(folder), ["incident"])
      const bundle = Bundle.read(directory)
      const { format, ...document } = bundle.document
      assert.strictEqual(format, "ballast.bundle/1")
      assert.deepStrictEqual(document, contents().document)
      assert.deepStrictEqual(bundle.recipe, recipe)
      assert.deepStrictEqual(bundle.batches, [batchOf(0), batchOf(1)])
      assert.deepStrictEqual(yield* Checkpoint.read(bundle.at ?? ""), at(5))
      assert.deepStrictEqual(bundle.snapshots.map(({ step }) => step), [0, 4])
      assert.deepStrictEqual(yield* Checkpoint.read(bundle.snapshots[1]?.directory ?? ""), at(4))
    })))

  it.effect("goes without what cannot be had, and without a state that is not finite", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const throws = (): never => {
        throw new Error("no memory is left")
      }
      const poisoned = at(5)
      poisoned.state.parameters[0]?.data.set([NaN])
      const cases = [{ present: throws, snapshots: throws }, { present: () => null }, { present: () => poisoned }]
      for (const [index, without] of cases.entries()) {
        const directory = path.join(folder, String(index))
        assert.isTrue(yield* Bundle.write(directory, contents({ batches: [], snapshots: () => [], ...without })))
        const bundle = Bundle.read(directory)
        assert.deepStrictEqual([bundle.at, bundle.snapshots, bundle.batches], [null, [], []])
        assert.strictEqual(bundle.document.fault.tag, "NonFinite")
      }
      state.parameters[0]?.data.set([1])
    })))

  it.effect("says that there is none where none can be written, and leaves nothing", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      fs.writeFileSync(path.join(folder, "file"), "in the way")
      assert.isFalse(yield* Bundle.write(path.join(folder, "file", "incident"), contents()))
      assert.deepStrictEqual(fs.readdirSync(folder), ["file"])
    })))

  it.effect("refuses what is no bundle, or another version's", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      assert.throws(() => Bundle.read(folder), /holds no incident: bundle.json is missing/)
      yield* Bundle.write(path.join(folder, "incident"), contents())
      const file = path.join(folder, "incident", "bundle.json")
      fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("ballast.bundle/1", "ballast.bundle/9"))
      assert.throws(() => Bundle.read(path.join(folder, "incident")), /its format is ballast.bundle\/9/)
    })))
  it.effect("refuses a document that lacks what a replay takes, and names it", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const directory = path.join(folder, "incident")
      yield* Bundle.write(directory, contents())
      const file = path.join(directory, "bundle.json")
      const { facts: _, ...without } = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>
      fs.writeFileSync(file, JSON.stringify(without))
      assert.throws(() => Bundle.read(directory), /bundle\.json is not what was written: .*facts/)
      fs.writeFileSync(file, "{")
      assert.throws(() => Bundle.read(directory), /bundle\.json cannot be read: /)
      fs.writeFileSync(file, "null")
      assert.throws(() => Bundle.read(directory), /its format is undefined/)
    })))
})
