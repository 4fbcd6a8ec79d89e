import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { asked, plant, read } from "../e2e/bisecting.ts"
import { byLoss, change, claim, experiment, readReport, rows, verdictsOf, worsePeak } from "../e2e/nights.ts"
import { inProject } from "../e2e/project.ts"

/** Has a night be one that was broken off after its first runs, each of which came to three times the loss. */
const reopen = async (folder: string, night: string): Promise<void> => {
  const file = path.join(folder, ".ballast/nights", night, "night.json")
  const record = JSON.parse(fs.readFileSync(file, "utf8")) as { readonly launches: ReadonlyArray<{ readonly launch: string }> }
  fs.writeFileSync(file, JSON.stringify({ ...record, ended: null }))
  for (const { id, result } of await rows(folder, "select id, result from runs where launch = $1", String(record.launches[0]?.launch))) {
    const told = JSON.parse(String(result)) as { readonly metrics: { readonly loss: number } }
    const spoiled = { ...told, metrics: { ...told.metrics, loss: 3 * told.metrics.loss } }
    await change(folder, "update runs set result = $1 where id = $2", JSON.stringify(spoiled), String(id))
  }
}

describe("ballast nightly", () => {
  it("finds a quiet night quiet, goes on with one that was interrupted, and tells regressed from flaky, changed and missing", () =>
    inProject(async ({ ballast, each, folder, start, write }) => {
      const [bare, empty] = await each([["nightly"], ["nightly", "--dry-run"]])
      assert.deepStrictEqual([bare?.code, empty?.code], [2, 2])
      assert.include(empty?.stderr, "there are no experiments below experiments/")
      write("experiments/tiny.ts", experiment({ seeds: "0, 1, 2" }))
      const [nothing] = await each([["nightly", "--dry-run"]])
      assert.deepStrictEqual([nothing?.code, nothing?.stdout], [0, "nothing is due: --all plans every experiment all the same\n"])
      assert.isFalse(fs.existsSync(path.join(folder, ".ballast")))
      const night = ["nightly", "--all", "--seeds", "3", "--engine", "wasm", "--json"]
      const first = await ballast(...night)
      assert.strictEqual(first.code, 0, first.stderr)
      assert.deepStrictEqual(verdictsOf(first.stdout), [[null, "new"]])
      const part = await ballast("run", "experiments/tiny.ts", "--engine", "wasm", "--json", "--steps", "3")
      assert.strictEqual(part.code, 0, part.stderr)

      const [refused, accepted, few] = await each([
        ["nightly", "accept", "last", "--reason", "all of them"],
        ["nightly", "accept", String(readReport(first.stdout).launches[0]?.launch), "--reason", "the first of its kind", "--by", "Ada"],
        ["nightly", "--dry-run", "--all", "--seeds", "1"]
      ])
      assert.strictEqual(refused?.code, 1)
      assert.include(refused?.stderr, "it went only a part of its length")
      assert.strictEqual(accepted?.code, 0, accepted?.stderr)
      assert.strictEqual(few?.code, 1)
      assert.include(few?.stdout, "this night could find nothing")
      assert.include(few?.stdout, "tiny, calm: 1 seed against a baseline of 3 come to p 0.2500 at best")
      byLoss(folder)

      const stopped = start(night)
      await stopped.says("1 of 3")
      stopped.kill("SIGINT")
      const interrupted = await stopped.ended
      assert.strictEqual(interrupted.code, 130, interrupted.stderr)
      const known = readReport(interrupted.stdout)
      assert.isNull(known.ended)
      assert.deepStrictEqual(known.comparisons.map(({ reason, verdict }) => [verdict, reason]), [["undecided", "its runs have not all ended"]])

      const quiet = await ballast(...night)
      assert.strictEqual(quiet.code, 0, quiet.stderr)
      assert.match(quiet.stderr, new RegExp(`going on with night ${known.night}, begun .+: [12] of 3 runs have ended`))
      const report = readReport(quiet.stdout)
      assert.deepStrictEqual([report.verdict, report.night, report.runs], ["same", known.night, { ended: 3, all: 3 }])
      assert.deepStrictEqual(report.comparisons.map(({ metric, test }) => [metric, test]), [["losses", "bit-equal"], ["loss", "equal"]])

      // The first measurement was spoiled by something that does not come again.
      await reopen(folder, String(report.night))
      const flaky = await ballast(...night)
      assert.strictEqual(flaky.code, 0, flaky.stderr)
      assert.deepInclude(verdictsOf(flaky.stdout), ["loss", "flaky"])
      assert.deepStrictEqual(readReport(flaky.stdout).runs, { ended: 6, all: 6 })

      write("experiments/tiny.ts", experiment({ peak: worsePeak }))
      const changed = await ballast(...night)
      assert.deepStrictEqual([changed.code, verdictsOf(changed.stdout)], [0, [[null, "changed"]]])
      assert.strictEqual(readReport(changed.stdout).runs.all, 1)

      claim(folder, ".ballast", readReport(changed.stdout))
      const regressed = await ballast(...night)
      assert.strictEqual(regressed.code, 1, regressed.stderr)
      assert.deepInclude(verdictsOf(regressed.stdout), ["loss", "regressed"])
      assert.deepStrictEqual(readReport(regressed.stdout).runs, { ended: 6, all: 6 })

      fs.cpSync(path.join(folder, "baselines/tiny.json"), path.join(folder, "baselines/gone.json"))
      const gone = JSON.parse(fs.readFileSync(path.join(folder, "baselines/gone.json"), "utf8")) as object
      write("baselines/gone.json", JSON.stringify({ ...gone, experiment: "gone" }))
      const [missing, markdown] = await each([["nightly", "--engine", "wasm", "--json"], ["nightly", "--engine", "wasm", "--md"]])
      assert.deepStrictEqual([missing?.code, verdictsOf(missing?.stdout ?? "")], [0, [[null, "missing"]]])
      assert.include(markdown?.stdout, "## Night: missing")
    }), 600_000)

  it("takes what a trigger has launched, and runs nothing beside it", () =>
    inProject(async ({ ballast, each, folder, write }) => {
      write("experiments/tiny.ts", experiment({ timed: true }))
      const [added] = await each([["triggers", "add", "experiments/tiny.ts", "--json"]])
      assert.strictEqual(added?.code, 0, added?.stderr)
      await change(folder, "update triggers set since = 1700000000000, next = 1709175600000")
      const night = await ballast("nightly", "--json")
      assert.strictEqual(night.code, 0, night.stderr)
      const report = readReport(night.stdout)
      assert.deepStrictEqual([report.verdict, report.runs], ["new", { ended: 1, all: 1 }])
      const [launch] = await rows(folder, "select launches.trigger_id from launches where launches.id = $1", String(report.launches[0]?.launch))
      assert.match(String(launch?.["trigger_id"]), /^tiny:/)
      const [again] = await each([["nightly", "--json"]])
      assert.deepInclude(readReport(again?.stdout ?? ""), { night: null, launches: [], verdict: "same" })
    }), 240_000)
})

describe("ballast nightly bisect", () => {
  it("names the commit and the one of its fields, among others that change or break the experiment", () =>
    inProject(async (project) => {
      const { before, good, planted } = plant(project)
      const { code, stderr, stdout } = await project.ballast(...asked(good))
      assert.strictEqual(code, 0, stderr)
      const found = read(stdout)
      assert.deepInclude(found, { verdict: "found", good: before, bad: planted, together: [] })
      assert.deepStrictEqual(found.fields, [{ path: "schedule.value", before: 0.1, after: 1e-5 }])
      assert.deepStrictEqual(found.measurements.map(({ mixed, worse }) => [mixed.join(), worse]), [
        ["", null], ["", true], ["", false], ["", true], ["", false], ["optimizer", false], ["schedule", true]
      ])
      assert.strictEqual(found.runs.spent, 21)
    }), 600_000)

  it("looks for nothing where nothing changes the training, or the arm is not there", () =>
    inProject(async (project) => {
      const { good, planted } = plant(project)
      const [same, unknown] = await project.each([asked(planted), asked(good, { arm: "wild" })])
      assert.deepStrictEqual([same?.code, unknown?.code], [2, 2])
      assert.include(same?.stderr.replace(/\s+/g, " "), "what changed is Ballast, an engine, the data or the machine")
      assert.include(unknown?.stderr.replace(/\s+/g, " "), `tiny has no arm "wild"`)
    }), 120_000)
})
