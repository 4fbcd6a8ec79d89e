import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { experiment, inProject } from "./project.ts"

interface Written {
  readonly launch: string | null
  readonly runs: ReadonlyArray<string>
  readonly files: ReadonlyArray<string>
}

/** Reads a page without the numbers by which its process tells drawings apart. */
const pageIn = (file: string): string => fs.readFileSync(file, "utf8").replace(/\bzr\d+-/g, "zr-")

const parsed = (stdout = ""): Written => JSON.parse(stdout) as Written

describe("ballast report", () => {
  it("makes of a run's folder that was taken elsewhere what the run itself has left", () =>
    inProject(async ({ ballast, each, folder, write }) => {
      write("e.ts", experiment({ model: "Model.classifier({ channels: [4], input: 32 })", steps: 4, recipe: "checkpoint: Checkpoint.every({ steps: 2 })" }))
      const { code, stderr, stdout } = await ballast("run", "e.ts", "--engine", "wasm", "--seed", "3", "--json")
      assert.strictEqual(code, 0, stderr)
      const { runs: [{ directory = "", id = "" } = {}] } = JSON.parse(stdout) as { readonly runs: ReadonlyArray<{ readonly id: string; readonly directory: string }> }
      const [of, taken] = [path.join(folder, "taken/events"), path.join(folder, "taken/run")]
      const home = path.join(folder, ".ballast")
      const [pageThen, eventsThen] = [pageIn(path.join(directory, "report.html")), path.join(directory, "attempts/1/tensorboard")]
      const [name = ""] = fs.readdirSync(eventsThen)
      const bytesThen = fs.readFileSync(path.join(eventsThen, name))
      for (const section of ["backbone", "head"]) assert.include(bytesThen.toString("latin1"), `weights/${section}`)
      fs.cpSync(directory, taken, { recursive: true })
      fs.rmSync(home, { recursive: true })
      fs.rmSync(path.join(taken, "report.html"))

      const [page, events, other, no, wrong] = await each([
        ["report", "taken/run", "--json"],
        ["report", taken, "--tensorboard", "taken/events", "--json"],
        ["report", "./taken/run", "--out", "taken/page.html"],
        ["report", "./taken"],
        ["report", "taken/run", "--home", "taken"]
      ])
      assert.deepStrictEqual(parsed(page?.stdout), { format: "ballast.report/1", launch: null, runs: [id], files: [path.join(taken, "report.html")] } as Written)
      assert.isTrue(pageIn(path.join(taken, "report.html")) === pageThen)
      assert.deepStrictEqual(parsed(events?.stdout).files, [path.join(of, `${id} calm seed 3`, name)])
      assert.isTrue(fs.readFileSync(path.join(of, `${id} calm seed 3`, name)).equals(bytesThen))
      assert.deepStrictEqual([other?.code, other?.stdout], [0, "taken/page.html\n"])
      assert.isTrue(pageIn(path.join(folder, "taken/page.html")) === pageThen)
      assert.strictEqual(no?.code, 2)
      assert.match(no?.stderr ?? "", /\.\/taken is no folder of a run that has begun: it has no attempt\.json/)
      assert.strictEqual(wrong?.code, 2)
      assert.isFalse(fs.existsSync(home), "nothing of a home is made for it")

      // Whatever else its documents and events say wrong is no defect of the program's.
      const result = fs.readFileSync(path.join(taken, "result.json"), "utf8")
      fs.writeFileSync(path.join(taken, "result.json"), `{ "status": "succeeded" }`)
      const [broken] = await each([["report", "taken/run"]])
      assert.deepStrictEqual([broken?.code, broken?.stdout], [1, ""])
      assert.match(broken?.stderr ?? "", /^taken\/run cannot be drawn:/)
      fs.writeFileSync(path.join(taken, "result.json"), result)
      fs.symlinkSync(folder, path.join(taken, "attempts/1/link"))
      const [linked] = await each([["report", "taken/run", "--json"]])
      assert.strictEqual(linked?.code, 1)
      assert.match(JSON.parse(linked?.stdout ?? "").message, /attempts\/1\/link is a link/)
    }), 60_000)
})
