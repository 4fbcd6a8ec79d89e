import { assert, describe, it } from "@effect/vitest"
import * as Unreadable from "../../dsl/Unreadable.ts"

const trap = (): never => {
  throw new Error("a trap")
}

const pathsOf = (value: unknown): ReadonlyArray<string> => Unreadable.find(value).map(({ path }) => path.join("."))

describe("Unreadable.find", () => {
  it("finds nothing in plain values, cycles included", () => {
    const cyclic: Record<string, unknown> = { a: [1, { b: null }], text: "x" }
    cyclic["self"] = cyclic
    for (const value of [undefined, null, 5, "x", trap, cyclic]) assert.deepStrictEqual(pathsOf(value), [])
  })

  it("finds every property that throws, with what it threw", () => {
    const throwing = (key: string) => Object.defineProperty({}, key, { enumerable: true, get: trap })
    const value = Object.assign(throwing("bad"), { fine: 1, list: [0, throwing("x")] })
    assert.deepStrictEqual(pathsOf(value), ["bad", "list.1.x"])
    assert.deepStrictEqual(Unreadable.find(value)[0]?.error, new Error("a trap"))
    assert.deepStrictEqual(pathsOf({ a: new Proxy({}, { ownKeys: trap }) }), ["a"])
  })

  it("ends where a proxy makes up properties without end", () => {
    const endless = (): object =>
      new Proxy({}, {
        ownKeys: () => ["a", "b"],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: endless
      })
    assert.deepStrictEqual(pathsOf(endless()), [])
  })
})
