import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fs from "node:fs"
import { Queue, type QueueService } from "../../../../runtime/run/queue/Queue.ts"
import * as Stop from "../../../../runtime/run/Stop.ts"
import { StoreFailed } from "../../../../runtime/run/store/Database.ts"
import type { Host } from "../../../../runtime/run/worker/Claimed.ts"
import * as Worker from "../../../../runtime/run/worker/Worker.ts"
import { madeBefore, offer, onHost, standing, submit } from "./serving.ts"

const run = (host: Host, changes: Partial<Worker.Options> = {}) =>
  Worker.run({ id: "h/1", offer, slots: 1, once: true, host, drain: Stop.make(), onObstacle: () => undefined, ...changes })

const away = new StoreFailed({ message: "no server listens there" })

/** Waits until something holds. */
const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => holds() ? Effect.void : Effect.andThen(Effect.sleep("20 millis"), until(holds)))

describe("Worker", () => {
  it.live("takes all that there is for it, as many at once as it has slots, and leaves where it was to do that once", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const queue = yield* Queue
        const runs = yield* submit(host, { seeds: [0, 1, 2] })
        for (const one of runs) madeBefore(host, one)
        const both: Effect.Effect<void, StoreFailed> = Effect.flatMap(queue.overview, ({ leased, workers }) => {
          assert.deepStrictEqual(workers.map(({ id, slots }) => [id, slots]), [["h/1", 2]])
          return leased === 2 ? Effect.void : Effect.andThen(Effect.sleep("20 millis"), both)
        })
        const done: QueueService["done"] = (claim) =>
          Effect.andThen(claim.run === runs[0] ? both : Effect.void, queue.done(claim))
        yield* run(host, { slots: 2 }).pipe(Effect.provideService(Queue, { ...queue, done }))
        for (const one of runs) assert.strictEqual((yield* standing(one)).status, "succeeded")
        const { held, leased, waiting, workers } = yield* queue.overview
        assert.deepStrictEqual([held, waiting, leased, workers], [0, 0, 0, []])
      })
    ), 60_000)

  it.live("takes no more for a while where its disk has failed a run, and says why", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const [first = "", second = ""] = yield* submit(host, { seeds: [0, 1] })
        // No folder of a run can be made where a file lies.
        fs.rmSync(host.home.runs, { recursive: true, force: true })
        fs.writeFileSync(host.home.runs, "")
        const obstacles: Array<string | null> = []
        yield* run(host, { onObstacle: (obstacle) => obstacles.push(obstacle) })
        assert.match((yield* standing(first)).reason ?? "", /cannot be written/)
        const { attempt, reason, status } = yield* standing(second)
        assert.deepStrictEqual([attempt, reason, status], [0, null, "waiting"])
        assert.match(obstacles.at(-1) ?? "", /cannot be written/)
      })
    ), 60_000)

  it.live("waits for a queue that is out of reach, and then tells of its own runs before it looks after the others'", () =>
    onHost((host) =>
      Effect.gen(function*() {
        const queue = yield* Queue
        const [only = ""] = yield* submit(host)
        fs.rmSync(host.home.runs, { recursive: true, force: true })
        fs.writeFileSync(host.home.runs, "")
        const asked: Array<string> = []
        const noting = <A>(name: string, effect: Effect.Effect<A, StoreFailed>) =>
          Effect.suspend(() => {
            asked.push(name)
            return asked.length === 2 ? Effect.fail(away) : effect
          })
        const obstacles: Array<string | null> = []
        const fiber = yield* Effect.forkChild(
          run(host, { once: false, onObstacle: (obstacle) => obstacles.push(obstacle) }).pipe(
            Effect.provideService(Queue, {
              ...queue,
              beat: (claim) => noting(`beat ${claim.run}`, queue.beat(claim)),
              tend: noting("tend", queue.tend),
              // It stays at work.
              giveBack: () => Effect.never
            })
          )
        )
        yield* until(() => asked.length >= 4)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(asked.slice(0, 4), ["tend", "tend", `beat ${only}`, "tend"])
        assert.deepStrictEqual(obstacles.slice(0, 3), [null, away.message, null])
      })
    ), 60_000)
})
