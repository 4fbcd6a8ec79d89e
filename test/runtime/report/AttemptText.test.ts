import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as AttemptText from "../../../runtime/report/AttemptText.ts"
import type { AttemptResult } from "../../../runtime/run/Result.ts"
import * as Incidents from "./incidents.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

const { cwd } = Samples
const run = Samples.remedied

const text = (attempt: AttemptResult, columns = 100): string =>
  Texts.plain(AttemptText.of(run, attempt, { columns, cwd }))

describe("AttemptText", () => {
  it("says how an attempt began, and whether that was to the bit", () => {
    const [, second = Samples.attempt, third = Samples.attempt] = run.attempts
    assert.notInclude(text(Samples.attempt), "from step")
    assert.include(text(second), "from step 10, not to the bit: the training has changed since then")
    assert.match(text(third), /from step 70, to the bit\n.*was refused/)
  })

  it("says what a fault was traced to, and by what it was brought about", () => {
    const poisoned = text(Incidents.poisoned, 140)
    assert.include(poisoned, "NonFinite, brought about by --inject bad-image@7")
    assert.include(poisoned, ", row 3 of its labels: its box is 1e30 wide")
    assert.include(poisoned, ".ballast/runs/260309-1405-k3f-1/attempts/1/incident/incident.md")
  })

  it("names what an explanation does not name by itself", () => {
    const { diagnosis } = Incidents.poisoned
    if (diagnosis === null) return
    const explanation = `head.0 fails, and ${Incidents.hostileName} is to blame`
    const told = { ...diagnosis, node: "head.0", direction: "forward", explanation } as const
    assert.deepStrictEqual(AttemptText.diagnosis(told, { message: "it broke" }), [`bad-data: ${explanation}`])
    assert.deepStrictEqual(AttemptText.diagnosis({ ...told, explanation: "it fails" }, { message: "" }).slice(1), [
      "first not finite: head.0, forward",
      `${Incidents.hostileName}, row 3 of its labels: its box is 1e30 wide | not a picture`
    ])
  })

  it("does not say the fault's message twice", () => {
    const { diagnosis } = Incidents.poisoned
    if (diagnosis === null) return
    const said = (explanation: string): string => AttemptText.beyond({ ...diagnosis, explanation }, { message: "at step 3 it broke" })
    assert.strictEqual(said("At step 3 it broke. Half of it cured it."), "Half of it cured it.")
    assert.strictEqual(said("Half of it cured it."), "Half of it cured it.")
    assert.strictEqual(said("At step 3 it broke."), "At step 3 it broke.")
  })

  it("says what follows as a plan's difference, or in words where nothing changes", () => {
    const [first, second] = run.attempts
    assert.strictEqual(first?.remedy && AttemptText.next(2, first.remedy), "attempt 2 from step 10: clip: Clip.off -> Clip.globalNorm(1)")
    assert.strictEqual(second?.remedy && AttemptText.next(3, second.remedy), "attempt 3: the same again from step 70")
    const other = { change: "another engine, from step 3", fields: [], engine: "wasm", from: 3 } as const
    assert.strictEqual(AttemptText.next(2, other), "attempt 2 from step 3: engine: wasm")
  })

  it("counts what a run met on its way", () => {
    assert.strictEqual(AttemptText.count(run), "3, remedied")
    assert.strictEqual(AttemptText.count(Samples.failed), "1")
    assert.deepStrictEqual(AttemptText.remarks(Samples.failed), [])
    assert.deepStrictEqual(AttemptText.remarks({ infrastructure: 2, spikes: 1, skipped: 1 }), [
      "broken off by the machine 2 times",
      "1 spike of loss or norm",
      "1 batch left out"
    ])
  })

  it("fits, whatever it says", () => {
    FastCheck.assert(FastCheck.property(Texts.text, Texts.text, Texts.columns, (one, other, columns) => {
      const { diagnosis } = Incidents.poisoned
      const attempt: AttemptResult = {
        ...Incidents.poisoned,
        diagnosis: diagnosis && { ...diagnosis, explanation: one, node: other, files: [{ file: one, row: 1, reason: other }] },
        fault: { ...Incidents.poisoned.fault, message: one, injected: other },
        exact: { exact: false, reason: one },
        remarks: [other],
        remedy: { change: one, fields: [], engine: null, from: 3 }
      }
      Texts.assertFits(AttemptText.of(run, attempt, { columns, cwd }), columns)
    }))
  })
})
