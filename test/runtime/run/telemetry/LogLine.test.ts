import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as LogLine from "../../../../runtime/run/telemetry/LogLine.ts"
import * as hostile from "./hostile.ts"

const entry: LogLine.Entry = {
  at: new Date("2026-03-04T05:06:07.089Z"),
  level: "warn",
  message: "the lease is nearly over",
  about: { run: "mwvd5vx3i5-1", attempt: 2, arm: "clip + warmup", loss: "NaN" },
  cause: null
}

const escape = String.fromCharCode(27)

const entries = fc.record({
  at: fc.constant(entry.at),
  level: fc.constantFrom("debug", "info", "error"),
  message: hostile.text,
  about: fc.dictionary(hostile.text, fc.oneof(hostile.text, fc.integer())),
  cause: fc.option(hostile.text)
})

describe("LogLine.json", () => {
  it("is one object with the fields of what it is about beside its own", () => {
    assert.strictEqual(
      LogLine.json(entry),
      `{"timestamp":"2026-03-04T05:06:07.089Z","level":"warn","message":"the lease is nearly over",`
        + `"run":"mwvd5vx3i5-1","attempt":2,"arm":"clip + warmup","loss":"NaN"}\n`
    )
    const failed = JSON.parse(LogLine.json({ ...entry, cause: "Error: no\n  at x" })) as Record<string, unknown>
    assert.strictEqual(failed["cause"], "Error: no\n  at x")
  })

  it("is one line whatever names say, and tells them as they are", () => {
    fc.assert(fc.property(entries, (one) => {
      const line = LogLine.json(one)
      assert.deepStrictEqual(line.split(/[\p{Cc}\p{Zl}\p{Zp}]/u).length, 2)
      const read = JSON.parse(line) as Record<string, unknown>
      assert.strictEqual(read["message"], one.message)
      assert.strictEqual(read["level"], one.level)
      assert.strictEqual(read["timestamp"], one.at.toISOString())
      for (const [name, value] of Object.entries(one.about)) {
        if (!["timestamp", "level", "message", "cause"].includes(name)) assert.strictEqual(read[name], value)
      }
    }))
  })

  it("lets no field take the place of its own", () => {
    const forged = { timestamp: "1970", level: "debug", message: "all is well" }
    const read = JSON.parse(LogLine.json({ ...entry, about: forged })) as Record<string, unknown>
    assert.deepStrictEqual(read, { timestamp: entry.at.toISOString(), level: "warn", message: entry.message })
  })
})

describe("LogLine.text", () => {
  it("is a line for a person", () => {
    assert.match(
      LogLine.text(entry, false),
      /^\d\d:06:07 warn {2}the lease is nearly over {2}run=mwvd5vx3i5-1 attempt=2 arm="clip \+ warmup" loss=NaN\n$/
    )
    assert.include(LogLine.text(entry, true), `${escape}[33mwarn ${escape}[0m`)
    assert.match(LogLine.text({ ...entry, about: {} }, false), /over\n$/)
  })

  it("lets only its own first line begin at the margin, and no escape in", () => {
    fc.assert(fc.property(entries, (one) => {
      const text = LogLine.text(one, false)
      const [first = "", ...below] = text.slice(0, -1).split("\n")
      assert.match(first, /^\d\d:\d\d:\d\d \w+ /)
      assert.isTrue(below.every((line) => line.startsWith("    ")))
      assert.strictEqual(below.length, one.cause === null ? 0 : one.cause.split("\n").length)
      assert.notInclude(text, escape)
    }))
  })
})
