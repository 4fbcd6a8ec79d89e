import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as History from "../../../runtime/run/History.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import { stepEvent } from "../report/events.ts"
import { accepted, record } from "./states.ts"
import { inTemporaryFolder } from "./temporary.ts"

const step = (step: number, finite = true): string => EventLog.encode(stepEvent(step, { attempt: 2, finite }))

describe("History", () => {
  it.effect("knows nothing of a run that was not begun", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => assert.deepStrictEqual(History.read(folder), { past: [], attempted: 0, token: null }))))

  it.effect("tells of an attempt whose processes were ended as far as its events do, and keeps that", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const [one, two] = [1, 2].map((number) => RunFolder.attemptOf(folder, number))
        if (one === undefined || two === undefined) return assert.fail()
        const first = record({ number: 1, status: "failed" })
        RunFolder.write(RunFolder.recordFile(one), first)
        accepted(folder, 2, 5)
        fs.mkdirSync(two, { recursive: true })
        fs.writeFileSync(RunFolder.events(two), `${[step(5), step(6), step(7, false)].join("\n")}\n{"torn`)
        const { attempted, past, token } = History.read(folder)
        assert.deepStrictEqual([attempted, token], [2, "token 2"])
        assert.deepStrictEqual(past[0], first)
        const [, second] = past
        assert.deepStrictEqual(
          [second?.result.number, second?.result.from, second?.result.status, second?.outcome.steps, second?.next],
          [2, 5, "interrupted", 7, null]
        )
        assert.deepStrictEqual(second?.result.remarks.slice(0, 1), ["a remark"])
        assert.match(second?.result.remarks[1] ?? "", /broken off without a word/)

        History.keep(folder, past)
        assert.deepStrictEqual(RunFolder.record(one), first)
        accepted(folder, 3, 7)
        assert.deepStrictEqual(History.read(folder).past.map(({ result }) => result.number), [1, 2, 3])
      })
    ))
})
