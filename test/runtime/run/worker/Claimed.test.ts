import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Dataset from "../../../../dsl/Dataset.ts"
import type { Claim } from "../../../../runtime/run/queue/Claim.ts"
import * as Stop from "../../../../runtime/run/Stop.ts"
import * as Claimed from "../../../../runtime/run/worker/Claimed.ts"
import { claimed, madeBefore, onHost, submit } from "./serving.ts"

type Declared = Claim["work"]["declared"]

const withDeclared = (claim: Claim, change: (declared: Declared) => Partial<Declared>): Claim => ({
  ...claim,
  work: { ...claim.work, declared: { ...claim.work.declared, ...change(claim.work.declared) } }
})

/** Says why a host refuses a run that was submitted otherwise than it could be there. */
const refusal = (change: (declared: Declared) => Partial<Declared>, recipe: Parameters<typeof submit>[1] = {}) =>
  onHost((host) =>
    Effect.gen(function*() {
      yield* submit(host, recipe)
      const claim = yield* claimed
      const failure = yield* Effect.flip(Claimed.make(withDeclared(claim, change), host, Stop.make()))
      assert.strictEqual(failure._tag, "RunUnfit")
      return failure.message
    })
  )

describe("Claimed", () => {
  it.live("refuses what another version has submitted, by the fields that this one does not know", () =>
    Effect.gen(function*() {
      const said = yield* refusal(({ recipe }) => ({ recipe: { ...recipe as object, sharpness: 3 } }))
      assert.strictEqual(said, "its recipe is of another version: sharpness")
    }))

  it.live("refuses what it has not the data for, or other data, and what comes to another training, and names both", () =>
    Effect.gen(function*() {
      const data = Dataset.yolo({ name: "cells", about: "cells" })
      assert.match(yield* refusal(() => ({}), { recipe: { data } }), /cells/)
      const other = yield* refusal(({ identity }) => ({ identity: { ...identity, data: "0".repeat(64) } }))
      assert.match(other, /^the data is not what it was submitted with: its fingerprint is [0-9a-f]{12}, and not 0{12}$/)
      const training = yield* refusal(({ identity }) => ({ identity: { ...identity, training: "0".repeat(64) } }))
      assert.match(training, /^it comes to another training here \([0-9a-f]{12}, and not 0{12}\)/)
    }))

  it.live("takes the result that a worker has left in the folder and could not record, and makes nothing anew", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const [run = ""] = yield* submit(host)
        madeBefore(host, run)
        const claim = withDeclared(yield* claimed, () => ({ recipe: null }))
        const { result, token } = yield* Claimed.make(claim, host, Stop.make())
        assert.deepStrictEqual([result.id, result.status, token], [run, "succeeded", null])
      })
    ))
})
