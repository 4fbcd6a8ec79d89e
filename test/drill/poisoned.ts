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

const trainFiles = (folder: string): ReadonlyArray<string> => fs.readdirSync(path.join(folder, "images/train")).toSorted()

/** Spoils three photographs of the training split, and returns their files. */
const spoil = (folder: string): ReadonlyArray<string> => {
  const images = trainFiles(folder)
  const names = [3, 50, 101].map((index) => images[index] ?? assert.fail("the data has fewer photographs"))
  const [first = "", second = "", third = ""] = names.map((name) => path.join(folder, "images/train", name))
  fs.truncateSync(first, fs.statSync(first).size >> 1)
  garble(second)
  garble(third)
  return names
}

/** Adds two absurd rows to labels of the training split, and returns their files. */
const mislabel = (folder: string): ReadonlyArray<string> => {
  const images = trainFiles(folder)
  return [[150, "99 0.5 0.5 0.1 0.1"], [180, "0 0.5 0.5 40 1e9"]].map(([index, row]) => {
    const name = `${path.parse(images[Number(index)] ?? assert.fail("the data has fewer photographs")).name}.txt`
    fs.appendFileSync(path.join(folder, "labels/train", name), `\n${row}\n`)
    return name
  })
}

interface RunDocument {
  readonly status: string
  readonly attempts: ReadonlyArray<{
    readonly fault: { readonly tag: string } | null
    readonly diagnosis: { readonly verdict: string; readonly files: ReadonlyArray<{ readonly file: string }> } | null
  }>
}

const runOf = (stdout: string): RunDocument =>
  (JSON.parse(stdout) as { readonly runs: ReadonlyArray<RunDocument> }).runs[0] ?? assert.fail(stdout)

const copied = (folder: string): string => {
  const data = path.join(folder, "cells")
  fs.cpSync(photographs, data, { recursive: true })
  return data
}

part("data", photographs !== "", "Poisoned photographs", () => {
  it.each(["tensorflow", "wasm"])("are named and left out where they are when a run begins, on %s", (engine) =>
    inProject(async ({ ballast, folder, write }) => {
      const data = copied(folder)
      const names = [...spoil(data), ...mislabel(data)]
      write("e.ts", experiment)
      const { code, stderr, stdout } = await ballast("run", "e.ts", "--json", "--engine", engine, "--data", `blood-cells=${data}`)
      assert.strictEqual(code, 0, stderr)
      const { attempts, status } = runOf(stdout)
      assert.deepStrictEqual([status, attempts.length], ["succeeded", 1])
      // Names are wrapped where a line is full.
      for (const name of names) assert.include(stderr.replaceAll(/\s+/g, ""), name)
    }))

  it.each(["tensorflow", "wasm"])("are named and put in quarantine where they turn bad under way, on %s", (engine) =>
    inProject(async ({ folder, start, write }) => {
      const data = copied(folder)
      write("e.ts", experiment)
      const running = start(["run", "e.ts", "--json", "--engine", engine, "--data", `blood-cells=${data}`])
      await running.says("starting")
      const names = spoil(data)
      const { code, stderr, stdout } = await running.ended
      assert.strictEqual(code, 0, stderr)
      const { attempts, status } = runOf(stdout)
      assert.deepStrictEqual([status, attempts.length], ["succeeded", 2], stderr)
      const [{ diagnosis, fault } = assert.fail(stdout)] = attempts
      assert.deepStrictEqual([fault?.tag, diagnosis?.verdict], ["DataFault", "bad-data"])
      assert.sameMembers(diagnosis?.files.map(({ file }) => path.basename(file)) ?? [], [...names])
    }))
})
