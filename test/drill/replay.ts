import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { inProject } from "../e2e/project.ts"

const experiment = `
import { Augment, Clip, Dataset, Experiment, LearningRate, Model, Optimizer, Recipe } from "ballast"

const only = Recipe.make({
  data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
  model: Model.classifier({ channels: [4, 8], input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.01),
  augment: Augment.off,
  batch: 4,
  length: { steps: 8 }
})

export default Experiment.make("replayed", { question: "Does it come again?", arms: { only }, seeds: [0], expect: [] })
`

interface ReplayDocument {
  readonly format: string
  readonly incident: string
  readonly engine: string
  readonly reproduced: boolean
  readonly probe: { readonly first: { readonly node: string; readonly direction: string } | null } | null
}

describe("ballast replay", () => {
  it("says whether a fault comes again, where it begins, and ends with 0 or 1", () =>
    inProject(async ({ ballast, folder, write }) => {
      write("e.ts", experiment)
      const failed = await ballast("run", "e.ts", "--engine", "wasm", "--inject", "nan@3!", "--json")
      assert.strictEqual(failed.code, 4, failed.stderr)
      const { runs: [run] } = JSON.parse(failed.stdout) as {
        readonly runs: ReadonlyArray<{
          readonly directory: string
          readonly attempts: ReadonlyArray<{ readonly incident: string; readonly diagnosis: { readonly node: string } }>
        }>
      }
      const [attempt] = run?.attempts ?? []
      const again = await ballast("replay", attempt?.incident ?? "", "--json")
      assert.strictEqual(again.code, 0, again.stderr)
      assert.match(again.stderr, /^engine wasm: the fault came up on it$/m)
      const { engine, format, incident, probe, reproduced } = JSON.parse(again.stdout) as ReplayDocument
      assert.deepStrictEqual([format, incident, engine, reproduced], ["ballast.replay/1", attempt?.incident, "wasm", true])
      assert.deepStrictEqual([probe?.first?.node, probe?.first?.direction], [attempt?.diagnosis.node, "forward"])

      // Somewhere else, a folder is enough.
      fs.cpSync(path.join(run?.directory ?? "", "attempts/1/incident"), path.join(folder, "sent"), { recursive: true })
      fs.rmSync(path.join(folder, ".ballast"), { recursive: true })
      const text = await ballast("replay", "sent")
      assert.strictEqual(text.code, 0, text.stderr)
      assert.match(text.stdout, /it comes again/)
      assert.include(text.stdout, `the first output that is not finite is that of ${probe?.first?.node}`)

      fs.rmSync(path.join(folder, "sent/at"), { recursive: true })
      const less = await ballast("replay", "sent")
      assert.strictEqual(less.code, 2, less.stderr)
      assert.match(less.stderr, /holds\s+no\s+state\s+from\s+before\s+the\s+fault/)

      const once = await ballast("run", "e.ts", "--engine", "wasm", "--inject", "nan@3")
      assert.strictEqual(once.code, 4, once.stderr)
      const passed = await ballast("replay", "last")
      assert.strictEqual(passed.code, 1, passed.stderr)
      assert.match(passed.stdout, /it does not come again/)
    }), 240_000)
})
