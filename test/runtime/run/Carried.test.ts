import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Carried from "../../../runtime/run/Carried.ts"
import * as Owner from "../../../runtime/run/Owner.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import { runResult } from "./results.ts"
import { accepted, attemptWith } from "./states.ts"
import { inTemporaryFolder } from "./temporary.ts"

const accept = (directory: string, changes: object): void =>
  RunFolder.write(RunFolder.acceptanceFile(directory), { ...RunFolder.acceptance(directory), ...changes })

/** Leaves a run of two attempts, of which the second has kept a checkpoint. */
const leave = Effect.fnUntraced(function*(directory: string) {
  RunFolder.write(RunFolder.recipeFile(directory), {})
  RunFolder.write(path.join(directory, "plan.json"), { experiment: "cold start", arms: [{ arm: "clip" }] })
  fs.mkdirSync(RunFolder.attemptOf(directory, 1), { recursive: true })
  const second = yield* attemptWith(directory, 2, { checkpoints: [10] })
  fs.writeFileSync(RunFolder.events(second), "{}\n")
  accepted(directory, 2, 5)
})

const inRun = <E>(use: (run: string, outside: string) => Effect.Effect<void, E>) =>
  inTemporaryFolder((folder) =>
    Effect.gen(function*() {
      const [run, outside] = [path.join(folder, "run"), path.join(folder, "outside")]
      fs.mkdirSync(outside)
      fs.writeFileSync(path.join(outside, "events.jsonl"), "secret")
      yield* leave(run)
      yield* use(run, outside)
    })
  )

/** Reads a folder that cannot be read, and says why. */
const refusal = (folder: string) => Effect.map(Effect.flip(Carried.read(folder)), ({ _tag, message }) => [_tag, message] as const)

describe("Carried", () => {
  it.effect("knows a run by its folder alone, and how it stands", () =>
    inRun(Effect.fnUntraced(function*(run) {
      const { arm, directory, experiment, id, seed, status } = yield* Carried.read(run)
      assert.deepStrictEqual([id, experiment, arm, seed, directory], ["r1", "cold start", "clip", 0, run])
      // The process that it belonged to is on another host.
      assert.strictEqual(status, "interrupted")
      accept(run, { owner: Owner.self() })
      assert.strictEqual((yield* Carried.read(run)).status, "running")
      RunFolder.write(path.join(run, "result.json"), runResult({ status: "failed" }))
      assert.strictEqual((yield* Carried.read(run)).status, "failed")
      assert.isTrue(Carried.isNamedBy(run))
      assert.isTrue(Carried.isNamedBy("./nothing"))
      assert.isTrue(Carried.isNamedBy(path.relative(process.cwd(), run)))
      // An experiment may have the name of a folder.
      assert.isFalse(Carried.isNamedBy("runtime"))
      assert.isFalse(Carried.isNamedBy("last"))
    })))

  it.effect("says what is no run's folder", () =>
    inRun(Effect.fnUntraced(function*(run, outside) {
      const nothing = path.join(outside, "nothing")
      assert.deepStrictEqual(yield* refusal(nothing), ["RunNotFound", `there is no folder ${nothing}`])
      const [, file] = yield* refusal(path.join(run, "plan.json"))
      assert.match(file, /plan\.json is no folder: name the one that the run lies in/)
      for (const folder of [outside, path.dirname(run), RunFolder.attemptOf(run, 2)]) {
        const [tag, message] = yield* refusal(folder)
        assert.strictEqual(tag, "RunNotFound")
        assert.include(message, `${folder} is no folder of a run that has begun: it has no attempt.json`)
      }
    })))

  it.effect("reads nothing that lies outside, and waits for nothing", () =>
    inRun(Effect.fnUntraced(function*(run, outside) {
      const attempt = RunFolder.attemptOf(run, 2)
      const secret = path.join(outside, "events.jsonl")
      const planted: ReadonlyArray<readonly [file: string, plant: (file: string) => void, why: RegExp]> = [
        [RunFolder.events(attempt), (file) => fs.symlinkSync(secret, file), /events\.jsonl is a link/],
        [path.join(RunFolder.attemptOf(run, 3)), (file) => fs.symlinkSync(outside, file), /attempts\/3 is a link/],
        [path.join(attempt, "tensorboard"), (file) => fs.symlinkSync(outside, file), /tensorboard is a link/],
        [path.join(attempt, "checkpoints/step-000010/weights.safetensors"), (file) => fs.symlinkSync(secret, file), /weights\.safetensors is a link/],
        [path.join(run, "report.html.tmp"), (file) => fs.symlinkSync(secret, file), /report\.html\.tmp is a link/],
        [RunFolder.events(attempt), (file) => void spawnSync("mkfifo", [file]), /neither a file nor a folder/]
      ]
      for (const [file, plant, why] of planted) {
        const before = fs.existsSync(file) ? fs.readFileSync(file) : null
        fs.rmSync(file, { force: true })
        plant(file)
        const [tag, message] = yield* refusal(run)
        assert.strictEqual(tag, "DataFault")
        assert.match(message, why)
        fs.rmSync(file)
        if (before !== null) fs.writeFileSync(file, before)
      }
      yield* Carried.read(run)
    })))

  it.effect("begins to read nothing that is longer than a run's", () =>
    inRun(Effect.fnUntraced(function*(run) {
      const attempt = RunFolder.attemptOf(run, 1)
      fs.writeFileSync(RunFolder.recordFile(attempt), "")
      fs.truncateSync(RunFolder.recordFile(attempt), (16 << 20) + 1)
      assert.match((yield* refusal(run))[1], /outcome\.json takes more than 16 MiB/)
      fs.rmSync(RunFolder.recordFile(attempt))
      fs.writeFileSync(RunFolder.events(attempt), "")
      fs.truncateSync(RunFolder.events(attempt), 2 ** 30)
      assert.match((yield* refusal(run))[1], /events in .* take more than 1024 MiB/)
      fs.rmSync(RunFolder.events(attempt))
      fs.mkdirSync(path.join(attempt, "a/b/c/d/e/f/g/h"), { recursive: true })
      assert.match((yield* refusal(run))[1], /deeper than a run's folder goes/)
    })))

  it.effect("takes documents for what they are, and no id that would lead elsewhere", () =>
    inRun(Effect.fnUntraced(function*(run) {
      for (const wrong of [{ run: "../../r1" }, { run: "" }, { run: 3 }, { seed: "0" }, { seed: -1 }, { owner: { host: "h", pid: "1/../2", born: null } }]) {
        const sound = RunFolder.acceptance(run) ?? {}
        accept(run, wrong)
        const [tag, message] = yield* refusal(run)
        assert.deepStrictEqual([tag, message], ["DataFault", `${run}/attempt.json is not what a run leaves there`])
        accept(run, sound)
      }
      RunFolder.write(path.join(run, "plan.json"), { experiment: "e", arms: [] })
      assert.match((yield* refusal(run))[1], /plan\.json is not what a run leaves there/)
    })))
})
