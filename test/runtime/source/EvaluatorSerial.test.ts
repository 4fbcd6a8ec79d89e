import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as EvaluatorSerial from "../../../runtime/source/EvaluatorSerial.ts"

const plain = fc.jsonValue({ maxDepth: 8 }).filter((value) => !JSON.stringify(value).includes("__proto__"))

/** Half a surrogate pair, quotes, line breaks and keys that look like others' are text like any other. */
const text = fc.string({ unit: "binary", maxLength: 20 }).filter((text) => text !== "__proto__")

describe("serialise", () => {
  it("writes plain data as JSON does", () => {
    fc.assert(fc.property(plain, (value) => {
      assert.deepStrictEqual(JSON.parse(EvaluatorSerial.serialise(value)), JSON.parse(JSON.stringify(value)))
    }))
  })

  it("keeps every text, as a value and as a key", () => {
    fc.assert(fc.property(text, text, (key, value) => {
      assert.deepStrictEqual(JSON.parse(EvaluatorSerial.serialise({ [key]: value })), { [key]: value })
    }))
  })

  it("says what is no plain data, and where", () => {
    const messageOf = (value: unknown): string => {
      try {
        return EvaluatorSerial.serialise(value)
      } catch (cause) {
        return (cause as Error).message
      }
    }
    const cycle: { again?: unknown } = {}
    cycle.again = cycle
    const holes: Array<number> = []
    holes[4_294_967_294] = 0
    const said: ReadonlyArray<readonly [value: unknown, message: string]> = [
      [{ arms: { a: [1, () => 1] } }, "the definition contains a function at arms.a.1"],
      [undefined, "the definition contains undefined"],
      [{ a: undefined }, "the definition contains undefined at a"],
      [{ a: 1n }, "the definition contains a bigint at a"],
      [[Symbol("a")], "the definition contains a symbol at 0"],
      [{ a: Number.NaN }, "the definition contains a number that is not finite at a"],
      [[-Infinity], "the definition contains a number that is not finite at 0"],
      [{ get a() { return 1 } }, "the definition contains a getter at a"],
      [{ ["__proto__"]: 1 }, "the definition contains a key that would change what an object is at __proto__"],
      [cycle, "the definition is nested deeper than 64 levels"],
      [holes, "the definition contains a list with holes or with names"],
      [Object.assign([1], { name: 2 }), "the definition contains a list with holes or with names"],
      [Array.from({ length: 50_001 }, () => 1), "the definition holds more than 50000 values"]
    ]
    for (const [value, message] of said) assert.strictEqual(messageOf(value), message)
  })

  it("has no use for what the experiment changed", () => {
    const changed = { stringify: JSON.stringify, isArray: Array.isArray, ownKeys: Reflect.ownKeys }
    try {
      JSON.stringify = () => "forged"
      Array.isArray = ((): boolean => false) as unknown as typeof Array.isArray
      Reflect.ownKeys = () => []
      Reflect.defineProperty(Object.prototype, "toJSON", { value: () => "forged", configurable: true })
      assert.strictEqual(EvaluatorSerial.serialise({ a: [1, "b", null] }), `{"a":[1,"b",null]}`)
    } finally {
      JSON.stringify = changed.stringify
      Array.isArray = changed.isArray
      Reflect.ownKeys = changed.ownKeys
      Reflect.deleteProperty(Object.prototype, "toJSON")
    }
  })
})

describe("describe", () => {
  it("describes whatever is thrown", () => {
    const of = (thrown: unknown) => JSON.parse(EvaluatorSerial.describe(thrown)) as Record<string, unknown>
    assert.include(of(new RangeError("too far")), { name: "RangeError", message: "too far" })
    assert.deepStrictEqual(of("a"), { name: "", message: "it throws \"a\"", stack: "" })
    assert.deepStrictEqual(of(null), { name: "", message: "it throws object", stack: "" })
    assert.deepStrictEqual(of({ message: 1, stack: {} }), { name: "", message: "", stack: "" })
  })
})
