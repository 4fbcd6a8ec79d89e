import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as BaselineFile from "../../runtime/nightly/BaselineFile.ts"
import { asked, plant, read as readBisect } from "./bisecting.ts"
import { claim, experiment, readReport, verdictsOf, widen, worsePeak } from "./nights.ts"
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

interface EnginesDocument {
  readonly engines: ReadonlyArray<{ readonly engine: string; readonly version: string; readonly threads: number }>
}

interface ArmsDocument {
  readonly arms: ReadonlyArray<{ readonly arm: string; readonly identity: { readonly training: string; readonly data: string } }>
}

/** Writes the baselines of an arm that came to a hundredth of its loss before, and of one that trained something else. */
const betterBefore = ({ engines }: EnginesDocument, { arms }: ArmsDocument): string => {
  const wasm = engines.find(({ engine }) => engine === "wasm")
  const [calm] = arms
  const baseline = {
    arm: "calm",
    engine: "wasm",
    hardware: Hardware.classOf({ version: "", device: "cpu", threads: wasm?.threads ?? 0, mode: "eager", reason: null }, {
      gpu: null,
      platform: `${process.platform}-${process.arch}`
    }),
    ...calm?.identity,
    version: wasm?.version,
    processor: "another",
    accepted: { by: "Ada", reason: "as it was", at: "2024-02-28T03:00:00Z", commit: null, dirty: null, ballast: "0.1.0" },
    // So many that one run can be compared with them.
    samples: Array.from({ length: 19 }, (_, seed) => ({ seed, run: `old-${seed}`, losses: [], metrics: { loss: 0.01 + seed / 1e6 } }))
  }
  const { arm, data, engine, hardware, training, ...rest } = baseline
  const baselines = [{ arm, engine, hardware, training, data, ...rest }, { arm: "other", engine, hardware, training: "0".repeat(64), data, ...rest }]
  return JSON.stringify({ format: "ballast.baselines/1", experiment: "tiny", baselines })
}
describe("ballast nightly", () => {
  it("plans what is due, finds a quiet night the same and a changed training changed, and names what has regressed", () =>
    inProject(async ({ ballast, each, folder, write }) => {
      write("experiments/tiny.ts", experiment({ timed: true }))
      write("experiments/broken.ts", "export default 3\n")
      const [first, words] = await each([["nightly", "--dry-run", "--json"], ["nightly", "--dry-run"]])
      const plan = read(first?.stdout)
      assert.strictEqual(first?.code, 1)
      assert.deepInclude(plan.planned[0], { experiment: "tiny", arm: "calm", seed: 0, due: "2024-02-29T03:00:00.000Z", seconds: null, baseline: null })
      assert.strictEqual(plan.planned.length, 1)
      assert.deepStrictEqual(plan.broken.map(({ file }) => file), ["experiments/broken.ts"])
      assert.include(words?.stdout, "experiments/broken.ts is left out: experiments/broken.ts exports no experiment")
      assert.isFalse(fs.existsSync(path.join(folder, ".ballast")))
      fs.rmSync(path.join(folder, "experiments/broken.ts"))

      const night = ["nightly", "--engine", "wasm", "--json"]
      const none = await ballast(...night)
      assert.deepStrictEqual([none.code, verdictsOf(none.stdout)], [0, [[null, "new"]]], none.stderr)
      const [nothing, all, accepted, beside, json] = await each([
        ["nightly", "--dry-run"],
        ["nightly", "--dry-run", "--all", "--json"],
        ["nightly", "accept", "last", "--reason", "the first of its kind", "--by", "Ada"],
        ["nightly", "--dry-run", "--all"],
        ["nightly", "--dry-run", "--all", "--json"]
      ])
      assert.deepStrictEqual([nothing?.code, nothing?.stdout], [0, "nothing is due: --all plans every experiment all the same\n"])
      assert.strictEqual(all?.code, 0)
      assert.isAbove(read(all?.stdout).planned[0]?.seconds ?? 0, 0)
      assert.strictEqual(accepted?.code, 0, accepted?.stderr)
      assert.include(accepted?.stdout, "written to baselines/tiny.json: commit it, so that it is reviewed")
      assert.strictEqual(beside?.code, 1)
      assert.include(beside?.stdout, "tiny, calm: 1 seed against a baseline of 1 come to p 0.5000 at best")
      assert.deepStrictEqual(read(json?.stdout).planned.map(({ baseline, seed }) => [seed, baseline]), [[0, 1]])
      assert.isAbove(read(json?.stdout).refusal?.comparisons ?? 0, 4)
      const { baselines: [baseline] } = await Effect.runPromise(BaselineFile.read(BaselineFile.folderOf(folder), "tiny"))
      assert.deepInclude(baseline, { arm: "calm", engine: "wasm" })
      assert.deepInclude(baseline?.accepted, { by: "Ada", reason: "the first of its kind" })
      assert.deepStrictEqual(baseline?.samples.map(({ losses, seed }) => [seed, losses.length]), [[0, 20]])

      widen(folder)
      const again = [...night, "--all", "--seeds", "1"]
      const quiet = await ballast(...again)
      assert.strictEqual(quiet.code, 0, quiet.stderr)
      assert.strictEqual(readReport(quiet.stdout).verdict, "same")
      assert.deepStrictEqual(readReport(quiet.stdout).comparisons.map(({ metric, test }) => [metric, test]), [["losses", "bit-equal"], ["loss", "equal"]])

      write("experiments/tiny.ts", experiment({ peak: worsePeak }))
      const changed = await ballast(...again)
      assert.deepStrictEqual([changed.code, verdictsOf(changed.stdout)], [0, [[null, "changed"]]], changed.stderr)

      claim(folder, ".ballast", readReport(changed.stdout))
      const regressed = await ballast(...again, "--out", "report", "--junit", "ci/junit.xml")
      assert.strictEqual(regressed.code, 1, regressed.stderr)
      const worse = readReport(regressed.stdout)
      assert.strictEqual(worse.verdict, "regressed")
      assert.deepStrictEqual(worse.launches.map(({ repeat }) => repeat), [false, true])
      assert.deepInclude(worse.comparisons.find(({ metric }) => metric === "loss"), { arm: "calm", verdict: "regressed" })
      assert.sameMembers(fs.readdirSync(path.join(folder, "report")), ["junit.xml", "report.html", "report.json", "report.md"])
      assert.include(fs.readFileSync(path.join(folder, "ci/junit.xml"), "utf8"), "<failure message=\"regressed: it is")
      assert.include(fs.readFileSync(path.join(folder, "report/report.md"), "utf8"), "| **regressed** |")
    }), 120_000)

  it("says what is wrong with what it is asked, and bisects nothing that cannot be measured", () =>
    inProject(async (project) => {
      const { before, good, planted } = plant(project)
      project.write("baselines/tiny.json", `{ "format": "ballast.baselines/1", "experiment": "tiny" }`)
      const [bare, seeds, broken, nothing, spent, same, unknown, back, few, gone] = await project.each([
        ["nightly", "--json", "--md"],
        ["nightly", "--dry-run", "--seeds", "0"],
        ["nightly", "--dry-run", "--all"],
        ["nightly", "accept", "last", "--reason", "none"],
        asked(good, { runs: 2 }),
        asked(planted),
        asked(good, { arm: "wild" }),
        asked(before, { bad: good }),
        asked(good, { seeds: 2 }),
        asked("v1")
      ])
      assert.deepStrictEqual([bare, seeds, broken, nothing].map((ended) => ended?.code), [2, 2, 1, 3])
      assert.include(bare?.stderr, "--json and --md do not go together")
      assert.include(broken?.stdout, "baselines: is missing")
      assert.strictEqual(spent?.code, 1, spent?.stderr)
      assert.deepInclude(readBisect(spent?.stdout ?? ""), { format: "ballast.bisect/1", verdict: "halted", good, bad: planted, runs: { spent: 0, most: 2 } })
      assert.include(spent?.stderr, "2 of 6 commits change what is trained")
      assert.deepStrictEqual([same, unknown, back, few, gone].map((ended) => ended?.code), [2, 2, 2, 2, 2])
      const said = [same, unknown, back, few, gone].map((ended) => ended?.stderr.replace(/\s+/g, " "))
      assert.include(said[0], "what changed is Ballast, an engine, the data or the machine")
      assert.include(said[1], `tiny has no arm "wild"`)
      assert.include(said[2], `${good} does not come from ${before}`)
      assert.include(said[3], "--seeds takes a whole number from 3")
      assert.include(said[4], "--good v1: there is no such revision in ")
    }), 120_000)
})
