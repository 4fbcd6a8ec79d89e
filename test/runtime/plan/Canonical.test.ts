import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Canonical from "../../../runtime/plan/Canonical.ts"
import { recipes } from "../../dsl/recipes.ts"

/** The number with these bits. */
const fromBits = (bits: string): number => Buffer.from(bits, "hex").readDoubleBE(0)

/** The same value with its keys in another order. */
const turned = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(turned)
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).toReversed().map(([key, inner]) => [key, turned(inner)]))
    : value

describe("Canonical.encode", () => {
  it("writes the numbers of RFC 8785's appendix B", () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["0000000000000000", "0"],
      ["8000000000000000", "0"],
      ["0000000000000001", "5e-324"],
      ["8000000000000001", "-5e-324"],
      ["7fefffffffffffff", "1.7976931348623157e+308"],
      ["ffefffffffffffff", "-1.7976931348623157e+308"],
      ["4340000000000000", "9007199254740992"],
      ["c340000000000000", "-9007199254740992"],
      ["4430000000000000", "295147905179352830000"],
      ["44b52d02c7e14af5", "9.999999999999997e+22"],
      ["44b52d02c7e14af6", "1e+23"],
      ["44b52d02c7e14af7", "1.0000000000000001e+23"],
      ["444b1ae4d6e2ef4e", "999999999999999700000"],
      ["444b1ae4d6e2ef4f", "999999999999999900000"],
      ["444b1ae4d6e2ef50", "1e+21"],
      ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
      ["3eb0c6f7a0b5ed8d", "0.000001"],
      ["41b3de4355555553", "333333333.3333332"],
      ["41b3de4355555554", "333333333.33333325"],
      ["41b3de4355555555", "333333333.3333333"],
      ["41b3de4355555556", "333333333.3333334"],
      ["41b3de4355555557", "333333333.33333343"],
      ["becbf647612f3696", "-0.0000033333333333333333"],
      ["43143ff3c1cb0959", "1424953923781206.2"]
    ]
    for (const [bits, expected] of cases) assert.strictEqual(Canonical.encode(fromBits(bits)), expected)
  })

  it("orders keys by their UTF-16 code units, as the RFC's example does", () => {
    const names = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }
    const order = [...Canonical.encode(names).matchAll(/:"([^"]*)"/g)].map(([, name]) => name)
    assert.deepStrictEqual(order, [
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh"
    ])
  })

  it("writes the RFC's other example", () => {
    const value: unknown = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`)
    assert.strictEqual(
      Canonical.encode(value),
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`
    )
  })

  it("refuses what JSON lacks and names the place", () => {
    const cyclic: Record<string, unknown> = { a: 1 }
    cyclic["list"] = [cyclic]
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      [NaN, "NaN"],
      [{ a: [0, Infinity] }, "Infinity at a.1"],
      [-Infinity, "-Infinity"],
      [undefined, "undefined"],
      [{ a: undefined }, "undefined at a"],
      // oxlint-disable-next-line no-sparse-arrays
      [[1, , 3], "undefined at 1"],
      [1n, "a bigint"],
      [{ a: () => 1 }, "a function at a"],
      [Symbol("x"), "a symbol"],
      [{ at: new Date(0) }, "an instance of a class at at"],
      [new Map(), "an instance of a class"],
      ["\ud800", "a lone surrogate"],
      [{ a: { "\udc00": 1 } }, "a lone surrogate at a"],
      [cyclic, "a value that holds itself at list.0"]
    ]
    for (const [value, what] of cases) {
      assert.throws(() => Canonical.encode(value), TypeError, `canonical JSON cannot hold ${what}`)
    }
  })

  it("takes the same value twice, and an object without a prototype", () => {
    const shared = { a: 1 }
    assert.strictEqual(Canonical.encode([shared, shared]), `[{"a":1},{"a":1}]`)
    assert.strictEqual(Canonical.encode(Object.assign(Object.create(null) as object, shared)), `{"a":1}`)
  })

  it("is JSON of the same value, and the same text whatever the order of keys", () => {
    fc.assert(fc.property(fc.jsonValue({ stringUnit: "grapheme", noUnicodeString: false }), (value) => {
      const text = Canonical.encode(value)
      assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.strictEqual(Canonical.encode(turned(value)), text)
      assert.strictEqual(Canonical.encode(JSON.parse(text)), text)
    }))
  })

  it("gives any recipe one text, whatever the order of its keys", () => {
    fc.assert(fc.property(recipes, (recipe) => {
      const text = Canonical.encode(Recipe.encode(recipe))
      assert.strictEqual(Canonical.encode(turned(JSON.parse(text))), text)
    }))
  })
})

describe("Canonical.hash", () => {
  it("is the SHA-256 of the text as UTF-8", () => {
    assert.strictEqual(Canonical.hash({}), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    assert.strictEqual(Canonical.hash("é"), "f2886017e9c7abacf804b54d64787dce2b611c9544ba21f3affdd126a6e50086")
  })
})
