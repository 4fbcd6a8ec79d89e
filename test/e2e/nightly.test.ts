import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as BaselineFile from "../../runtime/nightly/BaselineFile.ts"
import * as Measured from "../../runtime/nightly/Measured.ts"
import * as Night from "../../runtime/nightly/Night.ts"
import { Store } from "../../runtime/run/Store.ts"
import { inProject } from "./project.ts"
import { tiny } from "./queueing.ts"

interface PlanDocument {
  readonly format: string
  readonly planned: ReadonlyArray<{
    readonly experiment: string
    readonly arm: string
    readonly seed: number
    readonly due: string | null
    readonly next: string | null
    readonly seconds: number | null
    readonly baseline: number | null
  }>
  readonly broken: ReadonlyArray<{ readonly file: string; readonly message: string }>
  readonly refusal: { readonly comparisons: number; readonly message: string } | null
}

const read = (stdout: string): PlanDocument => JSON.parse(stdout) as PlanDocument

// A time that has come, and does not come again while a test runs.
const source = tiny({ arms: "{ calm }", rest: `triggers: [Trigger.cron("0 3 29 2 *")]` })

const seeds = ["--seed", "0", "--seed", "1"]

const launchOf = (stdout: string): string => (JSON.parse(stdout) as { readonly launch: string }).launch

const recorded = (folder: string, launch: string) =>
  Effect.runPromise(
    Effect.flatMap(Store, (store) => store.list({ launch })).pipe(
      Effect.provide(Store.layerSqlite(path.join(folder, ".ballast/ballast.db")))
    )
  )

describe("ballast nightly", () => {
  it("plans what is due, accepts recorded runs as baselines, and finds the same seeds to be equal to the bit", () =>
    inProject(async ({ ballast, each, folder, write }) => {
      write("experiments/tiny.ts", source)
      write("experiments/broken.ts", "export default 3\n")
      const [first, words] = await each([["nightly", "--dry-run", "--json"], ["nightly", "--dry-run"]])
      const plan = read(first?.stdout ?? "")
      assert.strictEqual(first?.code, 1)
      assert.deepInclude(plan.planned[0], { experiment: "tiny", arm: "calm", seed: 0, due: "2024-02-29T03:00:00.000Z", seconds: null, baseline: null })
      assert.strictEqual(plan.planned.length, 1)
      assert.deepStrictEqual(plan.broken.map(({ file }) => file), ["experiments/broken.ts"])
      assert.include(words?.stdout, "experiments/broken.ts is left out: experiments/broken.ts exports no experiment")
      assert.isFalse(fs.existsSync(path.join(folder, ".ballast")))
      fs.rmSync(path.join(folder, "experiments/broken.ts"))

      const run = await ballast("run", "experiments/tiny.ts", "--engine", "wasm", "--json", ...seeds)
      assert.strictEqual(run.code, 0, run.stderr)
      const launch = launchOf(run.stdout)
      const part = await ballast("run", "experiments/tiny.ts", "--engine", "wasm", "--json", "--steps", "3")
      assert.strictEqual(part.code, 0, part.stderr)

      const [quiet, all, refused, accepted, beside, json] = await each([
        ["nightly", "--dry-run"],
        ["nightly", "--dry-run", "--all", "--json"],
        ["nightly", "accept", launch, launchOf(part.stdout), "--reason", "all of them"],
        ["nightly", "accept", launch, "--reason", "the first of its kind", "--by", "Ada"],
        ["nightly", "--dry-run", "--all", "--seeds", "1"],
        ["nightly", "--dry-run", "--all", "--seeds", "1", "--json"]
      ])
      assert.deepStrictEqual([quiet?.code, quiet?.stdout], [0, "nothing is due: --all plans every experiment all the same\n"])
      assert.strictEqual(all?.code, 0)
      assert.isAbove(read(all?.stdout ?? "").planned[0]?.seconds ?? 0, 0)
      assert.strictEqual(refused?.code, 1)
      assert.include(refused?.stderr, "it went only a part of its length")
      assert.strictEqual(accepted?.code, 0, accepted?.stderr)
      assert.include(accepted?.stdout, "written to baselines/tiny.json: commit it, so that it is reviewed")
      assert.strictEqual(beside?.code, 1)
      assert.include(beside?.stdout, "this night could find nothing")
      assert.include(beside?.stdout, "tiny, calm: 1 seed against a baseline of 2 come to p 0.3333 at best")
      assert.deepStrictEqual(read(json?.stdout ?? "").planned.map(({ baseline, seed }) => [seed, baseline]), [[0, 2]])
      assert.isAbove(read(json?.stdout ?? "").refusal?.comparisons ?? 0, 4)

      const baselines = await Effect.runPromise(BaselineFile.read(BaselineFile.folderOf(folder), "tiny"))
      const [baseline] = baselines.baselines
      assert.deepInclude(baseline, { arm: "calm", engine: "wasm" })
      assert.deepInclude(baseline?.accepted, { by: "Ada", reason: "the first of its kind" })
      assert.deepStrictEqual(baseline?.samples.map(({ losses, seed }) => [seed, losses.length]), [[0, 10], [1, 10]])

      const again = await ballast("run", "experiments/tiny.ts", "--engine", "wasm", "--json", ...seeds)
      const runs = (await recorded(folder, launchOf(again.stdout))).map(Measured.read).filter(Measured.isMeasured)
      const { comparisons } = Night.judge({ baselines: [baselines], arms: [{ experiment: "tiny", arm: "calm", runs, repeat: [] }] })
      const of = (metric: string) => comparisons.find((row) => row.metric === metric)
      assert.deepInclude(of("losses"), { verdict: "same", test: "bit-equal" })
      assert.deepInclude(of("loss"), { verdict: "same", test: "equal", p: 1 })
    }), 120_000)

  it("says what is wrong with what it is asked", () =>
    inProject(async ({ each, write }) => {
      const [bare, empty] = await each([["nightly"], ["nightly", "--dry-run"]])
      assert.deepStrictEqual([bare?.code, empty?.code], [2, 2])
      assert.include(empty?.stderr, "there are no experiments below experiments/")
      write("experiments/tiny.ts", source)
      write("baselines/tiny.json", `{ "format": "ballast.baselines/1", "experiment": "tiny" }`)
      const [seeds, broken, nothing] = await each([
        ["nightly", "--dry-run", "--seeds", "0"],
        ["nightly", "--dry-run"],
        ["nightly", "accept", "last", "--reason", "none"]
      ])
      assert.deepStrictEqual([seeds?.code, broken?.code, nothing?.code], [2, 1, 3])
      assert.include(broken?.stdout, "baselines: is missing")
    }))
})
