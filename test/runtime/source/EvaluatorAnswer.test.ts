import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as EvaluatorAnswer from "../../../runtime/source/EvaluatorAnswer.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"

const held: EvaluatorAnswer.Held = {
  milliseconds: 3000,
  memoryBytes: 128 << 20,
  limits: {
    milliseconds: 30_000,
    seconds: 10,
    resultBytes: 4 << 20,
    printedBytes: 1 << 20,
    memoryBytes: 1 << 30,
    writes: false
  }
}

const ended = { result: "", complaint: "", code: 0, signal: null, breach: null }

/** Says how an answer is refused that the process gave on its descriptor. */
const refusalOf = (result: string, changed: Partial<Parameters<typeof EvaluatorAnswer.read>[1]> = {}) =>
  Effect.map(
    Effect.flip(EvaluatorAnswer.read({ root: "/nowhere", file: "a.ts" }, { ...ended, result, ...changed }, held)),
    ({ cause, message }) => `${cause}: ${message}`
  )

const value = (text: string): string => JSON.stringify({ kind: "value", text })

const never = "evaluation: a.ts: the process that evaluates it answered what it never would"
const none = "definition: a.ts: what it exports is no experiment"

describe("read", () => {
  it.effect("refuses what a process would answer that was taken over", () =>
    Effect.gen(function*() {
      const forged = [
        "{",
        "null",
        `"value"`,
        `{ "kind": "approved" }`,
        `{ "kind": "value", "text": 1 }`,
        `{ "kind": "value", "text": "{}", "status": "unchanged" }`,
        `{ "kind": "late", "__proto__": {} }`,
        `${value("{}")}\n${value("{}")}`
      ]
      for (const result of forged) assert.strictEqual(yield* refusalOf(result), never, result)
    }))

  it.effect("refuses what is no definition", () =>
    Effect.gen(function*() {
      const forged = [
        "",
        "{}",
        "[]",
        `{ "kind": "definition", "name": "a" }`,
        `{ "kind": "definition", "name": "a", "definition": {}, "identity": "0" }`,
        `{ "kind": "definition", "name": "a", "definition": { "arms": { "__proto__": {} } } }`
      ]
      for (const text of forged) assert.strictEqual(yield* refusalOf(value(text)), none, text)
    }))

  it.effect("decodes the definition once more, with everything that is wrong with it", () =>
    Effect.gen(function*() {
      const text = JSON.stringify({ kind: "definition", name: ["a"], definition: { question: "", arms: {} } })
      assert.match(yield* refusalOf(value(text)), /^definition: a\.ts: name: expected a name .*, and 4 more$/)
    }))

  it.effect("says what kept the process from an answer", () =>
    Effect.gen(function*() {
      const of = (changed: Parameters<typeof refusalOf>[1]) => refusalOf("", changed)
      assert.strictEqual(
        yield* of({ breach: "time" }),
        "evaluation: a.ts: evaluation took longer than 30000 ms, or than 10 s of the processor"
      )
      assert.strictEqual(yield* of({ breach: "printed" }), "evaluation: a.ts: it prints more than 1 MiB")
      assert.strictEqual(yield* of({ breach: "result" }), "evaluation: a.ts: its definition is larger than 4 MiB")
      assert.strictEqual(
        yield* of({ signal: "SIGSEGV", code: null }),
        "evaluation: a.ts: the process that evaluates it ended without an answer, with SIGSEGV"
      )
      assert.strictEqual(
        yield* of({ breach: "start", complaint: "no sh" }),
        "host: a.ts: the process that evaluates it does not start: no sh"
      )
    }))

  it.effect("names a thing that is not there for what it is, and a misspelt name as that", () =>
    Effect.gen(function*() {
      const thrown = (message: string, name = "ReferenceError") =>
        refusalOf(JSON.stringify({ kind: "thrown", name, message, stack: "" }))
      assert.strictEqual(
        yield* thrown("'fetch' is not defined"),
        "evaluation: a.ts: fetch is not available while it is evaluated"
      )
      assert.strictEqual(yield* thrown("'Recpie' is not defined"), "evaluation: a.ts: ReferenceError: 'Recpie' is not defined")
      assert.strictEqual(yield* thrown("no", "Error"), "evaluation: a.ts: no")
      assert.strictEqual(yield* thrown("", "Error"), "evaluation: a.ts: it throws an error that says nothing")
    }))

  it.live("finds the first place of a stack that is the checkout's", () =>
    inTemporaryFolder((root) =>
      Effect.gen(function*() {
        checkouts.write(root, { "a.ts": "\n\nexport default 1\n" })
        const stack = "at x (experiment:1:1)\n at y (experiment:99999999:1)\n at z (elsewhere:1:1)"
        const answer = JSON.stringify({ kind: "thrown", name: "Error", message: "no", stack })
        const { message } = yield* Effect.flip(
          EvaluatorAnswer.read({ root, file: "a.ts" }, { ...ended, result: answer }, held)
        )
        assert.strictEqual(message, "a.ts: no")
      })
    ))
})
