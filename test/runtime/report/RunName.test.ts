import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Line from "../../../runtime/report/Line.ts"
import * as RunName from "../../../runtime/report/RunName.ts"
import * as Texts from "./texts.ts"

describe("RunName", () => {
  it("shortens the arm before the seed", () => {
    const run = { arm: "clip + warmup", seed: 12 }
    assert.strictEqual(RunName.of(run), "clip + warmup, seed 12")
    assert.strictEqual(RunName.of(run, 16), "clip +…, seed 12")
  })

  it("fits, whatever the arm's name", () => {
    FastCheck.assert(FastCheck.property(Texts.text, FastCheck.nat(), FastCheck.nat(40), (arm, seed, columns) => {
      assert.isAtMost(Line.widthOf(RunName.of({ arm, seed }, columns)), columns)
    }))
  })
})
