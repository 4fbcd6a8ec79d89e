import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import { Recordings } from "../../../runtime/serve/Recordings.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { steps, tell } from "./serving.ts"

const using = <A>(body: (folder: string, recordings: Recordings["Service"]) => Effect.Effect<A>) =>
  inTemporaryFolder((folder) => Effect.flatMap(Recordings, (recordings) => body(folder, recordings)).pipe(Effect.provide(Recordings.layer)))

describe("Recordings", () => {
  it.live("reads each event once, however often and by however many it is asked at once", () =>
    using((folder, recordings) =>
      Effect.gen(function*() {
        tell(folder, 1, steps(5000))
        const several = yield* Effect.all(Array.from({ length: 5 }, () => recordings.of("a", folder)), { concurrency: "unbounded" })
        for (const { recording } of several) assert.strictEqual(recording.attempts[0]?.steps.length, 5000)
        tell(folder, 1, steps(10, 5000))
        tell(folder, 2, [...steps(3, 5000, 2), { kind: "status", run: "a", attempt: 2, step: 5003, status: "succeeded", detail: null }])
        const { attempt, recording, told } = yield* recordings.of("a", folder)
        assert.deepStrictEqual(recording.attempts.map(({ steps }) => steps.length), [5010, 3])
        assert.deepStrictEqual(told.map(({ kind }) => kind), ["status"])
        assert.strictEqual(attempt, 2)
      })))

  it.live("holds the end of a long log", () =>
    using((folder, recordings) =>
      Effect.gen(function*() {
        tell(folder, 1, Array.from({ length: 1000 }, (_, step) => ({ kind: "checkpoint", run: "a", attempt: 1, step, directory: `step-${step}` }) as const))
        const { told } = yield* recordings.of("a", folder)
        assert.deepStrictEqual([told.length, told.at(-1)?.step], [400, 999])
      })))

  it.live("passes over what is no event of the attempt, however long, and comes to what stands behind it", () =>
    using((folder, recordings) =>
      Effect.gen(function*() {
        tell(folder, 1, steps(2))
        const file = RunFolder.events(RunFolder.attemptOf(folder, 1))
        for (const line of ["x".repeat(3 << 20), `{"kind":"step","attempt":1,"step":2}`, `{"kind":"status"}`]) fs.appendFileSync(file, `${line}\n`)
        tell(folder, 1, [...steps(1, 2, 7), ...steps(1, 2)])
        fs.appendFileSync(file, "y".repeat(3 << 20))
        for (let again = 0; again < 2; again++) {
          const { byte, recording, told } = yield* recordings.of("a", folder)
          assert.deepStrictEqual(recording.attempts.map(({ number, steps }) => [number, steps]), [[1, [0, 1, 2]]])
          assert.deepStrictEqual(told, [])
          assert.isAbove(byte, fs.statSync(file).size - EventLog.longestLine - (1 << 20))
        }
      })))

  it.live("has nothing of a run without a folder", () =>
    using((folder, recordings) =>
      Effect.gen(function*() {
        const { byte, recording } = yield* recordings.of("a", `${folder}/none`)
        assert.deepStrictEqual([recording.attempts, byte], [[], 0])
      })))
})
