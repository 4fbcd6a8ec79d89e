import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { experiment, inProject } from "./project.ts"

const noEngines = (folder: string) => ({ BALLAST_ENGINES: path.join(folder, "no-engines") })

describe("ballast", () => {
  it("plans without an engine, as text and as JSON", () =>
    inProject(async ({ each, folder, write }) => {
      write("e.ts", experiment({}))
      const [json, text] = await each([["plan", "e.ts", "--json"], ["plan", "e.ts"]], noEngines(folder))
      const { code, stdout = "" } = json ?? {}
      const plan = JSON.parse(stdout) as {
        readonly format: string
        readonly arms: ReadonlyArray<{
          readonly graph: { readonly nodes: ReadonlyArray<{ readonly parameters: number }>; readonly parameters: number }
          readonly update: ReadonlyArray<string>
          readonly identity: Readonly<Record<string, string>>
        }>
      }
      assert.strictEqual(code, 0)
      assert.strictEqual(plan.format, "ballast.plan/1")
      const [arm] = plan.arms
      assert.deepStrictEqual(arm?.update, ["backward", "finite", "norm", "clip", "guard", "optimizer"])
      assert.strictEqual(arm?.graph.nodes.reduce((sum, { parameters }) => sum + parameters, 0), arm?.graph.parameters)
      for (const name of ["recipe", "graph", "training", "data"]) assert.match(arm?.identity[name] ?? "", /^[0-9a-f]{64}$/)
      assert.match(text?.stdout ?? "", /can run/)
      assert.notInclude(text?.stdout ?? "", "\u001b")
      assert.isFalse(fs.existsSync(path.join(folder, ".ballast")), "planning generated images leaves nothing behind")
    }))

  it("prints every row of a schedule", () =>
    inProject(async ({ ballast, write }) => {
      write("e.ts", experiment({ steps: 7 }))
      const { arms } = JSON.parse((await ballast("schedule", "e.ts", "--json")).stdout) as {
        readonly arms: ReadonlyArray<{ readonly steps: ReadonlyArray<object> }>
      }
      assert.strictEqual(arms[0]?.steps.length, 7)
      assert.deepStrictEqual(arms[0]?.steps[0], { step: 0, learningRate: 0.001, biasLearningRate: 0.001, momentum: 0.9 })
    }))

  it("reports everything that is wrong at once, each with its path, and ends with 1", () =>
    inProject(async ({ each, write }) => {
      write("e.ts", experiment({ recipe: "clip: { _tag: 'GlobalNorm', maxNorm: -1 }, batch: 0.5, bacth: 3 as never" }))
      const invocations = [["validate", "e.ts"], ["plan", "e.ts"], ["run", "e.ts"], ["validate", "e.ts", "--json"]]
      const ended = await each(invocations)
      for (const { code, stderr, stdout } of ended.slice(0, 3)) {
        assert.strictEqual(code, 1)
        const said = stdout + stderr
        assert.match(said, /arms\.calm\.clip\.maxNorm\s+expected a number above 0, got -1/)
        assert.match(said, /arms\.calm\.batch\s+expected a whole number above 0, got 0\.5/)
        assert.match(said, /arms\.calm\.bacth\s.*did you mean "batch"\?/)
        assert.notMatch(said, /^\s+at /m)
      }
      const { errors, valid } = JSON.parse(ended[3]?.stdout ?? "") as { readonly valid: boolean; readonly errors: ReadonlyArray<object> }
      assert.isFalse(valid)
      assert.strictEqual(errors.length, 3)
    }))

  it("lets an error of the plan block, a warning only with --strict", () =>
    inProject(async ({ each, write }) => {
      write("large.ts", experiment({ recipe: "batch: 17" }))
      write("bare.ts", experiment({ recipe: "clip: Clip.off" }))
      const invocations = [["plan", "large.ts", "--json"], ["validate", "bare.ts"], ["validate", "bare.ts", "--strict"]]
      const [large, bare, strict] = await each(invocations)
      assert.deepStrictEqual([large?.code, bare?.code, strict?.code], [1, 0, 1])
      assert.isNull((JSON.parse(large?.stdout ?? "") as { readonly arms: ReadonlyArray<{ readonly graph: null }> }).arms[0]?.graph)
      assert.match(strict?.stdout ?? "", /clip\/off-on-cold-start/)
    }))

  it("says where a file does not load, without a stack trace, and ends with 2", () =>
    inProject(async ({ each, write }) => {
      write("throws.ts", `const value: { a?: { b: number } } = {}\n\nexport default (value.a as { b: number }).b\n`)
      write("nothing.ts", `export const experiment = 1\n`)
      write("syntax.ts", `export default {\n  name: "x",,\n}\n`)
      write("import.ts", `import { x } from "./missing.ts"\nexport default x\n`)
      const said: Readonly<Record<string, RegExp>> = {
        "throws.ts": /throws\.ts does not load: Cannot read properties of undefined.*\(throws\.ts:3\)/s,
        "nothing.ts": /exports no experiment/,
        "syntax.ts": /syntax\.ts does not load/,
        "import.ts": /missing\.ts/,
        "absent.ts": /there is no file absent\.ts/,
        ".": /is a folder/
      }
      const ended = await each(Object.keys(said).map((file) => ["plan", file]))
      Object.entries(said).forEach(([file, expected], index) => {
        const { code, stderr = "", stdout } = ended[index] ?? {}
        assert.deepStrictEqual([code, stdout], [2, ""], file)
        assert.match(stderr, expected)
        assert.notMatch(stderr, /^\s+at /m, file)
      })
    }))

  it("says that Ballast is not installed where a file lies", () =>
    inProject(async ({ ballast, folder, write }) => {
      write("e.ts", experiment({}))
      fs.rmSync(path.join(folder, "node_modules"), { recursive: true })
      const { code, stderr } = await ballast("plan", "e.ts")
      assert.strictEqual(code, 2)
      assert.match(stderr, /not installed where the file lies/)
    }))

  it("refuses wrong usage with 2 and says what there is", () =>
    inProject(async ({ each, write }) => {
      write("e.ts", experiment({}))
      const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
        [["plann", "e.ts"], /plan/],
        [["plan"], /file/],
        [["plan", "e.ts", "--jsno"], /--json/],
        [["run", "e.ts", "--steps", "many"], /--steps: "many". Expected: a number$/m],
        [["run", "e.ts", "--steps", "-1"], /--steps takes/],
        [["run", "e.ts", "--engine", "cuda"], /engine/],
        [["run", "e.ts", "--inject", "nan"], /--inject: expected nan@STEP, [^]*, got "nan"/],
        [["run", "e.ts", "--inject", "nan@2:backbone.1.con"], /did\s+you\s+mean\s+"backbone\.1\.conv"\?/],
        [["run", "e.ts", "--inject", "nan@500"], /in\s+arm\s+"calm":\s+the\s+last\s+step\s+is\s+number\s+5/],
        [["plan", "e.ts", "--data", "cells"], /NAME=PATH/],
        [["serve", "--port", "65536"], /--port: "65536". Expected: a port from 1 to 65535/],
        [["runs", "show", "nothing"], /no runs/]
      ]
      const ended = await each(wrong.map(([parameters]) => parameters))
      wrong.forEach(([parameters, expected], index) => {
        const { code, stderr = "", stdout } = ended[index] ?? {}
        assert.deepStrictEqual([code, stdout], [parameters[0] === "runs" ? 3 : 2, ""], parameters.join(" "))
        assert.match(stderr, expected)
      })
    }), 120_000)

  it("names what the environment lacks, with the command that supplies it, and ends with 3", () =>
    inProject(async ({ each, folder, write }) => {
      write("e.ts", experiment({}))
      write("cells.ts", experiment({ recipe: `data: Dataset.yolo({ name: "cells", about: "cells under a microscope" })` }))
      const invocations = [
        ["run", "e.ts", "--engine", "tensorflow"],
        ["engine", "list", "--json"],
        ["run", "cells.ts"],
        ["validate", "cells.ts"]
      ]
      const [engine, list, ...without] = await each(invocations, noEngines(folder))
      assert.strictEqual(engine?.code, 3)
      assert.match(engine?.stderr ?? "", /npx ballast engine install tensorflow/)
      assert.strictEqual(without.length, 2)
      for (const { code, stderr, stdout } of without) {
        assert.strictEqual(code, 3)
        for (const expected of [/cells under a microscope/, /--data cells=PATH/, /data\.yaml/]) assert.match(stdout + stderr, expected)
      }
      assert.strictEqual(list?.code, 0)
      const { engines } = JSON.parse(list?.stdout ?? "") as { readonly engines: ReadonlyArray<{ readonly usable: boolean; readonly reason: string }> }
      assert.isFalse(engines[0]?.usable)
      assert.match(engines[0]?.reason ?? "", /npx ballast engine install/)
    }))

  it("prints one document under --json where it fails, whatever a file prints while it is loaded", () =>
    inProject(async ({ ballast, write }) => {
      write("invalid.ts", `console.log("hello")\n${experiment({ recipe: "batch: -2" })}`)
      const { code, stdout } = await ballast("plan", "invalid.ts", "--json")
      const document = JSON.parse(stdout) as { readonly format: string; readonly issues: ReadonlyArray<object> }
      assert.deepStrictEqual([code, document.format], [1, "ballast.error/1"])
      assert.deepStrictEqual(document.issues, [
        { path: "arms.calm.batch", message: "expected a whole number above 0, got -2" }
      ])
      const absent = await ballast("run", "absent.ts", "--json")
      assert.deepStrictEqual(JSON.parse(absent.stdout), {
        format: "ballast.error/1",
        error: "NotLoaded",
        message: "there is no file absent.ts",
        issues: []
      })
    }))

  it("lists no runs where there are none", () =>
    inProject(async ({ ballast, folder }) => {
      const { code, stdout } = await ballast("runs", "list", "--json")
      assert.deepStrictEqual([code, JSON.parse(stdout)], [0, { format: "ballast.runs/1", runs: [], queue: null }])
      assert.isFalse(fs.existsSync(path.join(folder, ".ballast")))
    }))

  it("evaluates detections of another program, without a run or an engine", () =>
    inProject(async ({ each, folder, write }) => {
      const box = { image_id: 7, category_id: 3, bbox: [10, 10, 50, 50] }
      write("truth.json", JSON.stringify({
        images: [{ id: 7, file_name: "a.jpg" }],
        categories: [{ id: 3, name: "cell" }, { id: 9, name: "platelet" }],
        annotations: [{ id: 1, ...box, area: 2500, iscrowd: 0 }, { id: 2, ...box, bbox: [90, 90, 20, 20], area: 400 }]
      }))
      write("found.json", JSON.stringify([{ ...box, score: 0.75 }, { ...box, image_id: 8, score: 0.5 }]))
      const files = ["--predictions", "found.json", "--annotations", "truth.json"]
      const [unknown, refusal] = await each([["eval", ...files], ["eval", ...files, "--json"]])
      assert.deepStrictEqual([unknown?.code, unknown?.stdout], [2, ""])
      assert.match(unknown?.stderr ?? "", /found\.json is wrong in 1 place\n {2}\[1\]\.image_id: the annotations know no image 8/)
      const told = JSON.parse(refusal?.stdout ?? "") as { readonly issues: ReadonlyArray<object> }
      assert.deepStrictEqual(told.issues, [{ path: "[1].image_id", message: "the annotations know no image 8" }])

      write("found.json", JSON.stringify([{ ...box, score: 0.75 }]))
      const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
        [["eval"], /eval takes a run, or two files: write ballast eval RUN/],
        [["eval", "last", ...files], /a run or files, not both/],
        [["eval", "--predictions", "found.json"], /--predictions needs --annotations/],
        [["eval", ...files, "--data", "cells=."], /--data belongs to a run/]
      ]
      const invocations = [["eval", ...files, "--json"], ["eval", ...files], ...wrong.map(([parameters]) => parameters)]
      const [json, text, ...refused] = await each(invocations, noEngines(folder))
      const { code, stderr, stdout = "" } = json ?? {}
      assert.deepStrictEqual([code, stderr], [0, ""])
      const evaluation = JSON.parse(stdout) as Readonly<Record<string, unknown>> & { readonly map: number }
      assert.strictEqual(evaluation["format"], "ballast.eval/1")
      assert.approximately(evaluation.map, 51 / 101, 1e-6)
      assert.deepStrictEqual([evaluation["mapSmall"], evaluation["mapLarge"], evaluation["ar100"]], [0, -1, 0.5])
      assert.match(text?.stdout ?? "", /^cell +2 +0\.505 +0\.505$/m)
      assert.match(text?.stdout ?? "", /^platelet +0 +- +-$/m)

      wrong.forEach(([parameters, expected], index) => {
        const { code, stderr = "", stdout } = refused[index] ?? {}
        assert.deepStrictEqual([code, stdout], [2, ""], parameters.join(" "))
        assert.match(stderr, expected)
      })
    }))
})
