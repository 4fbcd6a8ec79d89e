import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { AtTimes } from "../../../../dsl/Trigger.ts"
import * as Overlap from "../../../../runtime/run/trigger/Overlap.ts"

const trigger = (overlap: AtTimes["overlap"]) => ({ overlap, timeZone: "Europe/Berlin" })

const policies = ["skip", "wait", "cancel"] as const

const time = (date: number): number => Date.UTC(2025, 9, date, 1)
const launch = (date: number): Overlap.Unended => ({ launch: `L${date}`, at: time(date) })

const none = { submit: [], skip: [], cancel: [] }

describe("Overlap.decide", () => {
  it("launches for a time where nothing goes on, and decides nothing where none is due", () => {
    for (const overlap of policies) {
      const submit = [{ at: time(20), after: [], behind: null }]
      assert.deepStrictEqual(Overlap.decide(trigger(overlap), [], [time(20)]), { ...none, submit })
      assert.deepStrictEqual(Overlap.decide(trigger(overlap), [launch(19)], []), none)
    }
  })

  it("skips a time while an earlier launch goes on, and says which", () => {
    assert.deepStrictEqual(Overlap.decide(trigger("skip"), [launch(19), launch(18)], [time(20), time(21)]), {
      ...none,
      skip: [20, 21].map((date) => ({
        at: time(date),
        reason: `launch L19, of 2025-10-19T03:00:00.000+02:00, has not ended (overlap "skip")`
      }))
    })
  })

  it("queues times behind the launches before, one after the other", () => {
    assert.deepStrictEqual(Overlap.decide(trigger("wait"), [launch(18), launch(19)], [time(20), time(21), time(22)]), {
      ...none,
      submit: [
        { at: time(20), after: ["L18", "L19"], behind: null },
        { at: time(21), after: ["L18", "L19"], behind: time(20) },
        { at: time(22), after: ["L18", "L19"], behind: time(21) }
      ]
    })
  })

  it("queues no more than 100 launches", () => {
    const unended = Array.from({ length: 98 }, (_, place) => ({ launch: `L${place}`, at: place }))
    const { skip, submit } = Overlap.decide(trigger("wait"), unended, [time(20), time(21), time(22)])
    assert.deepStrictEqual(submit.map(({ at }) => at), [time(20), time(21)])
    assert.deepStrictEqual(skip, [{ at: time(22), reason: "100 launches of the trigger have not ended" }])
    const more = [...unended, ...unended].map(({ at }, place) => ({ launch: `L${place}`, at }))
    assert.lengthOf(Overlap.decide(trigger("wait"), more, [time(20)]).submit, 0)
  })

  it("cancels the earlier launches, and begins when they have ended", () => {
    assert.deepStrictEqual(Overlap.decide(trigger("cancel"), [launch(18), launch(19)], [time(20)]), {
      submit: [{ at: time(20), after: ["L18", "L19"], behind: null }],
      skip: [],
      cancel: ["L18", "L19"]
    })
  })

  it("launches for the newest time where only one launch may be", () => {
    for (const overlap of ["skip", "cancel"] as const) {
      assert.deepStrictEqual(Overlap.decide(trigger(overlap), [], [time(21), time(20)]), {
        ...none,
        submit: [{ at: time(21), after: [], behind: null }],
        skip: [{ at: time(20), reason: `2025-10-21T03:00:00.000+02:00 is due as well (overlap "${overlap}")` }]
      })
    }
  })

  const dates = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 8 })

  it("decides on each new time once, in order, and of no launch but those that go on", () => {
    fc.assert(fc.property(fc.constantFrom(...policies), dates, dates, (overlap, going, due) => {
      const unended = going.map(launch)
      const { cancel, skip, submit } = Overlap.decide(trigger(overlap), unended, due.map(time))
      const newer = due.filter((date) => going.every((other) => date > other)).toSorted((left, right) => left - right)
      const decided = [...submit, ...skip].map(({ at }) => at)
      assert.deepStrictEqual(decided.toSorted((left, right) => left - right), newer.map(time))
      const times = submit.map(({ at }) => at)
      assert.deepStrictEqual(times, times.toSorted((left, right) => left - right))
      const ids = unended.map(({ launch }) => launch)
      assert.deepStrictEqual(cancel, overlap === "cancel" && newer.length > 0 ? ids : [])
      submit.forEach(({ after }) => assert.deepStrictEqual(after, ids))
    }))
  })

  it("decides nothing again once its launches are there, as after a crash", () => {
    fc.assert(fc.property(fc.constantFrom(...policies), dates, dates, (overlap, going, due) => {
      const before = going.map(launch)
      const { cancel, submit } = Overlap.decide(trigger(overlap), before, due.map(time))
      fc.pre(submit.length > 0)
      const made = submit.map(({ at }) => ({ launch: `at ${at}`, at }))
      const unended = [...before.filter(({ launch }) => !cancel.includes(launch)), ...made]
      assert.deepStrictEqual(Overlap.decide(trigger(overlap), unended, due.map(time)), none)
    }))
  })
})
