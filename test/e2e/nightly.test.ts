import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as BaselineFile from "../../runtime/nightly/BaselineFile.ts"
import type * as Night from "../../runtime/nightly/Night.ts"
import type { NightReport } from "../../runtime/nightly/NightReport.ts"
import type { Database, StoreFailed } from "../../runtime/run/store/Database.ts"
import { Tables } from "../../runtime/run/store/Tables.ts"
import { asked, plant, read as readBisect } from "./bisecting.ts"
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

interface ReportDocument extends Pick<NightReport, "launches" | "night" | "runs" | "verdict"> {
  readonly ended: string | null
  readonly comparisons: ReadonlyArray<Pick<Night.Row, "metric" | "reason" | "test" | "verdict">>
}

const readReport = (stdout: string): ReportDocument => JSON.parse(stdout) as ReportDocument

const verdictsOf = (stdout: string): ReadonlyArray<string> => readReport(stdout).comparisons.map(({ verdict }) => verdict)

interface BaselineJson {
  readonly training: string
  readonly samples: ReadonlyArray<{ readonly metrics: Readonly<Record<string, number>> }>
}

/** Edits the only baseline of the project, as somebody with an editor can. */
const editBaseline = (folder: string, edit: (baseline: BaselineJson) => BaselineJson): void => {
  const file = path.join(folder, "baselines/tiny.json")
  const document = JSON.parse(fs.readFileSync(file, "utf8")) as { readonly baselines: ReadonlyArray<BaselineJson> }
  fs.writeFileSync(file, JSON.stringify({ ...document, baselines: document.baselines.map(edit) }))
}

const inTables = <A>(folder: string, use: (tables: Database) => Effect.Effect<A, StoreFailed>): Promise<A> =>
  Effect.runPromise(Effect.provide(Effect.flatMap(Tables, use), Tables.layerSqlite(path.join(folder, ".ballast/ballast.db"))))

const rows = (folder: string, statement: string, ...values: ReadonlyArray<string>) =>
  inTables(folder, (tables) => tables.rows(statement, ...values))

const change = (folder: string, statement: string, ...values: ReadonlyArray<string>) =>
  inTables(folder, (tables) => tables.change(statement, ...values))

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
  it("plans what is due, and accepts recorded runs as baselines", () =>
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

  it("finds a quiet night quiet, goes on with one that was interrupted, and tells regressed from flaky, changed and missing", () =>
    inProject(async ({ ballast, each, folder, start, write }) => {
      const experiment = (peak: string, seeds: string): string =>
        tiny({ steps: 40, arms: "{ calm }" }).replace("constant(0.01)", `constant(${peak})`).replace("seeds: [0]", `seeds: [${seeds}]`)
      write("experiments/tiny.ts", experiment("0.1", "0, 1, 2"))
      const night = ["nightly", "--all", "--seeds", "3", "--engine", "wasm", "--json"]
      const first = await ballast(...night)
      assert.strictEqual(first.code, 0, first.stderr)
      assert.deepStrictEqual(verdictsOf(first.stdout), ["new"])

      const [accepted] = await each([["nightly", "accept", "last", "--reason", "the first of its kind", "--by", "Ada"]])
      assert.strictEqual(accepted?.code, 0, accepted?.stderr)
      // So few samples can decide on one metric alone.
      editBaseline(folder, ({ samples, ...baseline }) => ({
        ...baseline,
        samples: samples.map(({ metrics: { loss = NaN }, ...sample }) => ({ ...sample, metrics: { loss } }))
      }))

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
      assert.include(quiet.stderr, `going on with night ${known.night}`)
      const report = readReport(quiet.stdout)
      assert.deepStrictEqual([report.verdict, report.night, report.runs], ["same", known.night, { ended: 3, all: 3 }])
      assert.deepStrictEqual(report.comparisons.map(({ metric, test }) => [metric, test]), [["losses", "bit-equal"], ["loss", "equal"]])

      // The first measurement was spoiled by something that does not come again.
      await reopen(folder, String(report.night))
      const flaky = await ballast(...night)
      assert.strictEqual(flaky.code, 0, flaky.stderr)
      assert.strictEqual(readReport(flaky.stdout).comparisons.find(({ metric }) => metric === "loss")?.verdict, "flaky")
      assert.deepStrictEqual(readReport(flaky.stdout).runs, { ended: 6, all: 6 })

      write("experiments/tiny.ts", experiment("1e-5", "0"))
      const changed = await ballast(...night)
      assert.deepStrictEqual([changed.code, verdictsOf(changed.stdout)], [0, ["changed"]])
      assert.strictEqual(readReport(changed.stdout).runs.all, 1)

      // As if the same recipe were trained with another peak than it says.
      const [plan] = await each([["plan", "experiments/tiny.ts", "--json"]])
      const { arms } = JSON.parse(plan?.stdout ?? "") as { readonly arms: ReadonlyArray<{ readonly identity: { readonly training: string } }> }
      editBaseline(folder, (baseline) => ({ ...baseline, training: String(arms[0]?.identity.training) }))
      const regressed = await ballast(...night, "--out", "report", "--junit", "ci/junit.xml")
      assert.strictEqual(regressed.code, 1, regressed.stderr)
      const worse = readReport(regressed.stdout)
      assert.strictEqual(worse.verdict, "regressed")
      assert.deepStrictEqual(worse.launches.map(({ repeat }) => repeat), [false, true])
      assert.strictEqual(worse.comparisons.find(({ metric }) => metric === "loss")?.verdict, "regressed")
      assert.sameMembers(fs.readdirSync(path.join(folder, "report")), ["junit.xml", "report.html", "report.json", "report.md"])
      assert.include(fs.readFileSync(path.join(folder, "ci/junit.xml"), "utf8"), "<failure message=\"regressed: it is")
      assert.include(fs.readFileSync(path.join(folder, "report/report.md"), "utf8"), "| **regressed** |")

      fs.cpSync(path.join(folder, "baselines/tiny.json"), path.join(folder, "baselines/gone.json"))
      const gone = JSON.parse(fs.readFileSync(path.join(folder, "baselines/gone.json"), "utf8")) as object
      write("baselines/gone.json", JSON.stringify({ ...gone, experiment: "gone" }))
      const [missing, markdown] = await each([["nightly", "--engine", "wasm", "--json"], ["nightly", "--engine", "wasm", "--md"]])
      assert.deepStrictEqual([missing?.code, verdictsOf(missing?.stdout ?? "")], [0, ["missing"]])
      assert.include(markdown?.stdout, "## Night: missing")
    }), 300_000)

  it("takes what a trigger has launched, and runs nothing beside it", () =>
    inProject(async ({ ballast, each, folder, write }) => {
      write("experiments/tiny.ts", source)
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
    }), 120_000)

  it("bisects no further than its runs go, nor between what cannot be measured", () =>
    inProject(async (project) => {
      const { before, good, planted } = plant(project)
      const [spent, same, unknown, back, few] = await project.each([
        asked(good, { runs: 2 }),
        asked(planted),
        asked(good, { arm: "wild" }),
        asked(before, { bad: good }),
        asked(good, { seeds: 2 })
      ])
      assert.strictEqual(spent?.code, 1, spent?.stderr)
      assert.deepInclude(readBisect(spent?.stdout ?? ""), { format: "ballast.bisect/1", verdict: "halted", good, bad: planted, runs: { spent: 0, most: 2 } })
      assert.include(spent?.stderr, "2 of 6 commits change what is trained")
      assert.deepStrictEqual([same, unknown, back, few].map((ended) => ended?.code), [2, 2, 2, 2])
      const said = [same, unknown, back, few].map((ended) => ended?.stderr.replace(/\s+/g, " "))
      assert.include(said[0], "what changed is Ballast, an engine, the data or the machine")
      assert.include(said[1], `tiny has no arm "wild"`)
      assert.include(said[2], `${good} does not come from ${before}`)
      assert.include(said[3], "--seeds takes a whole number from 3")
    }), 120_000)
})
