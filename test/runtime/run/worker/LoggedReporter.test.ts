import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Decision, Reporter } from "../../../../runtime/run/Reporter.ts"
import * as Log from "../../../../runtime/run/telemetry/Log.ts"
import * as LoggedReporter from "../../../../runtime/run/worker/LoggedReporter.ts"
import { evalEvent, statusEvent, stepEvent } from "../../report/events.ts"
import { attemptResult, failedRun } from "../results.ts"

const run = { id: "r1", arm: "clip", seed: 3, directory: "/runs/r1" }

/** Lists the lines that come of what a reporter hears. */
const logged = (tell: (reporter: Reporter["Service"]) => void) =>
  Effect.suspend(() => {
    let text = ""
    const log = Log.layer({ format: "json", terminal: false, colour: false, write: (more) => text += more })
    return Effect.map(Reporter, tell).pipe(
      Effect.andThen(Effect.sleep("10 millis")),
      Effect.provide(Layer.provideMerge(LoggedReporter.layer, log)),
      Effect.map(() => text.trimEnd().split("\n").map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>))
    )
  })

describe("LoggedReporter", () => {
  it.live("logs how attempts begin and end, evaluations, and now and then a step", () =>
    Effect.gen(function*() {
      const lines = yield* logged((reporter) => {
        reporter.launched("e", "l", [run])
        reporter.begins(run, { number: 2, from: 100, remarks: ["a checkpoint was refused"] })
        for (const step of [100, 101, 102]) reporter.event(stepEvent(step), run)
        reporter.event(statusEvent(103, "evaluating"), run)
        reporter.event(evalEvent(103), run)
        reporter.ended(failedRun("NonFinite", { ...run, steps: 103 }))
        // The next worker's attempt is another's.
        reporter.event(stepEvent(0), run)
      })
      assert.deepStrictEqual(lines.map(({ message, step }) => [message, step]), [
        ["attempt 2 begins at step 100; a checkpoint was refused", 100],
        ["step", 100],
        ["evaluated", 103],
        ["run failed", undefined],
        ["step", 0]
      ])
      for (const line of lines) assert.deepInclude(line, { run: "r1", arm: "clip", seed: 3 })
      assert.deepInclude(lines[3], { status: "failed", steps: 103, loss: "Infinity" })
    }))

  it.live("logs what is done about a fault", () =>
    Effect.gen(function*() {
      const fault = { tag: "NonFinite", message: "the loss is NaN", step: 7, onset: 7, injected: null }
      const decisions: ReadonlyArray<readonly [Decision, string]> = [
        [{ kind: "diagnose" }, "looking into the fault"],
        [{ kind: "undiagnosed", reason: "no engine" }, "the fault could not be looked into: no engine"],
        [{ kind: "again", after: 10, from: 5, try: 1, of: 3 }, "the same again from step 5, in 10 s (1 of 3)"],
        [{ kind: "remedy", remedy: { change: "half the rate, from step 5", fields: [], engine: null, from: 5 } }, "half the rate, from step 5"],
        [{ kind: "stop", reason: "the recipe stops at NonFinite" }, "no further attempt: the recipe stops at NonFinite"]
      ]
      const lines = yield* logged((reporter) => {
        for (const [decision] of decisions) reporter.decided(run, attemptResult({ number: 4, status: "failed", fault }), decision)
      })
      assert.deepStrictEqual(lines.map(({ message }) => message), decisions.map(([, said]) => said))
      for (const line of lines) assert.deepInclude(line, { run: "r1", attempt: 4, fault: "NonFinite", step: 7 })
    }))
})
