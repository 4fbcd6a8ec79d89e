import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll } from "vitest"
import * as Expect from "../../../dsl/Expect.ts"
import * as Acceptance from "../../../runtime/nightly/Acceptance.ts"
import type { RunResult } from "../../../runtime/run/Result.ts"
import type { RunRecord } from "../../../runtime/run/store/Listing.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import { stepEvent } from "../report/events.ts"
import { failedRun, runResult } from "../run/results.ts"
import { data, training } from "./made.ts"

const root = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-acceptance-"))
afterAll(() => fs.rmSync(root, { recursive: true }))

interface Made {
  readonly result?: Partial<RunResult>
  readonly environment?: object
  readonly identity?: object
  readonly injection?: string
  readonly expect?: Acceptance.Named["expect"]
}

/** Leaves a run's folder as a training does, and names the run. */
const named = (seed: number, { environment = {}, expect = [], identity = {}, injection, result = {} }: Made = {}): Acceptance.Named => {
  const directory = fs.mkdtempSync(path.join(root, "run-"))
  const id = path.basename(directory)
  fs.writeFileSync(path.join(directory, "plan.json"), JSON.stringify({ arms: [{ identity: { training, data, ...identity } }] }))
  fs.writeFileSync(path.join(directory, "environment.json"), JSON.stringify({
    commit: "c".repeat(40),
    dirty: null,
    ballast: "0.1.0",
    platform: "linux-x64",
    cpu: "a processor",
    gpu: "NVIDIA H200",
    ...environment
  }))
  fs.mkdirSync(path.join(directory, "attempts/1"), { recursive: true })
  const events = Array.from({ length: 30 }, (_, step) => EventLog.encode(stepEvent(step, { loss: step + 0.5 })))
  fs.writeFileSync(path.join(directory, "attempts/1/events.jsonl"), `${events.join("\n")}\n`)
  const whole = runResult({ id, seed, ...result })
  const run = { id, experiment: "cold", arm: "clip", seed, status: whole.status, directory, result: whole } as RunRecord
  return { run, injection: injection ?? null, expect }
}

const terms: Acceptance.Terms = { by: "Ada", reason: "the first of its kind", at: "2026-01-31T03:00:00.000Z" }

const refusal = (...runs: ReadonlyArray<Acceptance.Named>) =>
  Effect.map(Effect.flip(Acceptance.make(runs, terms)), ({ message }) => message)

describe("Acceptance", () => {
  it.effect("makes one baseline of each arm, engine and class of hardware", () =>
    Effect.gen(function*() {
      const gpu = { result: { execution: { version: "2.21.0", device: "gpu", threads: 2, mode: "session", reason: null } } } as const
      const [made, ...others] = yield* Acceptance.make([named(1), named(0), named(0, gpu)], terms)
      assert.deepStrictEqual(others, [])
      assert.strictEqual(made?.experiment, "cold")
      assert.deepStrictEqual(made?.baselines.map(({ hardware, samples }) => [hardware, samples.map(({ losses }) => losses.length)]), [
        ["cpu x64 2 threads", [20, 20]],
        ["NVIDIA H200", [0]]
      ])
      assert.deepStrictEqual(made?.baselines[0]?.accepted, { ...terms, commit: "c".repeat(40), dirty: null, ballast: "0.1.0" })
      assert.deepInclude(made?.baselines[0]?.samples[0]?.metrics, { loss: 4, map50: 0.5, attempts: 1 })
    }))

  it.effect("takes what has failed as is expected, by the figures that all runs have", () =>
    Effect.gen(function*() {
      const expect = [Expect.diverges("clip")]
      const failed = (seed: number) => named(seed, { result: failedRun("NonFinite"), expect })
      const metricsOf = (...runs: ReadonlyArray<Acceptance.Named>) =>
        Effect.map(Acceptance.make(runs, terms), ([made]) => made?.baselines[0]?.samples.map(({ metrics }) => metrics))
      const stability = { incidents: 1, attempts: 1 }
      assert.deepStrictEqual(yield* metricsOf(failed(0), failed(1)), [{ loss: Infinity, ...stability }, { loss: Infinity, ...stability }])
      const [first, second] = (yield* metricsOf(failed(0), named(1, { expect }))) ?? []
      assert.deepStrictEqual(first, { map50: -Infinity, loss: Infinity, ...stability })
      assert.deepStrictEqual(second, { map50: 0.5, loss: 4, incidents: 0, attempts: 1 })
      assert.include(yield* refusal(named(0, { result: failedRun("NonFinite"), expect: [Expect.finite("clip")] })), "nothing expects that")
    }))

  it.effect("refuses what is no measure of what is declared, all at once", () =>
    Effect.gen(function*() {
      const message = yield* refusal(
        named(0),
        named(1, { result: failedRun("NonFinite") }),
        named(2, { result: { partial: true } }),
        named(3, { result: { remedied: true } }),
        named(4, { injection: "nan@3" }),
        named(5, { identity: { data: null } }),
        named(6, { result: { status: "interrupted" } })
      )
      assert.include(message, "no baseline can be made of 7 runs as they are")
      for (const words of ["seed 1): it failed, and nothing expects that", "seed 2): it went only a part of its length", "seed 3): a remedy has changed", "seed 4): it was made with --inject nan@3", "seed 5): its data was not at hand", "seed 6): it is interrupted"]) {
        assert.include(message, words)
      }
      assert.notInclude(message, "seed 0)")
    }))

  it.effect("refuses runs that are not of one kind", () =>
    Effect.gen(function*() {
      assert.include(yield* refusal(named(0), named(1, { identity: { training: "f".repeat(64) } })), "runs of one baseline train the same")
      assert.include(yield* refusal(named(0), named(1, { environment: { commit: "d".repeat(40) } })), "come from one commit")
      assert.include(yield* refusal(named(0), named(1, { environment: { ballast: "0.2.0" } })), "are of one version of Ballast")
      assert.include(yield* refusal(named(0), named(1, { environment: { cpu: "another" } })), "ran on one kind of processor")
      assert.include(yield* refusal(named(0), named(0)), "seed 0 is there 2 times")
    }))
})
