import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Wasm from "../../../runtime/engine/wasm/Backend.ts"
import * as WasmKernels from "../../../runtime/engine/wasm/Kernels.ts"
import * as EagerStep from "../../../runtime/step/EagerStep.ts"
import type { Kernels } from "../../../runtime/step/Kernels.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import * as Keeper from "../../../runtime/train/Keeper.ts"
import { Tally } from "../../../runtime/train/Tally.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { batchOf, scalarsOf, tiny } from "../step/classifier.ts"
import { cursor } from "./cursors.ts"

describe("Keeper", () => {
  let kernels: Kernels
  beforeAll(async () => {
    kernels = WasmKernels.make(await Wasm.load())
  })

  /** A training whose time can be turned on at will. */
  const begin = Effect.fnUntraced(function*(folder: string, changes: Partial<Keeper.Options> = {}) {
    const step = EagerStep.make(tiny, kernels)
    const tally = new Tally()
    const said: Array<string> = []
    let [done, clock, best] = [0, 0, null as number | null]
    const measured = { map: null, map50: null, accuracy: 1 }
    const keeper = yield* Keeper.make({
      step,
      tally,
      directory: folder,
      keep: null,
      cursor: () => ({ ...cursor, step: done, best: best === null ? null : { step: best, measured } }),
      onCheckpoint: (directory) => said.push(path.basename(directory)),
      onUnsafe: (why) => said.push(why),
      writeFile: () => Checkpoint.writeDurably,
      guard: () => undefined,
      now: () => clock,
      ...changes
    })
    return {
      keeper,
      said,
      step,
      take: (steps: number, milliseconds: number) => {
        for (let index = 0; index < steps; index++) {
          tally.add(step.run(batchOf(done), scalarsOf(tiny)))
          done += 1
        }
        clock += milliseconds
      },
      mark: () => {
        best = done
      }
    }
  })

  const kept = (folder: string): ReadonlyArray<string> => fs.existsSync(folder) ? fs.readdirSync(folder).toSorted() : []

  it.effect("keeps a snapshot of the beginning and of later steps, with all that belongs to them", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { keeper, step, take } = yield* begin(folder)
      for (let index = 0; index < 3; index++) {
        take(10, 100)
        yield* keeper.keep(false)
      }
      const snapshots = keeper.snapshots()
      assert.deepStrictEqual(snapshots.map(({ cursor }) => cursor.step), [0, 10, 20, 30])
      assert.deepStrictEqual(snapshots.map(({ history }) => history.losses.length), [0, 10, 20, 30])
      assert.deepStrictEqual(snapshots.map(({ state }) => state.updates), [0, 10, 20, 30])
      assert.deepStrictEqual(snapshots.at(-1)?.state, step.read())
      assert.notDeepEqual(snapshots[0]?.state.parameters, snapshots[1]?.state.parameters)
      assert.deepStrictEqual(kept(folder), [])
    })))

  it.effect("writes a recovery checkpoint after 5 seconds and every 5 from there on, keeps two, and removes them at the end", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const recovery = path.join(folder, "recovery")
      const { keeper, take } = yield* begin(folder)
      take(1, 4999)
      yield* keeper.keep(false)
      assert.deepStrictEqual(kept(recovery), [])
      take(1, 1)
      yield* keeper.keep(false)
      assert.deepStrictEqual(kept(recovery), ["step-000002"])
      take(1, 4999)
      yield* keeper.keep(false)
      assert.deepStrictEqual(kept(recovery), ["step-000002"])
      for (let index = 0; index < 3; index++) {
        take(1, 5000)
        yield* keeper.keep(false)
      }
      assert.deepStrictEqual(kept(recovery), ["step-000005", "step-000006"])
      assert.strictEqual((yield* Checkpoint.read(path.join(recovery, "step-000006"))).history.norms.length, 6)
      yield* keeper.done
      assert.deepStrictEqual(kept(folder), [])
    })))

  it.effect("counts a checkpoint of the recipe as one to recover from", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { keeper, said, take } = yield* begin(folder)
      take(1, 5000)
      yield* keeper.keep(true)
      take(1, 100)
      yield* keeper.keep(false)
      assert.deepStrictEqual([said, kept(path.join(folder, "recovery"))], [["step-000001"], []])
    })))

  it.effect("keeps the newest checkpoints and the best, and writes the last one once", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { keeper, mark, said, take } = yield* begin(folder, { keep: 2 })
      for (let index = 0; index < 5; index++) {
        take(1, 1)
        if (index === 1) mark()
        yield* keeper.keep(true)
      }
      yield* keeper.last
      take(1, 1)
      yield* keeper.last
      assert.deepStrictEqual(said.slice(-2), ["step-000005", "step-000006"])
      assert.deepStrictEqual(kept(path.join(folder, "checkpoints")), ["step-000002", "step-000005", "step-000006"])
    })))

  it.effect("fails at a state that is not finite, keeps nothing of it, and knows until when it was", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { keeper, step, take } = yield* begin(folder)
      take(10, 100)
      yield* keeper.keep(true)
      const state = step.read()
      const variance = state.buffers.find(({ name }) => name.endsWith(".variance"))
      variance?.data.fill(NaN, 0, 1)
      take(2, 1)
      assert.isNull(keeper.goodUntil())
      step.write({ ...state, buffers: state.buffers })
      const fault = yield* Effect.flip(keeper.keep(true))
      assert.deepInclude(fault, { _tag: "NonFinite", step: 11 })
      assert.strictEqual(fault.message, `after step 11 the running variance \`${variance?.name}\` is not finite`)
      assert.strictEqual(keeper.goodUntil(), 10)
      assert.deepStrictEqual(kept(path.join(folder, "checkpoints")), ["step-000010"])
      assert.deepStrictEqual(keeper.snapshots().map(({ cursor }) => cursor.step), [0, 10])
    })))

  it.effect("trains on without a recovery checkpoint that there is no room for, and says so", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      fs.writeFileSync(path.join(folder, "recovery"), "in the way")
      const { keeper, said, take } = yield* begin(folder)
      take(1, 5000)
      yield* keeper.keep(false)
      assert.match(said.join(), /the checkpoint was not written to .*recovery/)
    })))

  it.effect("ends where another process has taken the attempt over", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const guard = (): void => {
        throw new Error("another process has taken over this attempt")
      }
      const { keeper, take } = yield* begin(folder, { guard })
      take(1, 5000)
      const fault = yield* Effect.flip(keeper.keep(false))
      assert.deepInclude(fault, { _tag: "WorkerLost", message: "another process has taken over this attempt" })
    })))
})
