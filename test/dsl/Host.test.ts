import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Host from "../../dsl/Host.ts"
import * as Issue from "../../dsl/Issue.ts"

const accepts = (memory: unknown): boolean => Result.isSuccess(Issue.decode(Host.Host, { ...Host.any, memory }))

describe("Host.make", () => {
  it("asks for what is said, and else for nothing", () => {
    assert.deepStrictEqual(Host.make({}), Host.any)
    assert.deepStrictEqual(Host.make({ device: "gpu" }), { ...Host.any, device: "gpu" })
    assert.deepStrictEqual(Host.make({ memory: "8 GiB", time: "12 hours", silence: "1 minute" }), {
      memory: "8 GiB",
      device: "any",
      time: "12 hours",
      silence: "1 minute",
      labels: {},
      limits: {}
    })
    assert.deepStrictEqual(Host.gpu({ labels: { gpu: "h200" } }), { ...Host.any, device: "gpu", labels: { gpu: "h200" } })
    assert.deepStrictEqual([Host.any.time, Host.any.silence], [null, "10 minutes"])
  })
})

describe("Labels and limits", () => {
  const issues = (host: object): ReadonlyArray<string> => {
    const decoded = Issue.decode(Host.Host, { ...Host.any, ...host })
    return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ path }) => path)
  }

  it("are named as a command line can name them, and say how many may run at once", () => {
    assert.deepStrictEqual(issues({ labels: { gpu: "h200" }, limits: { "photo-archive": 2 } }), [])
    assert.deepStrictEqual(issues({ limits: { archive: 0 } }), ["limits.archive"])
    assert.deepStrictEqual(issues({ limits: { archive: 1.5 } }), ["limits.archive"])
    assert.deepStrictEqual(issues({ labels: { gpu: "a\nb" } }), ["labels.gpu"])
    assert.notDeepEqual(issues({ labels: { "g=pu": "h200" } }), [])
    assert.notDeepEqual(issues({ limits: { "": 1 } }), [])
  })
})

describe("An amount of memory", () => {
  it("is a number with its unit, in powers of 1024", () => {
    const [large, odd] = [["8 GiB", 2 ** 33], ["1.5GiB", 1.5 * 2 ** 30]] as const
    const amounts = [["1 MiB", 2 ** 20], large, odd, ["2 TiB", 2 ** 41], ["0.5 MiB", 2 ** 19]] as const
    for (const [text, bytes] of amounts) {
      assert.strictEqual(Host.bytes(text), bytes)
      assert.isTrue(accepts(text))
    }
    assert.isTrue(accepts(null))
  })

  it("is refused without a unit, in another one, of nothing, and around anything else", () => {
    const wrong = [
      "",
      "8",
      "8 GB",
      "8 gib",
      "GiB",
      "-1 GiB",
      "+1 GiB",
      "1e3 GiB",
      ".5 GiB",
      "1. GiB",
      "0 GiB",
      "0.0 GiB",
      " 8 GiB",
      "8  GiB",
      "8 GiB\n",
      "8 GiB 8 GiB",
      "٨ GiB",
      "NaN GiB",
      `${"9".repeat(400)} TiB`,
      8,
      {},
      ["8 GiB"]
    ]
    for (const memory of wrong) assert.isFalse(accepts(memory), String(memory))
    assert.isNaN(Host.bytes("8 GB"))
  })

  it("is refused or some bytes, whatever the text", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
      if (accepts(text)) assert.isTrue(Number.isFinite(Host.bytes(text)) && Host.bytes(text) > 0)
    }))
  })
})
