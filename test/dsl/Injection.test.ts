import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Injection from "../../dsl/Injection.ts"
import * as Issue from "../../dsl/Issue.ts"

const number = fc.nat(999_999_999)
const atNode = fc.record({
  step: number,
  always: fc.boolean(),
  node: fc.option(fc.stringMatching(/^[a-z0-9.+!@]{1,20}$/))
})

const injections: fc.Arbitrary<Injection.Injection> = fc.oneof(
  atNode.map((at): Injection.Injection => ({ _tag: "Nan", ...at })),
  atNode.map((at): Injection.Injection => ({ _tag: "InfGradient", ...at })),
  number.map((index): Injection.Injection => ({ _tag: "BadImage", index })),
  fc.tuple(fc.constantFrom("Oom" as const, "Kill" as const, "Stall" as const), number)
    .map(([_tag, step]): Injection.Injection => ({ _tag, step })),
  fc.integer({ min: 1, max: 999_999_999 }).map((checkpoint): Injection.Injection => ({ _tag: "DiskFull", checkpoint }))
)

describe("Injection", () => {
  it("is read as it is typed", () => {
    const nan = { _tag: "Nan", step: 120, always: false, node: null } as const
    const cases: ReadonlyArray<readonly [string, Injection.Injection]> = [
      ["nan@120", nan],
      ["nan@120!", { ...nan, always: true }],
      ["nan@120:backbone.4.cv1.conv", { ...nan, node: "backbone.4.cv1.conv" }],
      ["nan@120!:head", { ...nan, always: true, node: "head" }],
      ["inf-gradient@120:backbone.4.cv1.conv", { ...nan, _tag: "InfGradient", node: "backbone.4.cv1.conv" }],
      ["bad-image@7", { _tag: "BadImage", index: 7 }],
      ["oom@30", { _tag: "Oom", step: 30 }],
      ["kill@200", { _tag: "Kill", step: 200 }],
      ["stall@0", { _tag: "Stall", step: 0 }],
      ["disk-full@checkpoint:2", { _tag: "DiskFull", checkpoint: 2 }]
    ]
    for (const [text, injection] of cases) {
      assert.deepStrictEqual(Result.getOrThrow(Injection.parse(text)), injection)
      assert.strictEqual(Injection.text(injection), text)
    }
  })

  it("is said so that it is read again, and survives being written as JSON, whatever it is", () => {
    fc.assert(fc.property(injections, (injection) => {
      assert.deepStrictEqual(Result.getOrThrow(Injection.parse(Injection.text(injection))), injection)
      const json: unknown = JSON.parse(JSON.stringify(injection))
      assert.deepStrictEqual(Result.getOrThrow(Issue.decode(Injection.Injection, json)), injection)
    }))
  })

  it("is refused with what was expected where it is anything else", () => {
    const wrong = [
      "",
      "nan",
      "nan@",
      "nan@x",
      "nan@-1",
      "nan@1.5",
      "nan@1e3",
      "nan@1 ",
      " nan@1",
      "nan@1\n",
      "NaN@1",
      "nan@1!!",
      "nan@1:",
      "nan@1:a b",
      "nan@1:a:b",
      "nan@1:a!:b",
      "nan@checkpoint:1",
      `nan@${"9".repeat(10)}`,
      "nan@٣",
      "oom@1!",
      "kill@1:head",
      "kill@checkpoint:1",
      "bad-image@a.jpg",
      "disk-full@2",
      "disk-full@checkpoint:0",
      "disk-full@checkpoint:",
      "fire@1",
      "constructor@1"
    ]
    for (const text of wrong) {
      assert.deepStrictEqual(Injection.parse(text), Result.fail(
        "expected nan@STEP, nan@STEP!, nan@STEP:NODE, inf-gradient@STEP, bad-image@INDEX, oom@STEP, kill@STEP, stall@STEP "
          + `or disk-full@checkpoint:NUMBER, got "${text}"`
      ))
    }
  })

  it("is read or refused, whatever the text, and never reads what it would not say", () => {
    const typed = fc.stringMatching(/^(nan|kill|disk-full|bad-image)@(checkpoint:)?[0-9]{0,3}!?(:[a-z.]{0,3})?$/)
    fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), typed), (text) => {
      const parsed = Injection.parse(text)
      if (Result.isFailure(parsed)) return
      assert.isTrue(Result.isSuccess(Issue.decode(Injection.Injection, parsed.success)))
      assert.strictEqual(Injection.text(parsed.success), text.replace(/@(checkpoint:)?0+(?=\d)/, "@$1"))
    }))
  })
})
