import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import * as DrawingReporter from "../../../../runtime/report/html/DrawingReporter.ts"
import { runResult } from "../../run/results.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"
import { stepEvent } from "../events.ts"
import { log, noting, runIn, telling } from "../reporting.ts"

describe("DrawingReporter", () => {
  it.effect("has left a page of every run that ended when it is let go, and passes on all that it hears", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const heard: Array<string> = []
        const directories = ["a", "b"].map((name) => path.join(folder, name))
        for (const directory of directories) log(directory, [stepEvent(0), stepEvent(1)])
        yield* telling(DrawingReporter.layer.pipe(Layer.provide(noting(heard))), (reporter) => {
          reporter.launched("e", "l", directories.map(runIn))
          for (const directory of directories) {
            reporter.begins(runIn(directory), { number: 1, from: 0, remarks: [] })
            reporter.event(stepEvent(0), runIn(directory))
            reporter.ended(runResult({ directory, arm: `<${path.basename(directory)}>` }))
          }
        })
        assert.deepStrictEqual(heard, ["launched", "begins", "step", "ended", "begins", "step", "ended"])
        for (const directory of directories) {
          const page = fs.readFileSync(path.join(directory, "report.html"), "utf8")
          assert.include(page, `&lt;${path.basename(directory)}&gt;`)
          assert.include(page, "<figcaption>Loss")
        }
      })
    ), 30_000)

  it.effect("lets a page go that cannot be written", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const heard: Array<string> = []
        const directory = path.join(folder, "a")
        log(directory, [stepEvent(0)])
        fs.mkdirSync(path.join(directory, "report.html", "taken"), { recursive: true })
        yield* telling(DrawingReporter.layer.pipe(Layer.provide(noting(heard))), (reporter) => reporter.ended(runResult({ directory })))
        assert.deepStrictEqual(heard, ["ended"])
      })
    ), 30_000)
})
