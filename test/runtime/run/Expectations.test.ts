import { assert, describe, it } from "@effect/vitest"
import * as Expect from "../../../dsl/Expect.ts"
import * as Expectations from "../../../runtime/run/Expectations.ts"
import type { RunResult } from "../../../runtime/run/Result.ts"
import { failedRun, runResult } from "./results.ts"

const arm = (name: string, loss: number, changes: Partial<RunResult> = {}): RunResult =>
  runResult({ arm: name, metrics: { loss, map50: loss / 10, map: loss / 20, accuracy: null, imagesPerSecond: 1, seconds: 1 }, ...changes })

const holds = (expectation: Expect.Expect, ...runs: ReadonlyArray<RunResult>) =>
  Expectations.judge(expectation, runs).holds

describe("Expectations", () => {
  it("takes NaN and divergence for an explosion, and no other fault", () => {
    for (const tag of ["NonFinite", "Diverged"]) assert.isTrue(holds(Expect.diverges("clip"), failedRun(tag)), tag)
    for (const tag of ["WorkerLost", "OutOfMemory", "DataFault", "EngineFault"]) {
      assert.isNull(holds(Expect.diverges("clip"), failedRun(tag)), tag)
      assert.isNull(holds(Expect.finite("clip"), failedRun(tag)), tag)
    }
    assert.isFalse(holds(Expect.diverges("clip"), runResult()))
    assert.isTrue(holds(Expect.finite("clip"), runResult()))
    assert.isFalse(holds(Expect.finite("clip"), failedRun("NonFinite")))
  })

  it("asks it of every seed", () => {
    const [one, two] = [failedRun("NonFinite"), runResult({ seed: 1 })]
    assert.isFalse(holds(Expect.diverges("clip"), one, two))
    assert.isFalse(holds(Expect.finite("clip"), one, two))
    // One seed that decides against it is enough, whatever became of the others.
    assert.isFalse(holds(Expect.diverges("clip"), runResult(), runResult({ seed: 1, status: "interrupted" })))
    assert.isNull(holds(Expect.finite("clip"), runResult(), runResult({ seed: 1, status: "interrupted" })))
  })

  it("decides nothing about arms that did not run, or not to an end", () => {
    const unknown = Expectations.judge(Expect.diverges("bare"), [runResult()])
    assert.deepStrictEqual(unknown, { text: "\"bare\" diverges", holds: null, observed: "the arm did not run" })
    for (const changes of [{ status: "interrupted" }, { partial: true }] as const) {
      assert.isNull(holds(Expect.finite("clip"), runResult(changes)))
      assert.isNull(holds(Expect.loss("clip").below(100), runResult(changes)))
    }
    // An explosion is one however long the run was to be.
    assert.isTrue(holds(Expect.diverges("clip"), failedRun("NonFinite", { partial: true })))
  })

  it("compares means over seeds, an exploded run with an infinite loss and no precision", () => {
    const good = [arm("good", 2), arm("good", 4, { seed: 1 })]
    assert.isTrue(holds(Expect.loss("good").below("bad"), ...good, arm("bad", 3.5)))
    assert.isFalse(holds(Expect.loss("good").below("bad"), ...good, arm("bad", 2.9)))
    assert.isTrue(holds(Expect.loss("good").below("clip"), ...good, failedRun("NonFinite")))
    assert.isTrue(holds(Expect.map50("good").above("clip"), ...good, failedRun("NonFinite")))
    assert.isTrue(holds(Expect.loss("good").below(3.1), ...good))
    assert.isFalse(holds(Expect.loss("good").above(3.1), ...good))
    assert.isNull(holds(Expect.loss("good").below("clip"), ...good, failedRun("WorkerLost")))
    assert.isNull(holds(Expect.loss("good").below("other"), ...good))
    const { observed } = Expectations.judge(Expect.loss("good").below("clip"), [...good, failedRun("NonFinite")])
    assert.strictEqual(observed, "\"good\" 3, \"clip\" infinite")
  })

  it("takes a run that a remedy cured neither for its recipe's nor for one that diverged", () => {
    const cured = arm("clip", 2, { remedied: true })
    assert.isNull(holds(Expect.finite("clip"), cured))
    assert.isFalse(holds(Expect.diverges("clip"), cured))
    assert.isNull(holds(Expect.loss("clip").below(3), cured))
    assert.isNull(holds(Expect.loss("good").below("clip"), arm("good", 1), cured))
    const { observed } = Expectations.judge(Expect.loss("clip").below(3), [cured])
    assert.match(observed, /"clip" has no loss to compare: seed 0 finished on a changed recipe/)
    // What no remedy cured has exploded all the same.
    const lost = failedRun("NonFinite", { remedied: true })
    assert.isTrue(holds(Expect.diverges("clip"), lost))
    assert.isFalse(holds(Expect.finite("clip"), lost))
    assert.isNull(holds(Expect.loss("good").below("clip"), arm("good", 1), lost))
  })

  it("sums up: one that fails decides, one that cannot be judged leaves it open", () => {
    const of = (...all: ReadonlyArray<boolean | null>) =>
      Expectations.verdictOf(all.map((holds) => ({ text: "", observed: "", holds })))
    assert.strictEqual(of(true, null, false), "fails")
    assert.strictEqual(of(true, null), "undecided")
    assert.strictEqual(of(true, true), "holds")
    assert.strictEqual(of(), "holds")
  })

  it("knows which failures were expected", () => {
    const expected = [Expect.diverges("clip")]
    assert.isTrue(Expectations.expectsFailure(expected, failedRun("Diverged")))
    assert.isFalse(Expectations.expectsFailure(expected, failedRun("WorkerLost")))
    assert.isFalse(Expectations.expectsFailure(expected, failedRun("Diverged", { arm: "bare" })))
    assert.isFalse(Expectations.expectsFailure([Expect.finite("clip")], failedRun("Diverged")))
  })
})
