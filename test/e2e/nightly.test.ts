import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as BaselineFile from "../../runtime/nightly/BaselineFile.ts"
import { asked, plant, read as readBisect } from "./bisecting.ts"
import { editBaseline, experiment, readReport, trainingOf, verdictsOf, widen, worsePeak } from "./nights.ts"
import { inProject } from "./project.ts"

interface PlanDocument {
  readonly planned: ReadonlyArray<{
    readonly experiment: string
    readonly arm: string
    readonly seed: number
    readonly due: string | null
    readonly seconds: number | null
    readonly baseline: number | null
  }>
  readonly broken: ReadonlyArray<{ readonly file: string }>
  readonly refusal: { readonly comparisons: number } | null
}

const read = (stdout: string | undefined): PlanDocument => JSON.parse(stdout ?? "") as PlanDocument

describe("ballast nightly", () => {
  it("plans what is due, finds a quiet night the same and a changed training changed, and names what has regressed", () =>
    inProject(async ({ ballast, each, folder, write }) => {
      write("experiments/tiny.ts", experiment({ timed: true }))
      write("experiments/broken.ts", "export default 3\n")
      write("worse.ts", experiment({ peak: worsePeak }))
      const night = ["nightly", "--engine", "wasm", "--json"]
      const [due, words, worse, first, all, accepted, beside, json] = await each([
        ["nightly", "--dry-run", "--json"],
        ["nightly", "--dry-run"],
        ["plan", "worse.ts", "--json"],
        night,
        ["nightly", "--dry-run", "--all", "--json"],
        ["nightly", "accept", "last", "--reason", "the first of its kind", "--by", "Ada"],
        ["nightly", "--dry-run", "--all"],
        ["nightly", "--dry-run", "--all", "--json"]
      ])
      const plan = read(due?.stdout)
      assert.deepStrictEqual([due, words, first, all, beside].map((ended) => ended?.code), [1, 1, 1, 1, 1])
      assert.deepInclude(plan.planned[0], { experiment: "tiny", arm: "calm", seed: 0, due: "2024-02-29T03:00:00.000Z", seconds: null, baseline: null })
      assert.strictEqual(plan.planned.length, 1)
      assert.deepStrictEqual(plan.broken.map(({ file }) => file), ["experiments/broken.ts"])
      assert.include(words?.stdout, "experiments/broken.ts is left out: experiments/broken.ts exports no experiment")
      assert.deepStrictEqual(verdictsOf(first?.stdout ?? ""), [[null, "new"]], first?.stderr)
      assert.deepInclude(read(all?.stdout).planned[0], { due: null, baseline: null })
      assert.isAbove(read(all?.stdout).planned[0]?.seconds ?? 0, 0)
      assert.strictEqual(accepted?.code, 0, accepted?.stderr)
      assert.include(accepted?.stdout, "written to baselines/tiny.json: commit it, so that it is reviewed")
      assert.include(beside?.stdout, "tiny, calm: 1 seed against a baseline of 1 come to p 0.5000 at best")
      assert.deepStrictEqual(read(json?.stdout).planned.map(({ baseline, seed }) => [seed, baseline]), [[0, 1]])
      assert.isAbove(read(json?.stdout).refusal?.comparisons ?? 0, 4)
      const { baselines: [baseline] } = await Effect.runPromise(BaselineFile.read(BaselineFile.folderOf(folder), "tiny"))
      assert.deepInclude(baseline, { arm: "calm", engine: "wasm" })
      assert.deepInclude(baseline?.accepted, { by: "Ada", reason: "the first of its kind" })
      assert.deepStrictEqual(baseline?.samples.map(({ losses, seed }) => [seed, losses.length]), [[0, 20]])

      fs.rmSync(path.join(folder, "experiments/broken.ts"))
      widen(folder)
      const again = [...night, "--all", "--seeds", "1"]
      const quiet = await ballast(...again)
      assert.strictEqual(quiet.code, 0, quiet.stderr)
      assert.strictEqual(readReport(quiet.stdout).verdict, "same")
      assert.deepStrictEqual(readReport(quiet.stdout).comparisons.map(({ metric, test }) => [metric, test]), [["losses", "bit-equal"], ["loss", "equal"]])

      // As if one arm's recipe were trained otherwise than it was, and another arm had been another one.
      write("experiments/tiny.ts", experiment({ peak: worsePeak, arms: "{ calm, other: calm }" }))
      editBaseline(folder, (kept) => [
        { ...kept, training: trainingOf(worse?.stdout ?? "") },
        { ...kept, arm: "other", training: "0".repeat(64) }
      ])
      const regressed = await ballast(...again, "--out", "report", "--junit", "ci/junit.xml")
      assert.strictEqual(regressed.code, 1, regressed.stderr)
      const report = readReport(regressed.stdout)
      assert.strictEqual(report.verdict, "regressed")
      assert.deepStrictEqual([report.launches.map(({ repeat }) => repeat), report.runs], [[false, true], { ended: 3, all: 3 }])
      assert.deepStrictEqual(report.comparisons.map(({ arm, metric, verdict }) => [arm, metric, verdict]), [
        ["calm", "losses", "changed"],
        ["calm", "loss", "regressed"],
        ["other", null, "changed"]
      ])
      assert.sameMembers(fs.readdirSync(path.join(folder, "report")), ["junit.xml", "report.html", "report.json", "report.md"])
      assert.include(fs.readFileSync(path.join(folder, "ci/junit.xml"), "utf8"), "<failure message=\"regressed: it is")
      assert.include(fs.readFileSync(path.join(folder, "report/report.md"), "utf8"), "| **regressed** |")
    }), 120_000)

  it("says what is wrong with what it is asked", () =>
    inProject(async (project) => {
      const { before, good, planted } = plant(project)
      project.write("baselines/tiny.json", `{ "format": "ballast.baselines/1", "experiment": "tiny" }`)
      project.write("baselines/gone.json", "{")
      const [both, seeds, broken, ran, nothing, spent, back, few] = await project.each([
        ["nightly", "--json", "--md"],
        ["nightly", "--dry-run", "--seeds", "0"],
        ["nightly", "--dry-run", "--all"],
        ["nightly", "--all", "--home", "other", "--json"],
        ["nightly", "accept", "last", "--reason", "none"],
        asked(good, { runs: 2 }),
        asked(before, { bad: good }),
        asked(good, { seeds: 2 })
      ])
      assert.deepStrictEqual([both, seeds, broken, ran, nothing, spent, back, few].map((ended) => ended?.code), [2, 2, 1, 1, 3, 1, 2, 2])
      assert.include(both?.stderr, "--json and --md do not go together")
      assert.include(broken?.stdout, "baselines: is missing")
      assert.deepStrictEqual(readReport(ran?.stdout ?? "").broken.map(({ file }) => file), ["experiments/tiny.ts", "baselines/gone.json"])
      assert.deepInclude(readBisect(spent?.stdout ?? ""), { format: "ballast.bisect/1", verdict: "halted", good, bad: planted, runs: { spent: 0, most: 2 } })
      assert.include(spent?.stderr, "2 of 6 commits change what is trained")
      assert.include(back?.stderr.replace(/\s+/g, " "), `${good} does not come from ${before}`)
      assert.include(few?.stderr.replace(/\s+/g, " "), "--seeds takes a whole number from 3")
    }), 120_000)
})
