import { assert, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { claim, experiment, readReport, type ReportDocument, verdictsOf, widen, worsePeak } from "../e2e/nights.ts"
import type { Ended, Running } from "../e2e/project.ts"
import { drained, inQueue, type Queueing } from "../e2e/queueing.ts"
import { onBoth, type Place } from "../e2e/workers.ts"

const night = ["nightly", "--all", "--seeds", "1", "--engine", "wasm", "--json"]

const file = "experiments/tiny.ts"

interface Nights extends Queueing {
  /** Starts a night; it is killed at the write of its record that is named, such as "before 2". */
  readonly begin: (killed?: string) => Running
}

/** Kills its process right before or after it has written its night's record for the so-manieth time. */
const killer = `
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
const [when, count] = process.env.KILLED.split(" ")
const rename = fs.renameSync
let writes = 0
fs.renameSync = (from, to) => {
  const isDue = String(to).endsWith("night.json") && ++writes === Number(count)
  if (isDue && when === "before") process.kill(process.pid, "SIGKILL")
  rename(from, to)
  if (isDue) process.kill(process.pid, "SIGKILL")
}
syncBuiltinESMExports()
`

/** Lends a queue in which an experiment's first run is the baseline, so that one more can be compared with it. */
const inNights = (place: () => Promise<Place>, steps: number, use: (nights: Nights) => Promise<void>): Promise<void> =>
  place().then((found) =>
    inQueue(() => Promise.resolve(found), async (queue) => {
      const { does, project } = queue
      const preloaded = project.write("killer.mjs", killer)
      project.write(file, experiment({ steps }))
      const { stdout } = await does(0, ...night)
      assert.deepStrictEqual(verdictsOf(stdout), [[null, "new"]])
      await does(0, "nightly", "accept", "last", "--reason", "the first of its kind", "--by", "Ada")
      widen(project.folder)
      const begin = (killed?: string) =>
        project.start(
          [...night, "--home", "home", ...found.flags],
          killed === undefined ? {} : { KILLED: killed, NODE_OPTIONS: `--import=${preloaded}` }
        )
      await use({ ...queue, begin })
    })
  )

const same: ReadonlyArray<readonly [string | null, string]> = [["losses", "same"], ["loss", "same"]]

const reported = async (code: number, { ended }: Running): Promise<ReportDocument & Ended> => {
  const found = await ended
  assert.strictEqual(found.code, code, found.stderr)
  return { ...readReport(found.stdout), ...found }
}

/** Waits until a run is being made that has not ended before, and has come to a checkpoint; names it. */
const underWay = async ({ saved, until }: Queueing): Promise<string> => {
  const [row] = await until("select id from runs where status = 'running'", (rows) => rows.length > 0)
  const run = String(row?.["id"])
  await saved(run, 1, 100)
  return run
}

const attemptsOf = ({ rows }: Queueing, run: string) => rows(`select status from attempts where run = '${run}' order by number`)

const steps = 600

onBoth("A night", (place) => {
  it("comes to the same verdicts where a worker makes its runs", () =>
    inNights(place, 40, async (nights) => {
      const { begin, project, rows, worker } = nights
      const other = worker()
      await other.says("waiting for runs")
      assert.deepStrictEqual(verdictsOf((await reported(0, begin())).stdout), same)
      project.write(file, experiment({ peak: worsePeak }))
      const changed = await reported(0, begin())
      assert.deepStrictEqual(verdictsOf(changed.stdout), [[null, "changed"]])
      claim(project.folder, "home", changed)
      const regressed = await reported(1, begin())
      assert.deepInclude(verdictsOf(regressed.stdout), ["loss", "regressed"])
      await drained(other)
      // All but the first night's.
      const holders = (await rows("select holder from attempts order by started")).slice(1)
      const makers = holders.map(({ holder }) => (JSON.parse(String(holder)) as ReadonlyArray<unknown>)[1])
      assert.deepStrictEqual(makers, [other.pid, other.pid, other.pid, other.pid])
    }), 300_000)

  it("launches and repeats once, wherever it is killed", () =>
    inNights(place, 40, async (nights) => {
      const { begin, project, rows } = nights
      project.write(file, experiment({ peak: worsePeak }))
      claim(project.folder, "home", await reported(0, begin()))
      const before = (await rows("select id from launches")).length
      // Before and after it has launched, before and after it has launched the repeat, and before it has ended.
      for (const killed of ["before 2", "after 2", "after 1", "before 2", "after 2", "before 2"]) {
        const { signal, stderr } = await begin(killed).ended
        assert.strictEqual(signal, "SIGKILL", `${killed}: ${stderr}`)
      }
      const [last = ""] = fs.readdirSync(path.join(project.folder, "home/nights")).toSorted().slice(-1)
      // Whatever has ended has told so before.
      assert.isTrue(fs.existsSync(path.join(project.folder, "home/nights", last, "report.html")))
      const report = await reported(1, begin())
      assert.strictEqual(report.night, last)
      assert.include(report.stderr, `going on with night ${report.night}`)
      assert.deepStrictEqual([report.verdict, report.runs], ["regressed", { ended: 2, all: 2 }])
      assert.deepStrictEqual(report.launches.map(({ repeat }) => repeat), [false, true])
      assert.strictEqual((await rows("select id from launches")).length, before + 2)
    }), 300_000)

  it("ends with its verdict where its worker is killed midway, and goes on where it is itself", () =>
    inNights(place, steps, async (nights) => {
      const { begin, rows, worker } = nights
      const other = worker()
      await other.says("waiting for runs")
      const waiting = begin()
      const lost = await underWay(nights)
      other.kill("SIGKILL")
      await other.ended
      // As if it were another machine's: nothing but its lease tells that it is gone.
      await rows(`update runs set holder = replace(holder, '${os.hostname()}', 'elsewhere') where id = '${lost}'`)
      const report = await reported(0, waiting)
      assert.deepStrictEqual([verdictsOf(report.stdout), report.runs], [same, { ended: 1, all: 1 }])
      assert.deepStrictEqual(await attemptsOf(nights, lost), [{ status: "interrupted" }, { status: "succeeded" }])

      const killed = begin()
      const own = await underWay(nights)
      killed.kill("SIGKILL")
      await killed.ended
      const further = await reported(0, begin())
      assert.match(further.stderr, /going on with night \S+, begun .+: 0 of 1 run has ended/)
      assert.deepStrictEqual([verdictsOf(further.stdout), further.runs], [same, { ended: 1, all: 1 }])
      assert.deepStrictEqual(await attemptsOf(nights, own), [{ status: "interrupted" }, { status: "succeeded" }])
    }), 300_000)

  it("compares no run of another night that is under way, and is not begun a second time", () =>
    inNights(place, steps, async (nights) => {
      const { begin, project } = nights
      const first = begin()
      await underWay(nights)
      const second = await begin().ended
      assert.include(second.stderr, `process ${first.pid} is at work on night`)
      assert.deepStrictEqual([second.code, (JSON.parse(second.stdout) as { readonly error: string }).error], [1, "LaunchHeld"])
      // Another commit's, as it were.
      project.write(file, experiment({ steps, peak: worsePeak }))
      const changed = await reported(0, begin())
      assert.deepStrictEqual([verdictsOf(changed.stdout), changed.runs], [[[null, "changed"]], { ended: 1, all: 1 }])
      const quiet = await reported(0, first)
      assert.deepStrictEqual([verdictsOf(quiet.stdout), quiet.runs], [same, { ended: 1, all: 1 }])
      assert.notStrictEqual(changed.night, quiet.night)
      assert.notDeepEqual(changed.launches, quiet.launches)
      assert.sameMembers(fs.readdirSync(path.join(project.folder, "home/nights", String(quiet.night))), [
        "junit.xml", "night.json", "report.html", "report.json", "report.md"
      ])
    }), 300_000)

  it("says what one that was broken off has left in the queue, and goes on with that one alone whose training it is", () =>
    inNights(place, steps, async (nights) => {
      const { begin, project } = nights
      const killed = begin()
      const run = await underWay(nights)
      killed.kill("SIGKILL")
      await killed.ended
      project.write(file, experiment({ steps, peak: worsePeak }))
      const other = await reported(0, begin())
      assert.deepStrictEqual([verdictsOf(other.stdout), other.runs], [[[null, "changed"]], { ended: 1, all: 1 }])
      assert.match(other.stderr, /night \S+ of no commit, begun .+, was broken off, and measures something else/)
      assert.include(other.stderr, `has 1 run of tiny that it launched: npx ballast runs cancel ${run.slice(0, -"-1".length)} withdraws them`)
      project.write(file, experiment({ steps }))
      const own = await reported(0, begin())
      assert.match(own.stderr, /going on with night \S+, begun .+: 1 of 1 run has ended/)
      assert.deepStrictEqual([verdictsOf(own.stdout), own.runs], [same, { ended: 1, all: 1 }])
    }), 300_000)
})
