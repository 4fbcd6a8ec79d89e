import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Claim } from "../../../../runtime/run/queue/Claim.ts"
import { Queue } from "../../../../runtime/run/queue/Queue.ts"
import { Reporter } from "../../../../runtime/run/Reporter.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import * as Stop from "../../../../runtime/run/Stop.ts"
import { StoreFailed } from "../../../../runtime/run/store/Database.ts"
import type { Host } from "../../../../runtime/run/worker/Claimed.ts"
import * as Tenure from "../../../../runtime/run/worker/Tenure.ts"
import { runResult } from "../results.ts"
import { claimed, onHost, standing, submit } from "./serving.ts"

/** Has a run be one that no host can make. */
const unknown = ({ work, ...claim }: Claim): Claim => ({ ...claim, work: { ...work, declared: { ...work.declared, recipe: null } } })

const serve = (claim: Claim, host: Host, drain = Stop.make()) =>
  Tenure.serve(claim, { host, drain, onBeatFailed: () => undefined })

/** Does something once a run has come to its fifth step. */
const atStep = (body: () => void) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.updateService(effect, Reporter, (reporter) => ({
    ...reporter,
    event: (event) => {
      if (event.kind === "step" && event.step === 5) body()
    }
  }))

describe("Tenure", () => {
  it.live("gives a run back where the worker is drained, and cancels it where others had it for as long as it may run", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const [run = ""] = yield* submit(host)
        const drain = Stop.make()
        const ended = yield* serve(yield* claimed, host, drain).pipe(atStep(() => drain.request("SIGTERM")))
        assert.deepStrictEqual(ended, { kind: "returned", because: "drained", reason: "its worker was drained" })
        assert.deepInclude(yield* standing(run), { status: "waiting", reason: "its worker was drained", holder: null })

        const again = yield* claimed
        const [spent = 0] = RunFolder.attempts(again.work.directory).map((attempt) => RunFolder.record(attempt)?.outcome.metrics.seconds ?? 0)
        assert.isAbove(spent, 0)
        const cancelled = yield* serve({ ...again, mostSeconds: spent }, host)
        assert.strictEqual(cancelled.kind, "cancelled")
        const { reason, result, status } = yield* standing(run)
        assert.deepStrictEqual([status, reason], ["cancelled", `it ran longer than it was to (--max-run ${spent} s)`])
        assert.isBelow(result?.steps ?? 40, 40)
        assert.strictEqual(RunFolder.result(again.work.directory)?.status, "cancelled")
      })
    ), 60_000)

  it.live("gives a run back that a full disk has failed, and then has it go on to its end", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const [run = ""] = yield* submit(host, { injection: "disk-full@checkpoint:2" })
        const returned = yield* serve(yield* claimed, host)
        assert.deepInclude(returned, { kind: "returned", because: "disk" })
        const { reason, result, status } = yield* standing(run)
        assert.deepStrictEqual([status, result], ["waiting", null])
        assert.match(reason ?? "", /the disk is full/)

        const ended = yield* serve(yield* claimed, host)
        assert.strictEqual(ended.kind, "ended")
        const { result: made, status: last } = yield* standing(run)
        assert.deepStrictEqual([last, made?.attempts.map(({ from, status }) => [from, status])], ["succeeded", [[0, "failed"], [10, "succeeded"]]])
      })
    ), 60_000)

  it.live("leaves alone what another worker has made of a run meanwhile", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const [run = ""] = yield* submit(host, { injection: "kill@5" })
        const claim = yield* claimed
        const { directory } = claim.work
        const result = path.join(directory, "result.json")
        const others = JSON.stringify(runResult({ id: run, directory }))
        const ended = yield* serve(claim, host).pipe(
          Effect.updateService(Reporter, (reporter) => ({
            ...reporter,
            // The last that is heard of before what came of it is kept.
            decided: () => {
              const acceptance = RunFolder.acceptance(directory)
              RunFolder.write(RunFolder.acceptanceFile(directory), { ...acceptance, attempt: 2, token: "another's" })
              fs.writeFileSync(result, others)
            }
          }))
        )
        assert.deepStrictEqual(ended, { kind: "lost" })
        assert.strictEqual(fs.readFileSync(result, "utf8"), others)
        assert.isNull((yield* standing(run)).result)
      })
    ), 60_000)

  it.live("tells the queue what becomes of a run until that hears it, and leaves it to others once it is drained", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const queue = yield* Queue
        const [first = "", second = ""] = yield* submit(host, { seeds: [0, 1] })
        let failures = 2
        const away = new StoreFailed({ message: "the disk is full" })
        const failing = (body: () => void): typeof queue.giveBack => (...parameters) =>
          Effect.suspend(() => {
            body()
            return failures-- > 0 ? Effect.fail(away) : queue.giveBack(...parameters)
          })
        const returned = yield* serve(unknown(yield* claimed), host).pipe(
          Effect.provideService(Queue, { ...queue, giveBack: failing(() => undefined) })
        )
        assert.deepInclude(returned, { kind: "returned", because: "unfit" })
        assert.strictEqual(failures, -1)
        assert.match((yield* standing(first)).reason ?? "", /of another version/)

        failures = Infinity
        const drain = Stop.make()
        const failed = yield* serve(unknown(yield* claimed), host, drain).pipe(
          Effect.provideService(Queue, { ...queue, giveBack: failing(() => drain.request("SIGTERM")) }),
          Effect.flip
        )
        assert.deepStrictEqual(failed, away)
        assert.strictEqual((yield* standing(second)).reason, null)
      })
    ), 60_000)

  it.live("counts as heard what the queue did and could not answer", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const queue = yield* Queue
        yield* submit(host)
        const claim = yield* claimed
        const broken = new StoreFailed({ message: "the connection broke", unsure: true })
        let asked = 0
        const giveBack: typeof queue.giveBack = (...parameters) =>
          Effect.flatMap(queue.giveBack(...parameters), (given) => asked++ === 0 ? Effect.fail(broken) : Effect.succeed(given))
        const ended = yield* serve(unknown(claim), host).pipe(
          Effect.provideService(Queue, { ...queue, giveBack })
        )
        assert.deepInclude(ended, { kind: "returned" })
        assert.strictEqual(asked, 2)
      })
    ), 60_000)
})
