import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { mostLosses } from "../../../../runtime/run/queue/Broker.ts"
import type { Claim } from "../../../../runtime/run/queue/Claim.ts"
import * as Demand from "../../../../runtime/run/queue/Demand.ts"
import * as Place from "../../../../runtime/run/queue/Place.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import * as Checkpoint from "../../../../runtime/train/Checkpoint.ts"
import { runResult } from "../results.ts"
import { byHand, jobs, offer, onBoth, type Parts, record, silence, submission } from "./queues.ts"

/** Priorities go by the second where several machines share a queue. */
const second = 1_000
const t0 = Date.UTC(2026, 5, 1)

type Deed = { readonly after: number } & (
  | { readonly kind: "submit"; readonly priority: number; readonly device: "any" | "cpu" }
  | { readonly kind: "claim" }
)

const deeds: fc.Arbitrary<ReadonlyArray<Deed>> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("submit" as const),
      after: fc.integer({ min: 1, max: 1_200 }),
      priority: fc.integer({ min: -2, max: 2 }),
      device: fc.constantFrom("any" as const, "cpu" as const)
    }),
    fc.record({ kind: fc.constant("claim" as const), after: fc.nat(600) })
  ),
  { minLength: 5, maxLength: 15 }
)

const taken = (claim: Claim | null): Claim => {
  if (claim === null) throw new Error("there was nothing to take")
  return claim
}

/** Waits until the broker has found out that the workers of these runs are gone, and takes the runs back. */
const recovered = Effect.fnUntraced(function*(parts: Parts, now: number, ...claims: ReadonlyArray<Claim>) {
  for (const claim of claims) yield* silence(parts, claim)
  for (let tries = 0; tries < 100; tries++) {
    const found = yield* byHand(parts).recover(now)
    if (found.length > 0) return found
    yield* Effect.sleep("100 millis")
  }
  return []
})

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "ballast-claim-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const statusOf = ({ store }: Parts, run: string) =>
  Effect.map(store.list({ prefix: run }), (runs) => {
    const found = runs.find(({ id }) => id === run)
    return [found?.status, found?.reason]
  })

onBoth("Claim", (lend) => {
  it.live("takes what has the first place, whatever came before it, and of equals what was submitted first", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      let now = t0
      for (const some of fc.sample(deeds, 5)) {
        let waiting: ReadonlyArray<{ readonly id: string; readonly place: number }> = []
        const claimed = Effect.fnUntraced(function*() {
          const claim = yield* queue.claim(now)
          const first = waiting.toSorted((left, right) => left.place - right.place)[0]
          assert.strictEqual(claim?.run, first?.id)
          waiting = waiting.filter((one) => one !== first)
          if (claim === null) return
          assert.isTrue(yield* record(parts, claim))
          assert.isTrue(yield* queue.release(now, claim))
        })
        for (const deed of some) {
          now += deed.after * second
          if (deed.kind === "claim") yield* claimed()
          else {
            const { runs } = yield* queue.submit(now, submission(2, { device: deed.device }), { priority: deed.priority })
            waiting = [...waiting, ...runs.map(({ id }) => ({ id, place: Place.of(deed.priority, now) }))]
          }
        }
        while (waiting.length > 0) yield* claimed()
        assert.isNull(yield* queue.claim(now))
      }
    })))

  it.live("takes the runs of a launch in their order, also where there are many", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const queue = byHand(yield* taking)
      yield* queue.submit(t0, submission(12))
      const order = yield* Effect.forEach(Array.from({ length: 12 }), () => queue.claim(t0))
      assert.deepStrictEqual(order.map((claim) => claim?.work.seed), Array.from({ length: 12 }, (_, seed) => seed))
    })))

  it.live("hands over all that it takes to make a run", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      const submitted = submission(1, { labels: { gpu: "h200" } })
      yield* queue.submit(t0, submitted, { maxRun: 90 })
      const claim = taken(yield* queue.claim(t0 + 5, { ...offer, labels: { gpu: "h200" } }))
      const { experiment, request } = submitted
      assert.deepStrictEqual(claim.work, {
        experiment,
        request,
        arm: "only",
        seed: 0,
        directory: "/nowhere/l1-1",
        attempt: 0,
        declared: submitted.arms["only"]
      })
      assert.deepInclude(claim, { run: "l1-1", submitted: t0, claimed: t0 + 5, mostSeconds: 90 })
      const [run] = yield* parts.store.list()
      assert.deepStrictEqual([run?.holder, run?.queued, run?.status], [claim.holder, true, "waiting"])
    })))

  it.live("leaves what an offer does not meet to others, and takes what comes behind it", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const queue = byHand(yield* taking)
      yield* queue.submit(t0, submission(1, { memory: "64 GiB" }))
      yield* queue.submit(t0 + second, submission(1, { labels: { room: "3" } }))
      yield* queue.submit(t0 + 2 * second, submission(1))
      assert.strictEqual((yield* queue.claim(t0))?.run, "l3-1")
      assert.isNull(yield* queue.claim(t0))
      assert.isNull(yield* queue.claim(t0, { ...offer, ballast: "2.0.0", labels: { room: "3" } }))
      assert.strictEqual((yield* queue.claim(t0, { ...offer, labels: { room: "3" } }))?.run, "l2-1")
      const engines = [{ engine: "wasm", device: "cpu", memory: 64 * 2 ** 30 }] as const
      assert.strictEqual((yield* queue.claim(t0, { ...offer, engines }))?.run, "l1-1")
    })))

  it.live("counts what is at work by the names of limits, over all that name them", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(3, { limits: { licences: 2 } }))
      yield* queue.submit(t0 + second, submission(1, { device: "cpu", limits: { licences: 3, disks: 1 } }))
      yield* queue.submit(t0 + 2 * second, submission(1, { limits: { disks: 1 } }))
      const one = taken(yield* queue.claim(t0))
      const two = taken(yield* queue.claim(t0))
      assert.deepStrictEqual([one.run, two.run], ["l1-1", "l1-2"])
      // The third of the first waits for a licence, and those behind it do not.
      const three = taken(yield* queue.claim(t0))
      assert.strictEqual(three.run, "l2-1")
      assert.isNull(yield* queue.claim(t0))
      yield* record(parts, two)
      yield* queue.release(t0, two)
      assert.isNull(yield* queue.claim(t0))
      yield* record(parts, three)
      yield* queue.release(t0, three)
      const then = [yield* queue.claim(t0), yield* queue.claim(t0), yield* queue.claim(t0)]
      assert.deepStrictEqual(then.map((claim) => claim?.run), ["l1-3", "l3-1", undefined])
    })))

  it.live("gives a run whose worker is lost to another, and refuses whatever the first one still does", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const { store } = parts
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(2))
      const first = taken(yield* queue.claim(t0))
      const token = { attempt: 1, token: "first" }
      assert.isTrue(yield* store.accept(first.run, token, { holder: first.holder, at: 1 }))
      assert.deepStrictEqual(yield* recovered(parts, t0, first), [{ run: first.run, ended: null }])
      const [, reason] = yield* statusOf(parts, first.run)
      assert.match(reason ?? "", /its worker was lost \(process \d+\)/)

      const refused = Effect.fnUntraced(function*() {
        const before = yield* store.list()
        assert.deepStrictEqual(yield* queue.beat(t0, first), { kind: "lost" })
        const { holder, run } = first
        assert.isFalse(yield* store.accept(run, { attempt: 2, token: "late" }, { holder, at: 9 }))
        const { attempts: [attempt] } = runResult()
        if (attempt !== undefined) assert.isFalse(yield* store.keep({ id: run, holder }, attempt, token.token, 9))
        assert.isFalse(yield* store.end(runResult({ id: run }), token.token, { holder, at: 9, reason: null }))
        assert.isFalse(yield* queue.release(t0, first))
        assert.isFalse(yield* queue.release(t0, first, { notBefore: 0, reason: "drained" }))
        assert.deepStrictEqual(yield* store.list(), before)
      })
      yield* refused()
      yield* queue.sweep(t0)
      yield* refused()
      const second = taken(yield* queue.claim(t0))
      assert.strictEqual(second.run, first.run)
      assert.notStrictEqual(second.holder.lease, first.holder.lease)
      assert.strictEqual(second.work.attempt, 1)
      yield* refused()
      assert.deepStrictEqual(yield* queue.beat(t0, second), { kind: "held", cancel: null })
      assert.isTrue(yield* record(parts, second))
      assert.isTrue(yield* queue.release(t0, second))
      yield* refused()
      assert.deepStrictEqual((yield* store.list()).map(({ status }) => status), ["succeeded", "waiting"])
      assert.strictEqual(yield* jobs(parts), parts.database.dialect === "sqlite" ? null : 1)
    })))

  it.live("hands no run out that has lost its worker before it is known to have", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      yield* queue.submit(t0 + second, submission(1))
      const first = taken(yield* queue.claim(t0))
      yield* silence(parts, first)
      // By then the broker knows, and the record does not.
      if (parts.database.dialect === "postgresql") yield* Effect.sleep("3 seconds")
      const other = taken(yield* queue.claim(t0))
      assert.notStrictEqual(other.run, first.run)
      assert.isNull(yield* queue.claim(t0))
      assert.deepStrictEqual((yield* recovered(parts, t0, first)).map(({ run }) => run), [first.run])
      yield* queue.sweep(t0)
      const again = taken(yield* queue.claim(t0))
      assert.strictEqual(again.run, first.run)
      for (const claim of [other, again]) {
        assert.isTrue(yield* record(parts, claim))
        assert.isTrue(yield* queue.release(t0, claim))
      }
      assert.isTrue([0, null].includes(yield* jobs(parts)))
    })))

  it.live("passes over what the broker still hands out of runs that have left the queue", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(2))
      yield* queue.cancel(t0, "l1-1")
      const demand = Demand.id(submission(1).arms["only"]?.demand ?? assert.fail("there is no arm"))
      const left = [1, 2].map(() => ({ run: "l1-1", demand, delivery: randomUUID(), place: t0 - 9 * second, again: true }))
      yield* parts.broker.put(parts.database, left)
      assert.strictEqual((yield* queue.claim(t0))?.run, "l1-2")
      assert.isTrue([1, null].includes(yield* jobs(parts)))
    })))

  it.live("takes a run for what ends its workers that has lost too many", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      yield* parts.database.change("update tickets set losses = $1", mostLosses - 1)
      const claim = taken(yield* queue.claim(t0))
      assert.deepStrictEqual(yield* recovered(parts, t0, claim), [{ run: claim.run, ended: null }])
      yield* queue.sweep(t0)
      const last = taken(yield* queue.claim(t0))
      const [told] = yield* recovered(parts, t0, last)
      assert.strictEqual(told?.ended?.status, "failed")
      yield* queue.sweep(t0)
      assert.isNull(yield* queue.claim(t0))
      const [run] = yield* parts.store.list()
      assert.deepStrictEqual([run?.status, run?.queued, run?.holder, run?.result?.status], ["failed", false, null, "failed"])
      assert.match(run?.reason ?? "", /lost its worker again and again/)
      assert.isFalse(yield* parts.store.end(runResult({ id: last.run }), null, { holder: last.holder, at: 9, reason: null }))
      assert.isTrue([0, null].includes(yield* jobs(parts)))
    })))

  it.live("does not take a run for what ends its workers that comes further each time", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      yield* parts.database.change("update tickets set losses = $1", mostLosses)
      const directory = yield* temporaryFolder
      yield* parts.database.change("update runs set directory = $1", directory)
      const claim = taken(yield* queue.claim(t0))
      RunFolder.write(RunFolder.acceptanceFile(directory), { format: "ballast.acceptance/1", attempt: 2, from: 10 })
      const attempt = RunFolder.attemptOf(directory, 2)
      fs.mkdirSync(path.join(RunFolder.recovery(attempt), Checkpoint.directoryName(10)), { recursive: true })
      assert.isFalse(RunFolder.hasProgressed(directory))
      fs.mkdirSync(path.join(RunFolder.checkpoints(attempt), Checkpoint.directoryName(20)), { recursive: true })
      assert.deepStrictEqual(yield* recovered(parts, t0, claim), [{ run: claim.run, ended: null }])
      assert.deepStrictEqual(yield* parts.database.rows("select losses from tickets"), [{ losses: 1 }])
    }, Effect.scoped)))

  it.live("ends what was to be cancelled and has lost its worker, or is given back", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(3))
      const [lost, returned, unrecorded] = [
        taken(yield* queue.claim(t0)),
        taken(yield* queue.claim(t0)),
        taken(yield* queue.claim(t0))
      ]
      for (const { run } of [lost, returned, unrecorded]) assert.strictEqual(yield* queue.cancel(t0, run, "not needed"), "asked")
      assert.deepStrictEqual(yield* queue.beat(t0, returned), { kind: "held", cancel: "not needed" })
      const ended = { run: lost.run, status: "cancelled", reason: "not needed" } as const
      assert.deepStrictEqual(yield* recovered(parts, t0, lost), [{ run: lost.run, ended }])
      assert.isTrue(yield* queue.release(t0, returned, { notBefore: 0, reason: "drained" }))
      assert.isTrue(yield* queue.release(t0, unrecorded))
      yield* queue.sweep(t0)
      assert.isNull(yield* queue.claim(t0))
      for (const { run } of [lost, returned, unrecorded]) {
        assert.deepStrictEqual(yield* statusOf(parts, run), ["cancelled", "not needed"])
      }
      assert.isTrue([0, null].includes(yield* jobs(parts)))
    })))

  it.live("lets a run go with the result that it has, also where its worker was lost before it could", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(2))
      const [one, two] = [taken(yield* queue.claim(t0)), taken(yield* queue.claim(t0))]
      for (const claim of [one, two]) assert.isTrue(yield* record(parts, claim, { steps: 7 }))
      // One of them was even to be cancelled, which came too late.
      yield* parts.database.change("update tickets set cancel = 'too late' where run = $1", two.run)
      for (const claim of [one, two]) yield* silence(parts, claim)
      if (parts.database.dialect === "postgresql") yield* Effect.sleep("3 seconds")
      assert.deepStrictEqual(yield* queue.recover(t0), [])
      yield* queue.sweep(t0)
      assert.isNull(yield* queue.claim(t0))
      assert.isFalse(yield* queue.release(t0, one))
      for (const run of yield* parts.store.list()) {
        assert.deepStrictEqual([run.status, run.queued, run.result?.steps, run.reason], ["succeeded", false, 7, null])
      }
      assert.isTrue([0, null].includes(yield* jobs(parts)))
    })))

  it.live("has a run wait again that is given back, not before it is told to, and first of its launch then", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(3))
      const first = taken(yield* queue.claim(t0))
      assert.isTrue(yield* queue.release(t0, first, { notBefore: t0 + 30 * second, reason: "no data here" }))
      assert.deepStrictEqual(yield* statusOf(parts, first.run), ["waiting", "no data here"])
      assert.isFalse(yield* queue.release(t0, first))
      yield* queue.sweep(t0 + 29 * second)
      assert.strictEqual((yield* queue.claim(t0 + 29 * second))?.work.seed, 1)
      yield* queue.sweep(t0 + 30 * second)
      assert.strictEqual(taken(yield* queue.claim(t0 + 30 * second)).run, first.run)
      assert.deepStrictEqual(yield* statusOf(parts, first.run), ["waiting", null])
    })))

  it.live("has a run wait again whose result nobody recorded, rather than lose it", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      const first = taken(yield* queue.claim(t0))
      assert.isTrue(yield* queue.release(t0, first))
      assert.deepStrictEqual(yield* statusOf(parts, first.run), ["waiting", "what came of it could not be recorded"])
      assert.isFalse(yield* record(parts, first))
      yield* queue.sweep(t0)
      const again = taken(yield* queue.claim(t0))
      assert.isTrue(yield* record(parts, again))
      assert.isTrue(yield* queue.release(t0, again))
      assert.deepStrictEqual(yield* statusOf(parts, first.run), ["succeeded", null])
    })))

  it.live("ends a run that has its result, though its worker gives it back", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      const claim = taken(yield* queue.claim(t0))
      assert.isTrue(yield* record(parts, claim))
      assert.isTrue(yield* queue.release(t0, claim, { notBefore: 0, reason: "drained" }))
      yield* queue.sweep(t0)
      assert.isNull(yield* queue.claim(t0))
      assert.deepStrictEqual(yield* statusOf(parts, claim.run), ["succeeded", null])
    })))

  it.live("leaves a result as it is that came before the wish to cancel was heard", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      const claim = taken(yield* queue.claim(t0))
      assert.strictEqual(yield* queue.cancel(t0, claim.run), "asked")
      assert.isTrue(yield* record(parts, claim))
      assert.isTrue(yield* queue.release(t0, claim))
      assert.deepStrictEqual(yield* statusOf(parts, claim.run), ["succeeded", null])
    })))
})
