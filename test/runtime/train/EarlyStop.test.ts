import { assert, describe, it } from "@effect/vitest"
import * as Recipe from "../../../dsl/EarlyStop.ts"
import * as EarlyStop from "../../../runtime/train/EarlyStop.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"

const detector = (map: number, map50 = 2 * map) => ({ map, map50, accuracy: null })
const classifier = (accuracy: number) => ({ map: null, map50: null, accuracy })

/** Judges evaluations after 10, 20, … steps: `best` for each that was, the reason for the one that ends the training. */
const judged = (
  recipe: Recipe.EarlyStop,
  evaluations: ReadonlyArray<Parameters<EarlyStop.Judge["look"]>[1]>
): ReadonlyArray<string | null> => {
  const judge = EarlyStop.judge(recipe)
  return evaluations.map((measured, index) => {
    const { best, stop } = judge.look(10 * (index + 1), measured)
    return best ? "best" : stop
  })
}

describe("EarlyStop", () => {
  it("neither stops nor knows a best where it is off", () => {
    assert.deepStrictEqual(judged(Recipe.off, [detector(0.5), detector(0), detector(0)]), [null, null, null])
  })

  it("stops after so many evaluations in a row without a new best, and begins anew at each", () => {
    const maps = [0.1, 0.1, 0.2, 0.15, 0.2, 0.199]
    assert.deepStrictEqual(judged(Recipe.patience({ evaluations: 3 }), maps.map((map) => detector(map))), [
      "best",
      null,
      "best",
      null,
      null,
      "stopped early: in 3 evaluations in a row map did not rise above its best, 0.2 after step 30"
    ])
    assert.deepStrictEqual(judged(Recipe.patience({ evaluations: 1 }), [detector(0.123456), detector(0.1)]), [
      "best",
      "stopped early: in 1 evaluation map did not rise above its best, 0.1235 after step 10"
    ])
  })

  it("counts no evaluation before the first that found anything", () => {
    const maps = [0, 0, 0, 0.01, 0, 0]
    assert.deepStrictEqual(
      judged(Recipe.patience({ evaluations: 2 }), maps.map((map) => detector(map))).map((said) => said?.slice(0, 7) ?? null),
      [null, null, null, "best", null, "stopped"]
    )
  })

  it("wants a rise of more than delta over the best, not over the last", () => {
    const maps = [0.5, 0.59, 0.625, 0.63]
    assert.deepStrictEqual(judged(Recipe.patience({ evaluations: 3, delta: 0.125 }), maps.map((map) => detector(map))), [
      "best",
      null,
      null,
      "best"
    ])
    assert.include(
      judged(Recipe.patience({ evaluations: 1, delta: 0.125 }), [detector(0.5), detector(0.6)])[1],
      "map rose by no more than 0.125 above its best, 0.5 after step 10"
    )
  })

  it("goes by accuracy for a classifier, and by the metric that was chosen", () => {
    assert.match(
      judged(Recipe.patience({ evaluations: 1 }), [classifier(0.6), classifier(0.6)])[1] ?? "",
      / accuracy did not rise above its best, 0\.6 /
    )
    const evaluations = [detector(0.3, 0.4), detector(0.2, 0.5), detector(0.4, 0.5)]
    assert.deepStrictEqual(judged(Recipe.patience({ evaluations: 2 }), evaluations), ["best", null, "best"])
    assert.deepStrictEqual(judged(Recipe.patience({ evaluations: 2, metric: "map50" }), evaluations), ["best", "best", null])
  })

  it("takes a metric that is not there, or is NaN, for no better", () => {
    assert.deepStrictEqual(judged(Recipe.patience({ evaluations: 2, metric: "map50" }), [classifier(0.5), classifier(0.9)]), [
      null,
      "stopped early: in 2 evaluations in a row there was no map50"
    ])
    assert.deepStrictEqual(judged(Recipe.patience({ evaluations: 2 }), [detector(0.1), detector(NaN), detector(0.2)]), [
      "best",
      null,
      "best"
    ])
  })

  it("goes on from what it remembers as if it had never stopped", () => {
    const recipe = Recipe.patience({ evaluations: 3 })
    const maps = [0, 0.1, 0.05, 0.2, 0.2, 0.19, 0.3, 0.1, 0.1, 0.1]
    for (let at = 0; at <= maps.length; at++) {
      const whole = EarlyStop.judge(recipe)
      let broken = EarlyStop.judge(recipe)
      for (const [index, map] of maps.entries()) {
        if (index === at) broken = EarlyStop.judge(recipe, EventLog.decode(EventLog.encode(broken.memory())) as EarlyStop.Memory)
        assert.deepStrictEqual(broken.look(index, detector(map)), whole.look(index, detector(map)))
      }
      assert.deepStrictEqual(broken.memory(), whole.memory())
    }
  })
})
