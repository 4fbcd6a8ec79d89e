import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as FaultText from "../../../runtime/report/FaultText.ts"
import * as Incidents from "../../../runtime/report/Incidents.ts"
import type { RunResult } from "../../../runtime/run/Result.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import { bundle, exploded } from "./incidents.ts"
import * as Samples from "./samples.ts"

/** A run's folder in which the first attempt has left what replays its fault. */
const inFolder = (body: (run: RunResult, incident: string) => void): void => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-incidents-"))
  try {
    const incident = RunFolder.incident(RunFolder.attemptOf(directory, 1))
    fs.mkdirSync(incident, { recursive: true })
    RunFolder.write(path.join(incident, "bundle.json"), bundle)
    body({ ...Samples.remedied, attempts: [exploded, ...Samples.remedied.attempts.slice(1)], directory }, incident)
  } finally {
    fs.rmSync(directory, { recursive: true })
  }
}

const read = (file: string): string => fs.readFileSync(file, "utf8")

describe("Incidents", () => {
  it("writes a page and a document of every fault that left something to replay, and names the pages", () =>
    inFolder((run, incident) => {
      assert.deepStrictEqual(Incidents.write("coldstart-clip", run), [path.join(incident, "incident.md")])
      assert.strictEqual(FaultText.page(run, exploded), path.join(incident, "incident.md"))
      assert.include(read(path.join(incident, "incident.md")), "# NonFinite at step 120")
      const document = JSON.parse(read(path.join(incident, "incident.json"))) as Readonly<Record<string, unknown>>
      assert.strictEqual(document["format"], "ballast.incident/1")
      assert.strictEqual(document["incident"], "260309-1405-k3f-1.1")
      assert.include(JSON.stringify(document["before"]), "\"loss\":\"NaN\"")
      assert.notProperty(document, "seconds")
    }))

  it("tells how long the diagnosis took, where that is beside it", () =>
    inFolder((run, incident) => {
      RunFolder.write(path.join(incident, "diagnosis.json"), { seconds: 75 })
      Incidents.write("coldstart-clip", run)
      assert.include(read(path.join(incident, "incident.md")), "1 min 15 s of diagnosis")
    }))

  it("writes over what was known before", () =>
    inFolder((run, incident) => {
      Incidents.write("coldstart-clip", { ...run, attempts: [exploded] })
      assert.notInclude(read(path.join(incident, "incident.md")), "Attempt 3 succeeded")
      Incidents.write("coldstart-clip", run)
      assert.include(read(path.join(incident, "incident.md")), "Attempt 3 succeeded")
      assert.deepStrictEqual(fs.readdirSync(incident).toSorted(), ["bundle.json", "incident.json", "incident.md"])
    }))

  it("passes over a folder that is not there, and faults that left nothing", () =>
    inFolder((run, incident) => {
      assert.deepStrictEqual(Incidents.write("", { ...run, attempts: run.attempts.slice(1) }), [])
      fs.rmSync(incident, { recursive: true })
      assert.deepStrictEqual(Incidents.write("", run), [])
    }))
})
