import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Following from "../../../runtime/run/Following.ts"
import * as Lookup from "../../../runtime/run/Lookup.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import { Store } from "../../../runtime/run/Store.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import { statusEvent, stepEvent } from "../report/events.ts"
import { gone, launchOf } from "./launches.ts"
import { runResult } from "./results.ts"
import { inTemporaryFolder } from "./temporary.ts"

interface Told {
  readonly said: ReadonlyArray<string>
  readonly options: Omit<Following.Options, "follow">
}

/** Writes down what is passed on. */
const listening = (): Told => {
  const said: Array<string> = []
  const event = (event: Event): void => void said.push(`${event.kind} ${event.attempt}.${event.step}`)
  return { said, options: { begins: (attempt) => void said.push(`begins ${attempt}`), event } }
}

const lineOf = (event: Event): string => `${EventLog.encode(event)}\n`

/** Appends a text to the events of an attempt. */
const tell = (directory: string, attempt: number, text: string): void => {
  const folder = RunFolder.attemptOf(directory, attempt)
  fs.mkdirSync(folder, { recursive: true })
  fs.appendFileSync(RunFolder.events(folder), text)
}

/** Lends a run, the first of many of its launch. */
const withRun = <A, E>(body: (directory: string) => Effect.Effect<A, E, Store>, holder = Holder.self()) =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    const store = yield* Store
    const launch = launchOf("l", 1, Array.from({ length: 12 }, (_, index) => `arm ${index}`))
    const runs = launch.runs.map((run) => ({ ...run, directory: path.join(folder, run.id) }))
    yield* store.begin({ ...launch, runs }, holder)
    yield* store.accept("l-1", { attempt: 1, token: "one" }, { holder, at: 1 })
    yield* store.end(runResult({ id: "l-10" }), null, { holder, at: 1, reason: null })
    return yield* body(path.join(folder, "l-1"))
  })).pipe(Effect.provide(Store.layerMemory))

const end = (attempt: string) =>
  Effect.flatMap(Store, ({ end }) => end(runResult({ id: "l-1" }), attempt, { holder: Holder.self(), at: 9, reason: null }))

const look = TestClock.adjust("1 second")

describe("Following.follow", () => {
  it.effect("passes on what was told so far, attempt by attempt, and nothing of a line that is not whole", () =>
    withRun(Effect.fn(function*(directory) {
      const run = yield* Lookup.find("l-1")
      const { options, said } = listening()
      yield* Following.follow(run, { ...options, follow: false })
      assert.deepStrictEqual(said, [])
      for (const attempt of [10, 9]) tell(directory, attempt, lineOf({ ...statusEvent(0, "starting"), attempt }))
      tell(directory, 9, "{\"kind\":\"step\",\"attempt\":9,\"st")
      yield* Following.follow(run, { ...options, follow: false })
      assert.deepStrictEqual(said, ["begins 9", "status 9.0", "begins 10", "status 10.0"])
    })))

  it.effect("goes on over a line that is being written and over attempts until the run has ended, and tells everything once", () =>
    withRun(Effect.fn(function*(directory) {
      const run = yield* Lookup.find("l-1")
      const { options, said } = listening()
      const following = yield* Effect.forkChild(Following.follow(run, { ...options, follow: true }))
      yield* look
      assert.deepStrictEqual(said, [])
      const second = lineOf(stepEvent(1))
      tell(directory, 1, `${lineOf(stepEvent(0))}${second.slice(0, 20)}`)
      yield* look
      assert.deepStrictEqual(said, ["begins 1", "step 1.0"])
      tell(directory, 1, second.slice(20))
      yield* look
      yield* look
      assert.deepStrictEqual(said, ["begins 1", "step 1.0", "step 1.1"])
      // What a process that was killed has begun to write, its successor closes with a line of its own.
      tell(directory, 1, second.slice(0, 20))
      tell(directory, 2, "")
      yield* look
      tell(directory, 2, lineOf(stepEvent(1, { attempt: 2 })))
      tell(directory, 1, `\n${lineOf(stepEvent(2))}`)
      yield* look
      const [store, holder] = [yield* Store, Holder.self()]
      assert.isTrue(yield* store.accept("l-1", { attempt: 2, token: "two" }, { holder, at: 2 }))
      tell(directory, 2, lineOf(stepEvent(2, { attempt: 2 })))
      assert.isTrue(yield* end("two"))
      yield* look
      yield* Fiber.join(following)
      assert.deepStrictEqual(said, [
        "begins 1", "step 1.0", "step 1.1", "begins 2", "step 1.2", "step 2.1", "step 2.2"
      ])
    })))

  it.effect("ends with a run whose process is gone", () =>
    withRun(Effect.fn(function*(directory) {
      const run = yield* Lookup.find("l-1")
      tell(directory, 1, lineOf(stepEvent(0)))
      const { options, said } = listening()
      const following = yield* Effect.forkChild(Following.follow(run, { ...options, follow: true }))
      yield* look
      assert.isDefined(following.pollUnsafe())
      assert.deepStrictEqual(said, ["begins 1", "step 1.0"])
    }), gone()))
})
