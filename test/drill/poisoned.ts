/**
 * Photographs and labels that were really spoilt: the files are named, and the run ends well without them.
 */
import { assert, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { inProject } from "../e2e/project.ts"
import { part } from "../require.ts"

const photographs = process.env["BALLAST_TEST_DATA"] ?? ""

const experiment = `
import { Augment, Clip, Dataset, Experiment, LearningRate, Model, Optimizer, Recipe, Retry, Warmup } from "ballast"

export default Experiment.make("poisoned", {
  question: "Does a training get past spoilt photographs?",
  arms: {
    only: Recipe.make({
      data: Dataset.yolo({ name: "blood-cells" }),
      model: Model.yolo({ depth: 0.33, width: 0.125, input: 96 }),
      optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
      schedule: LearningRate.cosine({ peak: 0.01, final: 1e-4 }),
      warmup: Warmup.linear({ epochs: 1 }),
      clip: Clip.globalNorm(10),
      augment: Augment.standard({ mosaic: 0 }),
      batch: 8,
      length: { epochs: 3 },
      retry: Retry.diagnosed()
    })
  },
  seeds: [0],
  expect: []
})
`

/** Breaks the second half of a photograph's data and leaves its header, so that only who decodes all of it can tell. */
const garble = (file: string): void => {
  const bytes = fs.readFileSync(file)
  for (let at = bytes.length >> 1; at < bytes.length - 2; at++) bytes[at] = (at * 151) & 0x7f
  fs.writeFileSync(file, bytes)
}

/** Spoils three photographs and two rows of labels of the training split, and returns their files. */
const poison = (folder: string): { readonly pictures: ReadonlyArray<string>; readonly labels: ReadonlyArray<string> } => {
  const images = fs.readdirSync(path.join(folder, "images/train")).toSorted()
  const picked = [3, 50, 101, 150, 180].map((index) => images[index] ?? assert.fail("the data has fewer photographs"))
  const [first = "", second = "", third = "", fourth = "", fifth = ""] = picked
  const at = (name: string) => path.join(folder, "images/train", name)
  fs.truncateSync(at(first), fs.statSync(at(first)).size >> 1)
  garble(at(second))
  garble(at(third))
  const labelOf = (name: string) => path.join(folder, "labels/train", `${path.parse(name).name}.txt`)
  fs.appendFileSync(labelOf(fourth), "\n99 0.5 0.5 0.1 0.1\n")
  fs.appendFileSync(labelOf(fifth), "\n0 0.5 0.5 40 1e9\n")
  return { pictures: [first, second, third], labels: [fourth, fifth] }
}

part("data", photographs !== "", "Poisoned photographs", () => {
  it.each(["tensorflow", "wasm"])("are named, and the run ends well on %s", (engine) =>
    inProject(async ({ ballast, folder, write }) => {
      const data = path.join(folder, "cells")
      fs.cpSync(photographs, data, { recursive: true })
      fs.chmodSync(data, 0o755)
      const { labels, pictures } = poison(data)
      write("e.ts", experiment)
      const { code, stderr, stdout } = await ballast("run", "e.ts", "--json", "--engine", engine, "--data", `blood-cells=${data}`)
      assert.strictEqual(code, 0, stderr)
      const [run] = (JSON.parse(stdout) as {
        readonly runs: ReadonlyArray<{ readonly status: string; readonly attempts: ReadonlyArray<object> }>
      }).runs
      if (run === undefined) return assert.fail(stdout)
      assert.strictEqual(run.status, "succeeded")
      assert.isAtMost(run.attempts.length, 3)
      for (const name of pictures) assert.include(stderr + JSON.stringify(run.attempts), name)
      const validated = await ballast("validate", "e.ts", "--json", "--data", `blood-cells=${data}`)
      for (const name of labels) assert.include(validated.stdout, path.parse(name).name)
      process.stdout.write(`${engine}: ${run.attempts.length} attempts\n`)
    }))
})
