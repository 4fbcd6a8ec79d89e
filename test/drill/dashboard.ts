import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Home from "../../runtime/run/Home.ts"
import { Store } from "../../runtime/run/Store.ts"
import * as Holder from "../../runtime/run/store/Holder.ts"
import * as RunFolder from "../../runtime/run/RunFolder.ts"
import * as EventLog from "../../runtime/train/EventLog.ts"
import { browsing, inChromium } from "../e2e/browser.ts"
import { inProject } from "../e2e/project.ts"
import { until } from "../e2e/queueing.ts"
import { stepEvent } from "../runtime/report/events.ts"
import { request } from "../runtime/run/launches.ts"
import { runResult } from "../runtime/run/results.ts"

const runs = 200
const stepsEach = 5000

/** Records runs that have ended, each with its events. */
const recorded = Effect.fnUntraced(function*(home: Home.Home) {
  const store = yield* Store
  const holder = Holder.self()
  for (let index = 0; index < runs; index++) {
    const id = `run-${String(index).padStart(3, "0")}`
    const directory = path.join(home.runs, id)
    const file = RunFolder.events(RunFolder.attemptOf(directory, 1))
    fs.mkdirSync(path.dirname(file), { recursive: true })
    const events = Array.from({ length: stepsEach }, (_, step) =>
      EventLog.encode(stepEvent(step, { run: id, totalSteps: stepsEach, loss: 3 + Math.sin(step * index), gradNorm: 2 + Math.cos(step) })))
    fs.writeFileSync(file, `${events.join("\n")}\n`)
    yield* store.begin({ id: `l${index}`, experiment: "many", started: index, request, runs: [{ id, arm: "one", seed: index, directory }] }, holder)
    yield* store.accept(id, { attempt: 1, token: id }, { holder, at: index })
    yield* store.end(runResult({ id, arm: "one", seed: index, directory, steps: stepsEach }), id, { holder, at: index + 1, reason: null })
  }
})

const residentOf = (pid: number): number => {
  const [, kibibytes = "NaN"] = /^VmHWM:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8")) ?? []
  return Number(kibibytes) / 1024
}

const painted = `new Promise((resolve) => new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") resolve(startTime)
}).observe({ type: "paint", buffered: true }))`

inChromium("The dashboard", () => {
  it(`shows ${runs} runs of ${stepsEach} steps each, and holds little of them`, () =>
    inProject(async ({ folder, start }) => {
      const home = await Effect.runPromise(Home.open(path.join(folder, "home")))
      await Effect.runPromise(recorded(home).pipe(Effect.provide(Store.layerSqlite(home.database))))
      const server = start(["serve", "--home", home.directory, "--port", "0"])
      await until(() => server.printed().includes("\n"), server.printed)
      const [, address = ""] = /at (http:\S+)\n/.exec(server.printed()) ?? []
      await browsing(async (open) => {
        const page = await open()
        const paints: Array<string> = []
        const look = async (name: string, place: string): Promise<void> => {
          await page.goto(`${address}${place}`)
          paints.push(`${name} ${Number(await page.evaluate(painted)).toFixed(0)} ms`)
        }
        await look("the list", "/")
        assert.strictEqual(await page.locator("table .id").count(), 50)
        await look("one run", "/runs/run-000")
        assert.isAbove(await page.locator(".chart svg").count(), 3)
        await look("the same again", "/runs/run-000")
        await look("8 runs compared", `/compare?${Array.from({ length: 8 }, (_, index) => `run=run-00${index}`).join("&")}`)
        const before = residentOf(server.pid)
        for (let index = 0; index < runs; index++) {
          const answer = await fetch(`${address}/api/runs/run-${String(index).padStart(3, "0")}/curves?points=300`)
          assert.strictEqual(answer.status, 200)
          await answer.arrayBuffer()
        }
        const after = residentOf(server.pid)
        process.stdout.write(`first paint: ${paints.join(", ")}; the server's most resident memory: ${before.toFixed(0)} MiB, and ${after.toFixed(0)} MiB after all of the curves\n`)
        assert.isBelow(after, 1024)
      })
      server.kill("SIGTERM")
      assert.strictEqual((await server.ended).code, 143)
    }), 300_000)
})
