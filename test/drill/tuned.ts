import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import * as repositories from "../runtime/source/repositories.ts"
import { inProject } from "../e2e/project.ts"

const file = "experiments/idle.ts"

/** A bound that is far above every norm, of a training that is as short as one with advice can be. */
const idle = `import { Augment, Clip, Dataset, Experiment, LearningRate, Model, Optimizer, Recipe } from "ballast"
import { main } from "ballast/runtime"

// What both arms are.
const idle = Recipe.make({
  data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.0625, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.001),
  clip: Clip.globalNorm(5000), // as it always was
  augment: Augment.off,
  batch: 4,
  length: { steps: 120 }
})

const experiment = Experiment.make("idle", {
  question: "Does the bound do anything?",
  arms: { idle, wide: Recipe.with(idle, { batch: 8 }) },
  seeds: [0],
  expect: []
})

export default experiment
main(import.meta, experiment)
`

interface Document {
  readonly format: string
  readonly file: string
  readonly run: string
  readonly arm: string
  readonly advice: ReadonlyArray<{ readonly rule: string; readonly message: string; readonly before: object; readonly after: { readonly clip: { readonly maxNorm: number } } }>
  readonly patch: string
}

interface Launched {
  readonly runs: ReadonlyArray<{ readonly id: string; readonly advice: ReadonlyArray<{ readonly rule: string; readonly change: object }> }>
}

describe("ballast tune", () => {
  it("takes a run's advice as a patch, in place and as a commit, and the next run has that advice no more", () =>
    inProject(async ({ ballast, folder, write }) => {
      const source = write(file, idle)
      const read = (): string => fs.readFileSync(source, "utf8")
      const tune = async (...flags: ReadonlyArray<string>) => {
        const { code, stderr, stdout } = await ballast("tune", file, "--from", "last", ...flags)
        return { code, stdout, stderr: stderr.replace(/\s+/g, " ") }
      }
      const run = async (): Promise<Launched["runs"]> => {
        const { stderr, stdout } = await ballast("run", file, "--arm", "idle", "--engine", "wasm", "--json")
        assert.notStrictEqual(stdout, "", stderr)
        return (JSON.parse(stdout) as Launched).runs
      }

      const [first] = await run()
      assert.deepStrictEqual(first?.advice.map(({ rule }) => rule), ["clip/bounds-nothing"])
      const told = await tune("--json")
      assert.strictEqual(told.code, 0, told.stderr)
      const document = JSON.parse(told.stdout) as Document
      const [advice] = document.advice
      assert.deepStrictEqual([document.format, document.file, document.run, document.arm], ["ballast.tune/1", file, first?.id, "idle"])
      assert.deepStrictEqual(advice?.before, { clip: { _tag: "GlobalNorm", maxNorm: 5000 } })
      assert.deepStrictEqual<object | undefined>(advice?.after, first?.advice[0]?.change)
      const bound = advice?.after.clip.maxNorm ?? NaN
      const tuned = idle.replace("{ idle, wide", `{ idle: Recipe.with(idle, { clip: Clip.globalNorm(${bound}) }), wide`)

      const printed = await tune()
      assert.deepStrictEqual([printed.code, printed.stdout, read()], [0, document.patch, idle])
      repositories.git(folder, ["init", "--quiet"])
      fs.writeFileSync(path.join(folder, ".gitignore"), ".ballast\nnode_modules\n")
      repositories.git(folder, ["apply"], printed.stdout)
      assert.strictEqual(read(), tuned)
      write(file, idle)

      const untracked = await tune("--commit")
      assert.deepStrictEqual([untracked.code, read()], [1, idle])
      assert.match(untracked.stderr, /git does not know it/)
      repositories.git(folder, ["add", "."])
      repositories.git(folder, ["config", "user.name", "a"])
      repositories.git(folder, ["config", "user.email", "a@example.com"])
      repositories.git(folder, ["commit", "--quiet", "--message", "first"])
      write(file, `${idle}\n`)
      assert.match((await tune("--commit")).stderr, /changes that are not committed yet/)
      write(file, idle)
      write(".git/hooks/pre-commit", "#!/bin/sh\necho not today >&2\nexit 1\n")
      fs.chmodSync(path.join(folder, ".git/hooks/pre-commit"), 0o755)
      const hooked = await tune("--commit")
      assert.deepStrictEqual([hooked.code, read()], [1, idle])
      assert.match(hooked.stderr, /not today/)
      fs.rmSync(path.join(folder, ".git/hooks/pre-commit"))

      write("other.txt", "staged, and none of tune's business")
      repositories.git(folder, ["add", "other.txt"])
      const committed = await tune("--commit")
      assert.deepStrictEqual([committed.code, read()], [0, tuned], committed.stderr)
      assert.strictEqual(repositories.git(folder, ["show", "--name-only", "--format="]), file)
      const message = repositories.git(folder, ["log", "-1", "--format=%B"])
      assert.match(message, /^Set clip of idle in idle to Clip\.globalNorm\([\d.]+\)\n\nclip\/bounds-nothing: the bound of 5000 did nothing: /)
      assert.include(message, `\n  clip: Clip.globalNorm(5000) -> Clip.globalNorm(${bound})\n`)
      for (const line of [`run: ${first?.id} (idle, idle)`, "steps: 120", "engine: wasm", "seed: 0"]) assert.include(message, `\n${line}\n`)
      assert.match(message, /^gradient norm: median [\d.]+, p99 [\d.]+, max [\d.]+$/m)
      assert.match(message, /^ballast: \d+\.\d+\.\d+$/m)
      assert.strictEqual((await tune()).stdout, `${file} says so already\n`)

      const [second] = await run()
      assert.isFalse(second?.advice.some(({ rule }) => rule === "clip/bounds-nothing"))
      const unknown = await tune("--rule", "clip/bounds-nothing")
      assert.deepStrictEqual([unknown.code, unknown.stdout], [2, ""])
      write(file, idle)
      const early = await ballast("tune", file, "--from", first?.id ?? "", "--rule", "clip/bounds-nothing", "--write")
      assert.deepStrictEqual([early.code, early.stdout, read()], [0, `${file} written\n`, tuned])
      assert.strictEqual((await ballast("tune", "experiments/none.ts", "--from", first?.id ?? "")).code, 2)
    }), 600_000)
})
