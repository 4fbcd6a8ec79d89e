import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Compared } from "../../../../runtime/review/diff/DiffDocument.ts"
import * as ExperimentDiff from "../../../../runtime/review/diff/ExperimentDiff.ts"
import * as Allowed from "../../../../runtime/review/policy/Allowed.ts"
import type { Objection } from "../../../../runtime/review/policy/Objection.ts"

const violation: Objection = { kind: "violation", experiment: "one", arm: "a", policy: "most.steps", message: "takes\u001b[2J 9 steps" }
const approval: Objection = { kind: "approval", experiment: "two", arm: null, policy: "approve.seeds", message: "has fewer seeds" }
const unread: Objection = { kind: "approval", experiment: null, arm: null, policy: "", message: "the policy cannot be read" }

const change = (objections: ReadonlyArray<Objection>, refused: ReadonlyArray<string> = []): Compared => ({
  base: { ref: "main", commit: null },
  head: { ref: "change", commit: null },
  besides: [],
  experiments: ExperimentDiff.all([], refused.map((file) => ({ kind: "refused", file, reason: "imports\n\"node:fs\"" })), {
    seconds: () => null,
    touched: () => []
  }),
  policy: { file: "ballast.policy.ts", objections }
})

const demand = (compared: Compared, names: ReadonlyArray<string>, approved = false) =>
  Effect.map(Effect.result(Allowed.demand(compared, { names: new Set(names), approved })), (result) =>
    result._tag === "Failure" ? result.failure.message.split("\n").slice(1) : [])

describe("demand", () => {
  it.effect("has nothing against what nothing is said of", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* demand({ ...change([]), policy: null }, ["one"]), [])
      assert.deepStrictEqual(yield* demand(change([violation, approval], ["experiments/x.ts"]), ["three"]), [])
    }))

  it.effect("lists what stands against some experiments, each on a line that nothing of its text can break", () =>
    Effect.gen(function*() {
      const failed = yield* Effect.flip(Allowed.demand(change([violation, approval], ["experiments/x.ts"]), {
        names: new Set(["one", "two", "experiments/x.ts"]),
        approved: false
      }))
      assert.deepStrictEqual(failed.message.split("\n"), [
        "nothing is submitted:",
        "  refused: experiments/x.ts: imports \"node:fs\"",
        "  violation: one, a: takes�[2J 9 steps (most.steps)",
        "  to approve: two: has fewer seeds (approve.seeds)"
      ])
      assert.deepStrictEqual(failed.issues.map(({ path }) => path), ["experiments/x.ts", "one", "two"])
    }))

  it.effect("lets be what somebody has approved, and nothing else", () =>
    Effect.gen(function*() {
      const hint = "--approved says that somebody who may has approved it"
      assert.deepStrictEqual((yield* demand(change([approval]), ["two"])).at(-1), hint)
      assert.deepStrictEqual(yield* demand(change([approval]), ["two"], true), [])
      assert.lengthOf(yield* demand(change([violation, approval]), ["one", "two"], true), 1)
      assert.lengthOf(yield* demand(change([], ["experiments/x.ts"]), ["experiments/x.ts"], true), 1)
    }))

  it.effect("holds every experiment where the policy cannot be read", () =>
    Effect.gen(function*() {
      assert.include((yield* demand(change([unread]), ["three"]))[0], "the policy cannot be read")
      assert.deepStrictEqual(yield* demand(change([unread]), ["three"], true), [])
    }))
})
