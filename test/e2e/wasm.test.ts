import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"
import { experiment, inProject, type Project } from "./project.ts"

const coldstart = path.resolve(import.meta.dirname, "../../experiments/coldstart-clip.ts")
/** Later, rounding gives a box another anchor on one of two engines, and their losses part. */
const steps = 20

interface Result {
  readonly runs: ReadonlyArray<{
    readonly engine: string
    readonly execution: { readonly mode: string; readonly threads: number }
    readonly status: string
    readonly directory: string
  }>
}

/** Trains the first steps of the arm that learns, and returns its losses. */
const lossesOf = async ({ ballast, folder }: Project, engine: string, home: string): Promise<ReadonlyArray<number>> => {
  const flags = ["--arm", "clip + warmup", "--steps", String(steps), "--engine", engine, "--home", path.join(folder, home)]
  const { code, stderr, stdout } = await ballast("run", coldstart, "--json", ...flags)
  assert.strictEqual(code, 0, stderr)
  assert.include(stderr, `engine ${engine}: asked for by its name\n`)
  const [run] = (JSON.parse(stdout) as Result).runs
  assert.deepStrictEqual([run?.engine, run?.status], [engine, "succeeded"])
  const lines = fs.readFileSync(path.join(run?.directory ?? "", "attempts/1/events.jsonl"), "utf8").trimEnd().split("\n")
  return lines.map((line) => JSON.parse(line) as { readonly kind: string; readonly loss: number })
    .flatMap(({ kind, loss }) => kind === "step" ? [loss] : [])
}

let known: ReadonlyArray<number> | null = null

describe("ballast on the wasm engine", () => {
  it("trains where nothing else is installed, says why, and comes to the same bits again", () =>
    inProject(async (project) => {
      const engines = { BALLAST_ENGINES: path.join(project.folder, "no-engines") }
      project.write("e.ts", experiment({ steps: 4 }))
      const { code, stderr, stdout } = await project.start(["run", "e.ts", "--json"], engines).ended
      assert.strictEqual(code, 0, stderr)
      assert.include(stderr, "wasm: running its reference cases, once on this machine\n")
      assert.match(stderr, /^engine wasm: tensorflow is passed over: not installed \(npx ballast engine install tensorflow\)$/m)
      const [run] = (JSON.parse(stdout) as Result).runs
      assert.deepStrictEqual([run?.engine, run?.execution.mode, run?.execution.threads], ["wasm", "eager", 1])

      const first = known = await lossesOf(project, "wasm", "first")
      assert.strictEqual(first.length, steps)
      assert.deepStrictEqual(await lossesOf(project, "wasm", "second"), first)
    }), 180_000)
})

tensorflow("ballast on both engines", () => {
  it("follows the same losses", () =>
    inProject(async (project) => {
      const expected = await lossesOf(project, "tensorflow", "tensorflow")
      const actual = known ?? await lossesOf(project, "wasm", "wasm")
      actual.forEach((loss, step) => {
        const other = expected[step] ?? NaN
        assert.isBelow(Math.abs(loss - other) / other, 1e-3, `step ${step}: ${loss} and ${other}`)
      })
    }), 180_000)
})
