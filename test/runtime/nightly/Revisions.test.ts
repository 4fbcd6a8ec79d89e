import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Locations } from "../../../runtime/data/Locations.ts"
import * as Revisions from "../../../runtime/nightly/Revisions.ts"
import * as Home from "../../../runtime/run/Home.ts"
import { recipe } from "../../dsl/recipes.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "../source/checkouts.ts"
import * as repositories from "../source/repositories.ts"

const found = (commit: string, training: string | null) =>
  ({ commit, training, recipe: training === null ? null : recipe, reason: training === null ? "it does not load" : null })

const experiment = `
import { Dataset, Experiment, LearningRate, Model, Optimizer, Recipe } from "ballast"
import { steps } from "../lib/steps.ts"
export default Experiment.make("e", {
  question: "Why?",
  arms: {
    a: Recipe.make({
      data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
      model: Model.classifier({ channels: [4], input: 32 }),
      optimizer: Optimizer.sgd({ momentum: 0.9 }),
      schedule: LearningRate.constant(0.01),
      batch: 4,
      length: { steps }
    })
  },
  seeds: [0],
  expect: []
})
`

describe("Revisions", () => {
  it.live("looks once into commits with the same sources, and again where a link leads elsewhere", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const repository = path.join(folder, "repository")
        const lead = (to: string): void => {
          fs.rmSync(path.join(repository, "lib"), { force: true })
          fs.symlinkSync(to, path.join(repository, "lib"))
        }
        const commits = [repositories.make(repository, {
          "experiments/e.ts": experiment,
          "few/steps.ts": "export const steps = 10\n",
          "many/steps.ts": "export const steps = 20\n"
        })]
        for (const change of [() => lead("few"), () => checkouts.write(repository, { "README.md": "" }), () => lead("many")]) {
          change()
          commits.push(repositories.commit(repository))
        }
        const locations: Locations = { of: () => null, known: [] }
        const home = Home.at(path.join(folder, "home"))
        const found = yield* Revisions.read(commits, { folder: repository, experiment: "e", arm: "a", home, locations })
        assert.deepStrictEqual(found.map(({ recipe }) => recipe?.length), [
          undefined,
          { steps: 10 },
          { steps: 10 },
          { steps: 20 }
        ])
        assert.strictEqual(found[1]?.recipe, found[2]?.recipe)
        assert.deepStrictEqual(Revisions.candidates(found).map(({ commit }) => commit), [commits[1], commits[3]])
      })
    ), 60_000)

  it("picks the commits that change what is trained, and keeps what lies unread before each", () => {
    const picked = Revisions.candidates([
      found("a", "1"), found("b", "1"), found("c", null), found("d", "2"), found("e", null), found("f", "2"), found("g", "1")
    ])
    assert.deepStrictEqual(picked.map(({ commit, training, unread }) => [commit, training, unread]), [
      ["a", "1", []], ["d", "2", ["c"]], ["g", "1", []]
    ])
  })
})
