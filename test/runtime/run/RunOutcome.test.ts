import { assert, describe, it } from "@effect/vitest"
import * as RunOutcome from "../../../runtime/run/RunOutcome.ts"
import type { AttemptRecord } from "../../../runtime/run/AttemptRecord.ts"
import { fault, record, remedied, remedy } from "./states.ts"

const run = { id: "l-1", arm: "a", seed: 0, steps: null, directory: "/runs/l-1" }

const of = (...records: ReadonlyArray<AttemptRecord>) => RunOutcome.of(run, 40, records)

const again = { kind: "again", after: 1, try: 1, of: 5 } as const
const lost = record({ number: 1, status: "failed", fault: fault({ tag: "WorkerLost" }) }, again)
const exploded = record({ number: 1, status: "failed", fault: fault(), remedy: remedy(4) }, remedied(null))
const succeeded = record({ number: 2, status: "succeeded" })

describe("RunOutcome", () => {
  it("counts what the machine broke off apart from what a remedy changed", () => {
    const { infrastructure, remedied: changed, status } = of(lost, succeeded)
    assert.deepStrictEqual([status, infrastructure, changed], ["succeeded", 1, false])
    const cured = of(exploded, succeeded)
    assert.deepStrictEqual([cured.status, cured.infrastructure, cured.remedied], ["succeeded", 0, true])
    const unchanged = record({ status: "failed", fault: fault(), remedy: { change: "the same again", fields: [], engine: null, from: 3 } }, remedied(null))
    assert.isFalse(of(unchanged, succeeded).remedied)
    const elsewhere = { change: "another engine", fields: [], engine: "wasm", from: 3 } as const
    assert.isTrue(of(record({ status: "failed", fault: fault(), remedy: elsewhere }, remedied(null)), succeeded).remedied)
  })

  it("takes a run for interrupted that was not begun, or was to go on when somebody wished to stop", () => {
    for (const records of [[], [lost], [exploded], [record({ status: "failed", fault: fault() })], [record({ status: "interrupted" })]]) {
      assert.strictEqual(of(...records).status, "interrupted")
    }
    assert.strictEqual(of(record({ status: "failed", fault: fault() }, { kind: "stop", reason: "" })).status, "failed")
  })

  it("judges a run that was begun anew by what came after that", () => {
    const anew = { ...exploded, next: { kind: "restart" } } as const
    assert.isFalse(of(anew, succeeded).remedied)
    assert.strictEqual(of(anew, succeeded).attempts.length, 2)
  })
})
