import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Zone from "../../../../runtime/run/trigger/Zone.ts"
import * as Scan from "./scan.ts"

const { day, hour, minute } = Scan

const moments = fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2037, 0) })
const zones = fc.constantFrom("Asia/Kolkata", "Africa/Casablanca", ...Scan.changes.map(([zone]) => zone))

describe("Zone.offset", () => {
  it("is the distance between what clocks show and UTC", () => {
    fc.assert(fc.property(zones, moments, (timeZone, moment) => {
      const at = moment - moment % minute
      assert.strictEqual(at + Zone.offset(timeZone, at), Scan.shown(timeZone, at))
    }))
  })
})

describe("Zone.format", () => {
  it("writes a moment as clocks show it, with their distance from UTC", () => {
    assert.strictEqual(Zone.format("UTC", 0), "1970-01-01T00:00:00.000+00:00")
    assert.strictEqual(Zone.format("Australia/Lord_Howe", Date.UTC(2025, 6, 1)), "2025-07-01T10:30:00.000+10:30")
    fc.assert(fc.property(zones, moments, (timeZone, moment) => {
      assert.strictEqual(Date.parse(Zone.format(timeZone, moment)), moment)
    }))
  })
})

describe("Zone.first and Zone.last", () => {
  const found = (timeZone: string, from: number, until: number) =>
    [Zone.first(timeZone, from, until), Zone.last(timeZone, from, until)]

  it("find a change to the millisecond, after the one end and up to the other", () => {
    for (const [timeZone, moment] of Scan.changes) {
      const at = Date.parse(moment)
      const change = { at, before: Zone.offset(timeZone, at - 1), after: Zone.offset(timeZone, at) }
      assert.notStrictEqual(change.before, change.after)
      const around = [[at - 1, at], [at - 40 * day, at + 40 * day], [at - hour, at], [at - 1, at + day]] as const
      for (const [from, until] of around) {
        assert.deepStrictEqual(found(timeZone, from, until), [change, change])
      }
      for (const [from, until] of [[at, at + 40 * day], [at - 40 * day, at - 1], [at, at], [at, at - day]] as const) {
        assert.deepStrictEqual(found(timeZone, from, until), [null, null])
      }
    }
    assert.deepStrictEqual(found("UTC", 0, Date.UTC(2030, 0)), [null, null])
  })

  it("find the nearest of several", () => {
    const [first, last] = found("Europe/Berlin", Date.UTC(2024, 0), Date.UTC(2026, 0))
    assert.deepStrictEqual([first?.at, last?.at], [Date.UTC(2024, 2, 31, 1), Date.UTC(2025, 9, 26, 1)])
    // Two changes that undo each other, a week apart.
    const [spring, autumn] = found("America/Recife", Date.UTC(2000, 9, 7, 12), Date.UTC(2000, 9, 15, 12))
    assert.deepStrictEqual([spring?.at, autumn?.at], [Date.UTC(2000, 9, 8, 3), Date.UTC(2000, 9, 15, 2)])
  })
})
