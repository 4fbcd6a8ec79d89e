import { assert, describe, it } from "@effect/vitest"
import * as Cron from "effect/Cron"
import * as fc from "fast-check"
import type { AtTimes } from "../../../../dsl/Trigger.ts"
import * as Times from "../../../../runtime/run/trigger/Times.ts"
import * as Scan from "./scan.ts"

const { day, hour, minute } = Scan

const trigger = (
  cron: string,
  timeZone: string,
  catchUp: AtTimes["catchUp"] = "latest"
): Pick<AtTimes, "catchUp" | "cron" | "timeZone"> => ({ cron, timeZone, catchUp })

/** Lists the times after a moment up to another, from the first to the last. */
const forward = (when: Parameters<typeof Times.next>[0], from: number, to: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let at = Times.next(when, from); at <= to; at = Times.next(when, at)) found.push(at)
  return found
}

const backward = (when: Parameters<typeof Times.last>[0], from: number, to: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let at = Times.last(when, to + 1); at > from; at = Times.last(when, at)) found.push(at)
  return found.toReversed()
}

/** Lists what clocks show on a day at which an expression fires; `03:30` for one that came before is `03:30 again`. */
const onDay = (cron: string, timeZone: string, date: string): ReadonlyArray<string> => {
  const noon = Date.parse(`${date}T12:00Z`)
  const clock = (at: number): string => new Date(Scan.shown(timeZone, at)).toISOString()
  const seen = new Set<string>()
  return forward(trigger(cron, timeZone), noon - 2 * day, noon + 2 * day).map(clock).filter((time) => time.startsWith(date))
    .map((time) => {
      const again = seen.has(time) ? " again" : ""
      seen.add(time)
      return `${time.slice(11, 16)}${again}`
    })
}

const moments = fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2037, 0) })
const zones = fc.constantFrom("UTC", "Asia/Kolkata", "Africa/Casablanca", ...new Set(Scan.changes.map(([zone]) => zone)))

describe("Times where clocks are put forward", () => {
  it("fires once for a time that the day does not have, later by as much", () => {
    assert.deepStrictEqual(onDay("30 2 * * *", "Europe/Berlin", "2025-03-30"), ["03:30"])
    assert.deepStrictEqual(onDay("0 2 * * *", "America/New_York", "2025-03-09"), ["03:00"])
    assert.deepStrictEqual(onDay("0 0 * * *", "America/Santiago", "2025-09-07"), ["01:00"])
    assert.deepStrictEqual(onDay("15 2 * * *", "Australia/Lord_Howe", "2025-10-05"), ["02:45"])
    assert.deepStrictEqual(onDay("0 3 30 * *", "Pacific/Apia", "2011-12-31"), ["03:00"])
    assert.deepStrictEqual(onDay("20,35 2 * * *", "Europe/Berlin", "2025-03-30"), ["03:20", "03:35"])
    assert.deepStrictEqual(onDay("20,35 2 * * *", "Australia/Lord_Howe", "2025-10-05"), ["02:35", "02:50"])
  })

  it("fires once where another time falls on the same moment", () => {
    assert.deepStrictEqual(onDay("30 1-4 * * *", "Europe/Berlin", "2025-03-30"), ["01:30", "03:30", "04:30"])
    assert.deepStrictEqual(onDay("*/20 2,3 * * *", "America/New_York", "2025-03-09"), ["03:00", "03:20", "03:40"])
  })

  it("fires where effect's own Cron loses a time", () => {
    const cron = Cron.parseUnsafe("20,35 2 * * *", "Europe/Berlin")
    const [first, second] = forward(trigger("20,35 2 * * *", "Europe/Berlin"), Date.UTC(2025, 2, 30), Date.UTC(2025, 2, 31))
    assert.strictEqual(Cron.next(cron, Date.UTC(2025, 2, 30)).getTime(), first)
    assert.isDefined(first)
    assert.isDefined(second)
    assert.isAbove(Cron.next(cron, first).getTime(), second)
  })
})

describe("Times where clocks are put back", () => {
  it("fires once for a time that the day has twice, the first time", () => {
    for (const [timeZone, cron, at] of [
      ["Europe/Berlin", "30 2 * * *", "2025-10-26T00:30Z"],
      ["America/New_York", "30 1 * * *", "2025-11-02T05:30Z"],
      ["America/Santiago", "30 23 * * *", "2025-04-06T02:30Z"],
      ["Australia/Lord_Howe", "45 1 * * *", "2025-04-05T14:45Z"]
    ] as const) {
      const first = Date.parse(at)
      assert.deepStrictEqual(forward(trigger(cron, timeZone), first - 20 * hour, first + 20 * hour), [first], timeZone)
      const next = first + (timeZone === "Australia/Lord_Howe" ? 24.5 : 25) * hour
      assert.strictEqual(Times.next(trigger(cron, timeZone), first), next)
    }
  })

  it("goes on hour by hour for an expression that takes every hour", () => {
    for (const [timeZone, date, count] of [
      ["Europe/Berlin", "2025-10-26", 25],
      ["Europe/Berlin", "2025-10-27", 24],
      ["Europe/Berlin", "2025-03-30", 23],
      ["America/New_York", "2025-11-02", 25],
      ["America/New_York", "2025-03-09", 23],
      ["America/Santiago", "2025-04-05", 25],
      ["America/Santiago", "2025-09-07", 23]
    ] as const) {
      assert.lengthOf(onDay("0 * * * *", timeZone, date), count, `${timeZone} ${date}`)
      assert.lengthOf(onDay("30 0-23 * * *", timeZone, date), count, `${timeZone} ${date}`)
      const noon = Date.parse(`${date}T12:00Z`)
      const found = forward(trigger("0 * * * *", timeZone), noon - day, noon + day)
      assert.deepStrictEqual(found, Array.from({ length: 48 }, (_, place) => noon - day + (place + 1) * hour))
    }
  })

  it("keeps to what clocks show where half an hour comes twice or not at all", () => {
    const [zone, spring, autumn] = ["Australia/Lord_Howe", "2025-10-05", "2025-04-06"] as const
    assert.deepStrictEqual(onDay("30 * * * *", zone, autumn).slice(0, 4), ["00:30", "01:30", "01:30 again", "02:30"])
    assert.lengthOf(onDay("30 * * * *", zone, autumn), 25)
    assert.deepStrictEqual(onDay("0 * * * *", zone, spring).slice(0, 4), ["00:00", "01:00", "02:30", "03:00"])
    assert.lengthOf(onDay("0 * * * *", zone, spring), 24)
  })
})

describe("Times beside a scan of every minute", () => {
  for (const [timeZone, change] of Scan.changes) {
    it(`agrees around ${change} in ${timeZone}, forwards and backwards`, () => {
      const at = Date.parse(change)
      const [from, to] = [at - 6 * hour, at + 26 * hour]
      const scanned = Scan.scan(timeZone, at - 30 * hour, at + 30 * hour)
      fc.assert(
        fc.property(Scan.daily, (cron) => {
          const expected = Scan.times(cron, scanned).filter((at) => at > from && at <= to)
          assert.deepStrictEqual(forward(trigger(cron, timeZone), from, to), expected, cron)
          assert.deepStrictEqual(backward(trigger(cron, timeZone), from, to), expected, cron)
        }),
        { numRuns: 25 }
      )
    })
  }

  it("agrees on days that are far apart", () => {
    const most = 400
    fc.assert(fc.property(Scan.rare, moments, (cron, moment) => {
      const fires = Scan.matches(cron)
      const minutes = Math.ceil((moment + 1) / minute)
      const within = (place: number, step: number): number | null => {
        const dayOf = Math.floor(minutes * minute / day) * day + step * place * day
        const found = Array.from({ length: day / minute }, (_, index) => dayOf + index * minute)
          .filter((at) => fires(at) && (step > 0 ? at > moment : at < moment))
        return (step > 0 ? found[0] : found.at(-1)) ?? null
      }
      const near = (step: number): number | undefined => {
        for (let place = 0; place < most; place++) {
          const found = within(place, step)
          if (found !== null) return found
        }
        return undefined
      }
      const [after, before] = [near(1), near(-1)]
      const when = trigger(cron, "UTC")
      if (after !== undefined) assert.strictEqual(Times.next(when, moment), after, cron)
      if (before !== undefined) assert.strictEqual(Times.last(when, moment), before, cron)
    }), { numRuns: 20 })
  })

  it("finds leap days, over years that have none", () => {
    const leap = trigger("0 0 29 2 *", "Europe/Berlin")
    const years = forward(leap, Date.UTC(2090, 0), Date.UTC(2110, 0)).map((at) => new Date(at + hour).getUTCFullYear())
    assert.deepStrictEqual(years, [2092, 2096, 2104, 2108])
    assert.strictEqual(Times.last(leap, Date.UTC(2104, 0)), Date.UTC(2096, 1, 28, 23))
    const onSunday = trigger("0 0 29 2 */7", "Europe/Berlin")
    assert.strictEqual(Times.next(onSunday, Date.UTC(2088, 2)), Date.UTC(2128, 1, 28, 23))
    assert.strictEqual(Times.last(onSunday, Date.UTC(2128, 1)), Date.UTC(2088, 1, 28, 23))
  })
})

describe("Times of any expression", () => {
  const any = fc.tuple(fc.oneof(Scan.daily, Scan.rare), zones)

  it("are after or before the moment, each neighbour of the other", () => {
    fc.assert(fc.property(any, moments, ([cron, timeZone], moment) => {
      const when = trigger(cron, timeZone)
      const [next, last] = [Times.next(when, moment), Times.last(when, moment)]
      assert.isAbove(next, moment)
      assert.isBelow(last, moment)
      assert.strictEqual(Times.last(when, next + 1), next)
      assert.isAtMost(Times.last(when, next), moment)
      assert.strictEqual(Times.next(when, last - 1), last)
      assert.isAtLeast(Times.next(when, last), moment)
    }))
  })

  it("never come earlier for a later moment", () => {
    fc.assert(fc.property(any, moments, fc.integer({ min: 0, max: 40 * day }), ([cron, timeZone], moment, further) => {
      const when = trigger(cron, timeZone)
      assert.isAtMost(Times.next(when, moment), Times.next(when, moment + further))
      assert.isAtMost(Times.last(when, moment), Times.last(when, moment + further))
    }))
  })
})

describe("Times.due", () => {
  const since = Date.UTC(2025, 9, 20)
  const nightly = (catchUp: AtTimes["catchUp"]) => trigger("0 3 * * *", "Europe/Berlin", catchUp)
  const at = (date: number): number => Date.UTC(2025, 9, date, 1)

  it("is nothing before the time comes, and that time when it has", () => {
    for (const catchUp of ["latest", "none", "all"] as const) {
      assert.deepStrictEqual(Times.due(nightly(catchUp), { since, now: at(20) - 1 }), {
        fire: [],
        leftOut: null,
        until: at(20) - 1
      })
      assert.deepStrictEqual(Times.due(nightly(catchUp), { since, now: at(20) }), {
        fire: [at(20)],
        leftOut: null,
        until: at(20)
      })
      assert.deepStrictEqual(Times.due(nightly(catchUp), { since: at(20), now: at(20) + hour }).fire, [])
    }
  })

  it("makes up for missed times as it is told, and says what it leaves out", () => {
    const now = at(23) + hour
    const leftOut = (count: number, last: number) => ({ count, more: false, first: at(20), last })
    const found = (["latest", "none", "all"] as const).map((catchUp) => Times.due(nightly(catchUp), { since, now }))
    assert.deepStrictEqual(found, [
      {
        fire: [at(23)],
        leftOut: { ...leftOut(3, at(22)), reason: `catchUp "latest" makes up for the newest of the missed times alone` },
        until: now
      },
      { fire: [], leftOut: { ...leftOut(4, at(23)), reason: `catchUp "none" makes up for no missed time` }, until: now },
      { fire: [at(20), at(21), at(22), at(23)], leftOut: null, until: now }
    ])
  })

  it("takes a time for missed when it is more than five minutes past", () => {
    assert.deepStrictEqual(Times.due(nightly("none"), { since, now: at(20) + 5 * minute }).fire, [at(20)])
    assert.deepStrictEqual(Times.due(nightly("none"), { since, now: at(20) + 5 * minute + 1 }).fire, [])
    const late = Times.due(nightly("none"), { since, now: at(21) + minute })
    assert.deepStrictEqual([late.fire, late.leftOut?.count], [[at(21)], 1])
  })

  it("makes up for the newest 100 at most, and counts what it leaves out as far as that is quick", () => {
    const hourly = trigger("0 * * * *", "UTC", "all")
    const { fire, leftOut } = Times.due(hourly, { since, now: since + 130 * hour })
    assert.deepStrictEqual(fire, Array.from({ length: 100 }, (_, place) => since + (place + 31) * hour))
    assert.deepStrictEqual(leftOut, {
      count: 30,
      more: false,
      first: since + hour,
      last: since + 30 * hour,
      reason: `catchUp "all" makes up for the newest 100 of the missed times`
    })
    const long = Times.due(hourly, { since, now: since + 1101 * hour })
    assert.deepInclude(long.leftOut, { count: 1000, more: true, first: since + hour, last: since + 1001 * hour })
    assert.deepInclude(Times.due(hourly, { since, now: since + 1100 * hour }).leftOut, { count: 1000, more: false })
  })

  it("fires every time once and in order, whenever somebody looks and however clocks are set", () => {
    const looks = fc.array(fc.integer({ min: -5 * hour, max: 9 * hour }), { minLength: 1, maxLength: 12 })
    fc.assert(fc.property(fc.constantFrom(...Scan.changes), Scan.daily, looks, ([timeZone, change], cron, looks) => {
      const when = trigger(cron, timeZone, "all")
      const begin = Date.parse(change) - 8 * hour
      let [now, newest, since] = [begin, begin, begin]
      const fired: Array<number> = []
      for (const look of looks) {
        now += look
        newest = Math.max(newest, now)
        const due = Times.due(when, { since, now })
        if (now < since) assert.deepStrictEqual(due.fire, [])
        fired.push(...due.fire, ...(due.leftOut === null ? [] : [NaN]))
        since = due.until
      }
      fc.pre(!fired.includes(NaN))
      assert.strictEqual(since, newest)
      assert.deepStrictEqual(fired, forward(when, begin, newest))
    }), { numRuns: 60 })
  })
})

describe("Times.describe", () => {
  it("tells of the last time up to now and of the next, in UTC and as clocks show them", () => {
    const berlin = trigger("30 2 * * *", "Europe/Berlin")
    const on29th = { utc: "2025-03-29T01:30:00.000Z", local: "2025-03-29T02:30:00.000+01:00" }
    const on30th = { utc: "2025-03-30T01:30:00.000Z", local: "2025-03-30T03:30:00.000+02:00" }
    assert.deepStrictEqual(Times.describe(berlin, Date.parse(on29th.utc)), { last: on29th, next: on30th })
    const { next } = Times.describe(trigger("30 2 * * *", "UTC"), 0)
    assert.deepStrictEqual(next, { utc: "1970-01-01T02:30:00.000Z", local: "1970-01-01T02:30:00.000+00:00" })
  })
})
