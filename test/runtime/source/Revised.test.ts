import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Experiment from "../../../dsl/Experiment.ts"
import * as Revised from "../../../runtime/source/Revised.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"
import * as repositories from "./repositories.ts"

const experiment = (name: string): string => `
import { Dataset, Experiment, LearningRate, Model, Optimizer, Recipe } from "ballast"
import { seeds } from "./seeds.ts"

const a = Recipe.make({
  data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.01),
  batch: 4,
  length: { steps: 10 }
})
export default Experiment.make("${name}", { question: "Which?", arms: { a }, seeds, expect: [] })
`

const limit = 60_000

describe("read", () => {
  it.live("evaluates the file as the revision has it, by its name where the person stands", () =>
    inTemporaryFolder((root) =>
      Effect.gen(function*() {
        const folder = fs.realpathSync(root)
        const commit = repositories.make(folder, {
          "models/experiments/e.ts": experiment("then"),
          "models/experiments/seeds.ts": "export const seeds = [4, 2]\n"
        })
        checkouts.write(folder, {
          "models/experiments/e.ts": experiment("now"),
          "models/experiments/seeds.ts": "throw new Error(\"run\")\n"
        })
        const project = path.join(folder, "models")
        const file = "models/experiments/e.ts"
        const asked: ReadonlyArray<readonly [folder: string, file: string]> = [
          [project, "experiments/e.ts"],
          [folder, file],
          [project, path.join(folder, file)]
        ]
        for (const [folder, typed] of asked) {
          const revised = yield* Revised.read({ folder, file: typed, revision: "HEAD" })
          assert.deepStrictEqual([revised.commit, revised.file], [commit, file])
          const { name, seeds } = yield* Experiment.resolve(revised.experiment)
          assert.deepStrictEqual([name, seeds], ["then", [4, 2]])
        }
      })
    ), limit)

  it.live("says that a file is not there, or why it was left out or refused", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        repositories.make(folder, { "e.ts": "import \"node:fs\"\n", "large.ts": "x".repeat(2 << 20) })
        const failure = (file: string) =>
          Effect.map(Effect.flip(Revised.read({ folder, file, revision: "main" })), ({ _tag, message }) => [_tag, message])
        assert.deepStrictEqual(yield* failure("none.ts"), ["NotLoaded", "revision main: it has no file none.ts"])
        assert.deepStrictEqual(yield* failure("../e.ts"), ["NotLoaded", "revision main: it has no file ../e.ts"])
        assert.deepStrictEqual(yield* failure("large.ts"), ["NotLoaded", "revision main: large.ts is larger than 1 MiB"])
        assert.deepStrictEqual((yield* failure("e.ts"))[0], "Refused")
      })
    ), limit)
})
