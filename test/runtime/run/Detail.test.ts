import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Detail from "../../../runtime/run/Detail.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import type { CheckpointEvent, MonitorEvent } from "../../../runtime/train/Event.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import { inTemporaryFolder } from "./temporary.ts"

const written = (step: number): CheckpointEvent => ({
  kind: "checkpoint",
  run: "r",
  attempt: 1,
  step,
  directory: `checkpoints/step-${step}`
})

const watched: MonitorEvent = {
  kind: "monitor",
  run: "r",
  attempt: 1,
  step: 4,
  parts: { box: { total: 2, sections: { neck: 2 } }, class: { total: NaN, sections: { neck: Infinity } } },
  whole: { total: NaN, sections: { neck: NaN } },
  histograms: { neck: { lowest: -3, counts: [1, 0, 2] } },
  seconds: 0.1
}

it.effect("Detail.read knows the checkpoints that are kept, each once, and not those that were removed", () =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    const attempt = RunFolder.attemptOf(folder, 1)
    const kept = (step: number): string => path.join(RunFolder.checkpoints(attempt), `step-${step}`)
    for (const step of [4, 8]) fs.mkdirSync(kept(step), { recursive: true })
    const log = EventLog.open(RunFolder.events(attempt))
    for (const step of [2, 4, 6, 8, 8]) log.append(written(step))
    log.close()
    const { checkpoints } = yield* Detail.read(folder)
    assert.deepStrictEqual(checkpoints, [{ step: 4, directory: kept(4) }, { step: 8, directory: kept(8) }])
  })))

it.effect("Detail.read reads what was watched, and numbers that JSON lacks", () =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    const attempt = RunFolder.attemptOf(folder, 1)
    fs.mkdirSync(attempt, { recursive: true })
    const log = EventLog.open(RunFolder.events(attempt))
    log.append(watched)
    log.close()
    const { events } = yield* Detail.read(folder)
    assert.deepStrictEqual(events, [watched])
  })))

it.effect("Detail.read reads every attempt in turn, and how those ended that have", () =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    for (const attempt of [1, 2, 10]) {
      const directory = RunFolder.attemptOf(folder, attempt)
      fs.mkdirSync(directory, { recursive: true })
      const log = EventLog.open(RunFolder.events(directory))
      log.append({ ...watched, attempt })
      log.close()
      if (attempt < 10) RunFolder.write(RunFolder.recordFile(directory), { result: { number: attempt } })
    }
    const { attempts, events } = yield* Detail.read(folder)
    assert.deepStrictEqual(events.map(({ attempt }) => attempt), [1, 2, 10])
    assert.deepStrictEqual(attempts.map(({ number }) => number), [1, 2])
  })))

it.effect("Detail.read leaves out all that a folder does not have yet", () =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    assert.deepStrictEqual(yield* Detail.read(folder), {
      recipe: null,
      identity: null,
      environment: null,
      events: [],
      attempts: [],
      checkpoints: []
    })
  })))
