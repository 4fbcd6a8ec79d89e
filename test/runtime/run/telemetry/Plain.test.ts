import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"
import * as Plain from "../../../../runtime/run/telemetry/Plain.ts"
import * as hostile from "./hostile.ts"

describe("Plain", () => {
  it("keeps what JSON holds, and writes numbers that it lacks as text", () => {
    const value = { a: 1, b: [true, null, "x"], c: { d: -0.5 } }
    assert.deepStrictEqual(Plain.of(value), value)
    const lacking = [NaN, Infinity, -Infinity, 12n, undefined]
    assert.deepStrictEqual(Plain.of(lacking), ["NaN", "Infinity", "-Infinity", "12", null])
  })

  it("never shows a secret, however deep it lies", () => {
    const secret = Redacted.make("hunter2")
    const values = [secret, { deep: [{ secret }] }, Option.some(secret), new Map([["k", secret]]), new Set([secret])]
    for (const value of values) {
      assert.notInclude(JSON.stringify(Plain.of(value)), "hunter2")
      assert.include(JSON.stringify(Plain.of(value)), "<redacted>")
    }
  })

  it("takes users and passwords out of addresses, and values out of settings that name a secret", () => {
    const shown: Readonly<Record<string, string>> = {
      "postgres://ballast:hunter2@db:5432/queue": "postgres://<redacted>@db:5432/queue",
      "postgres://ballast:hun/t@er2@db/queue is not reached": "postgres://<redacted>@db/queue is not reached",
      "at https://ghp_hunter2@example.org/x": "at https://<redacted>@example.org/x",
      "host=db password=hunter2 user=ballast": "host=db password=<redacted> user=ballast",
      "https://example.org/v1?api-key=hunter2&x=1": "https://example.org/v1?api-key=<redacted>&x=1"
    }
    for (const [text, expected] of Object.entries(shown)) assert.strictEqual(Plain.text(text), expected)
    assert.deepStrictEqual(Plain.of({ headers: { Authorization: "Bearer hunter2" }, accessToken: "hunter2" }), {
      headers: { Authorization: "<redacted>" },
      accessToken: "<redacted>"
    })
    for (const text of ["http://127.0.0.1:4318/v1/traces", "step 12: loss 3", "file:///a/b@2.png", "https://h/@scope/p"]) {
      assert.strictEqual(Plain.text(text), text)
    }
  })

  it("bears what cannot be read", () => {
    const circle: Record<string, unknown> = { name: "circle" }
    circle["self"] = circle
    assert.deepStrictEqual(Plain.of(circle), { name: "circle", self: "[circular]" })
    const throwing = {
      get bad(): never {
        throw new Error("no")
      },
      good: 1
    }
    assert.deepStrictEqual(Plain.of(throwing), { bad: "[unreadable]", good: 1 })
    const proxy = new Proxy({}, {
      ownKeys: () => {
        throw new Error("no")
      }
    })
    assert.strictEqual(Plain.of(proxy), "[unreadable]")
    assert.strictEqual(Plain.of(new TypeError("that is no number")), "TypeError: that is no number")
    assert.strictEqual(Plain.of(Symbol("s")), "Symbol(s)")
    assert.strictEqual(Plain.of(() => 1), "[function]")
    assert.strictEqual(Plain.of({ toJSON: (): unknown => new Date(0) }), "1970-01-01T00:00:00.000Z")
    let endless: object = {}
    for (let depth = 0; depth < 50; depth++) endless = { endless }
    assert.include(JSON.stringify(Plain.of(endless)), "[…]")
  })

  it("shortens data to what can be read", () => {
    const weights = Plain.of(new Float32Array(1_000_000)) as ReadonlyArray<Plain.Plain>
    assert.strictEqual(weights.length, 101)
    assert.strictEqual(weights.at(-1), "… 999900 more")
    assert.isBelow(Plain.text("x".repeat(1_000_000)).length, 10_000)
  })

  it("makes of anything what JSON gives back as it is", () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withMap: true, withSet: true }), (value) => {
      const plain = Plain.of(value)
      const text = JSON.stringify(plain)
      assert.strictEqual(JSON.stringify(JSON.parse(text)), text)
    }))
  })

  it("keeps every name of a field as a field", () => {
    fc.assert(fc.property(fc.dictionary(hostile.text, fc.integer()), (fields) => {
      const shown = Plain.fields(fields)
      for (const [name, value] of Object.entries(fields)) assert.strictEqual(shown[Plain.text(name)], value)
    }))
  })
})
