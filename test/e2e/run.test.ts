import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"
import { childrenOf, experiment, inProject, lives } from "./project.ts"

interface ResultDocument {
  readonly format: string
  readonly launch: string
  readonly verdict: string
  readonly expectations: ReadonlyArray<{ readonly holds: boolean | null }>
  readonly runs: ReadonlyArray<{
    readonly id: string
    readonly arm: string
    readonly status: string
    readonly engine: string
    readonly execution: { readonly mode: string }
    readonly steps: number
    readonly metrics: Readonly<Record<string, number | string | null>>
    readonly attempts: ReadonlyArray<{ readonly fault: { readonly tag: string; readonly step: number; readonly message: string } | null }>
    readonly directory: string
  }>
}

const parsed = (stdout: string): ResultDocument => JSON.parse(stdout) as ResultDocument

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

const classifier = "Model.classifier({ channels: [4], input: 32 })"

/** The same of a classifier, which takes a second or two: enough for what is no matter of engine or network. */
const small = (options: Parameters<typeof experiment>[0] = {}): string => experiment({ model: classifier, ...options })

const onWasm = ["--engine", "wasm", "--json"] as const

tensorflow("ballast run", () => {
  it("trains every arm, judges what was expected, and leaves a folder that tells everything", () =>
    inProject(async ({ ballast, folder, write }) => {
      write("e.ts", experiment({
        arms: `{ calm, wild: Recipe.with(wild, { model: ${classifier}, loss: Loss.binaryCrossEntropy() }) }`,
        expect: `[Expect.diverges("wild"), Expect.finite("calm")]`
      }))
      const { code, stderr, stdout } = await ballast("run", "e.ts", "--json")
      const { expectations, format, launch, runs, verdict } = parsed(stdout)
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual(format, "ballast.result/1")
      assert.deepStrictEqual(runs.map(({ arm, engine, execution, status, steps }) => [arm, status, engine, execution.mode, steps]), [
        ["calm", "succeeded", "tensorflow", "session", 6],
        ["wild", "failed", "tensorflow", "session", 1]
      ])
      assert.deepStrictEqual(expectations.map(({ holds }) => holds), [true, true])
      assert.strictEqual(verdict, "holds")
      const [calm, wild] = runs
      assert.isAbove(Number(calm?.metrics["loss"]), 0)
      assert.isAtLeast(Number(calm?.metrics["map50"]), 0)
      assert.strictEqual(wild?.metrics["loss"], "Infinity")
      const fault = wild?.attempts[0]?.fault
      assert.deepStrictEqual([fault?.tag, fault?.step], ["NonFinite", 1])
      assert.match(fault?.message ?? "", /^at step 1 the /)

      const directory = path.join(folder, ".ballast/runs", `${launch}-1`)
      assert.strictEqual(calm?.directory, directory)
      for (const file of "recipe.json plan.json environment.json result.json report.html attempts/1/tensorboard attempts/1/checkpoints/step-000006".split(" ")) {
        assert.isTrue(fs.existsSync(path.join(directory, file)), file)
      }
      const events = fs.readFileSync(path.join(directory, "attempts/1/events.jsonl"), "utf8").trimEnd().split("\n")
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      assert.deepStrictEqual(events.filter(({ kind }) => kind === "step").map(({ step }) => step), [0, 1, 2, 3, 4, 5])
      const [first] = events.filter(({ kind }) => kind === "step")
      assert.includeMembers(Object.keys(first ?? {}), [
        ..."run attempt step kind loss parts learningRate momentum gradNorm clipBound clipped finite lossScale".split(" "),
        "imagesPerSecond"
      ])

      const list = JSON.parse((await ballast("runs", "list", "--json")).stdout) as { readonly runs: ReadonlyArray<object> }
      assert.strictEqual(list.runs.length, 2)
      const shown = await ballast("runs", "show", `${launch}-2`)
      assert.match(shown.stdout, /NonFinite/)
      const evaluated = await ballast("eval", `${launch}-1`, "--json")
      assert.strictEqual(evaluated.code, 0, evaluated.stderr)
      const { format: evalFormat, map50 } = JSON.parse(evaluated.stdout) as { readonly format: string; readonly map50: number }
      assert.strictEqual(evalFormat, "ballast.eval/1")
      assert.strictEqual(map50, calm?.metrics["map50"])
    }), 180_000)
})

describe("ballast run", () => {
  it("is the same as running the file, and importing the file runs nothing", () =>
    inProject(async ({ start, write }) => {
      const file = write("e.ts", small({ steps: 2 }))
      write("importing.ts", `import experiment from "./e.ts"\nconsole.log(experiment.name)\n`)
      const ran = await start([file, ...onWasm]).ended
      assert.strictEqual(ran.code, 0, ran.stderr)
      assert.strictEqual(parsed(ran.stdout).runs[0]?.steps, 2)
      const imported = await start([path.join(path.dirname(file), "importing.ts")]).ended
      assert.deepStrictEqual([imported.code, imported.stdout], [0, "small\n"])
    }), 180_000)

  it("ends with 4 after a failure that nobody expected, with 1 after an expectation that failed", () =>
    inProject(async ({ ballast, write }) => {
      const expect = `[Expect.loss("calm").below(0.001)]`
      const late = `Recipe.with(calm, { length: { steps: 100_000 }, host: Host.make({ time: "1 second" }) })`
      write("no.ts", small({ expect }))
      write("both.ts", small({ arms: `{ calm, late: ${late} }`, expect }))
      for (const [file, expected, verdict] of [["no.ts", 1, "fails"], ["both.ts", 4, "fails"]] as const) {
        const { code, stderr, stdout } = await ballast("run", file, ...onWasm)
        assert.deepStrictEqual([code, parsed(stdout).verdict], [expected, verdict], stderr)
      }
    }), 180_000)

  it("narrows to arms, seeds and steps, and then leaves open what it did not see", () =>
    inProject(async ({ ballast, write }) => {
      write("e.ts", small({ arms: "{ calm, wild }", expect: `[Expect.diverges("wild"), Expect.finite("calm")]` }))
      const { code, stdout } = await ballast("run", "e.ts", ...onWasm, "--arm", "calm", "--seed", "3", "--seed", "4", "--steps", "2")
      const { expectations, runs, verdict } = parsed(stdout)
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(runs.map(({ arm, steps }) => [arm, steps]), [["calm", 2], ["calm", 2]])
      assert.deepStrictEqual(expectations.map(({ holds }) => holds), [null, null])
      assert.strictEqual(verdict, "undecided")
      const wrong = await ballast("run", "e.ts", "--arm", "clam")
      assert.strictEqual(wrong.code, 2)
      assert.match(wrong.stderr, /there is no arm "clam"; did you mean "calm"\?/)
    }), 180_000)

  it("ends an interrupted run with a checkpoint, starts no further one, and ends with 130 or 143", () =>
    inProject(async ({ folder, start, write }) => {
      write("e.ts", small({ steps: 100_000, arms: "{ calm, wild }" }))
      for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
        const running = start(["run", "e.ts", ...onWasm, "--home", signal])
        await running.says("/100000")
        running.kill(signal)
        const { code, stderr, stdout } = await running.ended
        assert.strictEqual(code, expected, stderr)
        const [first, second] = parsed(stdout).runs
        assert.deepStrictEqual([first?.status, second?.status, second?.steps], ["interrupted", "interrupted", 0])
        const checkpoints = path.join(folder, signal, "runs", first?.id ?? "", "attempts/1/checkpoints")
        assert.deepStrictEqual(fs.readdirSync(checkpoints), [`step-${String(first?.steps).padStart(6, "0")}`])
      }
    }), 180_000)

  it("blames the process where that is killed, and no training goes on where the command is", () =>
    inProject(async ({ start, write }) => {
      write("e.ts", small({ steps: 100_000 }))
      const running = start(["run", "e.ts", ...onWasm])
      await running.says("/100000")
      const [training = -1] = childrenOf(running.pid)
      process.kill(training, "SIGKILL")
      const { code, stdout } = await running.ended
      assert.strictEqual(code, 4)
      const fault = parsed(stdout).runs[0]?.attempts[0]?.fault
      assert.strictEqual(fault?.tag, "WorkerLost")
      assert.match(fault?.message ?? "", /by SIGKILL/)

      const terminated = start(["run", "e.ts", ...onWasm])
      await terminated.says("/100000")
      process.kill(childrenOf(terminated.pid)[0] ?? -1, "SIGTERM")
      const ended = await terminated.ended
      // The command itself was asked for nothing.
      assert.deepStrictEqual([ended.code, parsed(ended.stdout).runs[0]?.status], [4, "failed"])
      assert.strictEqual(parsed(ended.stdout).runs[0]?.attempts[0]?.fault?.tag, "Preempted")
    }), 180_000)

  it("leaves no training behind where the command is killed: not between steps, not while compiling, not in a call", () =>
    inProject(async ({ start, write }) => {
      write("e.ts", small({ steps: 100_000 }))
      const moments: ReadonlyArray<readonly [says: string, flags: ReadonlyArray<string>]> = [
        ["/100000", []],
        ["compiling", []],
        // The training thread never comes back from this.
        ["1/100000", ["--inject", "stall@1"]]
      ]
      for (const [says, flags] of moments) {
        const orphaned = start(["run", "e.ts", ...onWasm, ...flags])
        await orphaned.says(says)
        if (flags.length > 0) await new Promise((resolve) => setTimeout(resolve, 300))
        const [child = -1] = childrenOf(orphaned.pid)
        orphaned.kill("SIGKILL")
        await orphaned.ended
        await until(() => !lives(child))
      }
    }), 180_000)
})
