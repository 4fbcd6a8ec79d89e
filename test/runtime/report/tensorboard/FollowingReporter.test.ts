import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import * as EventFile from "../../../../runtime/report/tensorboard/EventFile.ts"
import * as EventFiles from "../../../../runtime/report/tensorboard/EventFiles.ts"
import * as FollowingReporter from "../../../../runtime/report/tensorboard/FollowingReporter.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import * as Checkpoint from "../../../../runtime/train/Checkpoint.ts"
import * as Fence from "../../../../runtime/train/Fence.ts"
import * as Inspection from "../../../../runtime/train/Inspection.ts"
import { attemptResult, runResult } from "../../run/results.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"
import { inspect } from "../../train/inspections.ts"
import { checkpointEvent, evalEvent, statusEvent, stepEvent } from "../events.ts"
import { log, noting, runIn, telling } from "../reporting.ts"
import { checkpointOf, valuesOf } from "./checkpoints.ts"

const bytesIn = (folder: string): ReadonlyArray<Buffer> =>
  fs.readdirSync(folder).toSorted().map((name) => fs.readFileSync(path.join(folder, name)))

const following = (heard: Array<string>) => FollowingReporter.layer.pipe(Layer.provide(noting(heard)))

const first = [0, 1, 2].map((step) => ({ ...stepEvent(step), at: 1_700_000_000_000 + step }))
const second = [2, 3].map((step) => ({ ...stepEvent(step, { attempt: 2 }), at: 1_700_000_005_000 + step }))
const end = [{ ...evalEvent(4, { attempt: 2 }), at: 1_700_000_006_000 }, { ...statusEvent(4, "succeeded"), attempt: 2, at: 1_700_000_007_000 }]

describe("FollowingReporter", () => {
  it.effect("leaves beside every attempt's events what is written of them anew, pictures too", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const heard: Array<string> = []
        const run = { ...runIn(folder), id: runResult().id }
        const attempts = [1, 2].map((number) => RunFolder.attemptOf(folder, number))
        const [, last = ""] = attempts
        yield* Effect.promise(async () => fs.promises.mkdir(last, { recursive: true }))
        yield* Inspection.keep({ directory: last, token: "t" }, inspect([1, 2]))
        yield* telling(following(heard), (reporter) => {
          reporter.launched("e", "l", [run])
          reporter.begins(run, { number: 1, from: 0, remarks: [] })
          log(folder, first)
          reporter.event(stepEvent(2), run)
          reporter.decided(run, attemptResult(), { kind: "diagnose" })
          reporter.begins(run, { number: 2, from: 2, remarks: [] })
          log(folder, [...second, ...end], 2)
          for (const event of end) reporter.event(event, run)
          reporter.ended(runResult({ directory: folder }))
        })
        assert.deepStrictEqual(heard, ["launched", "begins", "step", "decided", "begins", "eval", "status", "ended"])
        const followed = attempts.map((attempt) => bytesIn(EventFile.folder(attempt)))
        assert.deepStrictEqual(followed.map(({ length }) => length), [1, 1])
        assert.include(followed[1]?.[0]?.toString("latin1"), "detections/2")
        // An attempt's record says where it began.
        RunFolder.write(RunFolder.recordFile(last), { result: attemptResult({ number: 2, from: 2 }) })
        const anew = yield* Effect.promise(() => EventFiles.write(folder, null))
        assert.deepStrictEqual(anew.map((file) => path.dirname(file)), attempts.map((attempt) => EventFile.folder(attempt)))
        assert.deepStrictEqual(attempts.map((attempt) => bytesIn(EventFile.folder(attempt))), followed)
      })
    ), 30_000)

  it.effect("fails no training where an event file cannot be written", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const heard: Array<string> = []
        const run = { ...runIn(folder), id: runResult().id }
        log(folder, first)
        fs.writeFileSync(EventFile.folder(RunFolder.attemptOf(folder, 1)), "in the way")
        yield* telling(following(heard), (reporter) => {
          reporter.begins(run, { number: 1, from: 0, remarks: [] })
          reporter.event(statusEvent(3, "succeeded"), run)
          reporter.ended(runResult({ directory: folder }))
        })
        assert.deepStrictEqual(heard, ["begins", "status", "ended"])
      })
    ))

  it.effect("writes nothing into an attempt that another process has taken over", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const run = { ...runIn(folder), id: runResult().id }
        const attempt = RunFolder.attemptOf(folder, 1)
        let before: ReadonlyArray<Buffer> = []
        yield* telling(following([]), (reporter) => {
          reporter.begins(run, { number: 1, from: 0, remarks: [] })
          Fence.raise(attempt, "ours")
          log(folder, first)
          reporter.event(stepEvent(2), run)
          reporter.decided(run, attemptResult(), { kind: "diagnose" })
          before = bytesIn(EventFile.folder(attempt))
          Fence.raise(attempt, "another's")
          log(folder, [...first, ...end])
          reporter.event(statusEvent(4, "succeeded"), run)
          reporter.ended(runResult({ directory: folder }))
        })
        assert.isAbove(before[0]?.length ?? 0, 0)
        assert.deepStrictEqual(bytesIn(EventFile.folder(attempt)), before)
      })
    ))
})

describe("EventFiles", () => {
  it.effect("lays a run's attempts together in a folder, in the place of those that lie there", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const [run, to] = [path.join(folder, "run"), path.join(folder, "to")]
        log(run, first)
        log(run, second, 2)
        fs.mkdirSync(to)
        const kept = ["events.out.tfevents.1600000000.r1.0003", "notes.txt"]
        const old = ["events.out.tfevents.1600000000.r1.0001", "events.out.tfevents.1600000000.r1.0002"]
        for (const name of [...kept, ...old]) fs.writeFileSync(path.join(to, name), "")
        const files = yield* Effect.promise(() => EventFiles.write(run, to))
        const names = ["events.out.tfevents.1700000000.r1.0001", "events.out.tfevents.1700000005.r1.0002"]
        assert.deepStrictEqual(files, names.map((name) => path.join(to, name)))
        assert.deepStrictEqual(fs.readdirSync(to).toSorted(), [...kept, ...names].toSorted())
      })
    ))

  it.effect("keeps what it held of the weights of checkpoints that are gone by now", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const attempt = RunFolder.attemptOf(folder, 1)
        const steps = [2, 300, 70_000]
        const told = steps.flatMap((step, index) =>
          [stepEvent(step - 1), checkpointEvent(step)].map((event, place) => ({ ...event, at: 1_700_000_000_000 + 10 * index + place }))
        )
        for (const step of steps) {
          yield* checkpointOf(attempt, step, [{ name: "head.out.weight", shape: [40], data: valuesOf(40, 1, step) }])
        }
        log(folder, told)
        const write = (to: string | null) => Effect.map(Effect.promise(() => EventFiles.write(folder, to)), ([file = ""]) => fs.readFileSync(file))
        const whole = yield* write(null)
        for (const step of [2, 70_000]) fs.rmSync(path.join(RunFolder.checkpoints(attempt), Checkpoint.directoryName(step)), { recursive: true })
        assert.isTrue((yield* write(path.join(folder, "elsewhere"))).equals(whole))
        assert.isTrue((yield* write(null)).equals(whole))
        // Where there was no file, there is what the last checkpoint has.
        fs.rmSync(EventFile.folder(attempt), { recursive: true })
        const without = yield* write(null)
        assert.strictEqual(without.toString("latin1").split("weights/head").length, 2)
      })
    ))

  it.effect("writes none of an attempt that has told nothing", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        fs.mkdirSync(RunFolder.attemptOf(folder, 1), { recursive: true })
        assert.deepStrictEqual(yield* Effect.promise(() => EventFiles.write(folder, null)), [])
      })
    ))

  it("names a run's folder by its arm, without what a path would read", () => {
    assert.strictEqual(EventFiles.folderName({ id: "r1", arm: "clip/../é +2", seed: 3 }), "r1 clip_.._é +2 seed 3")
  })
})
