import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import * as path from "node:path"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import type { RunRecord } from "../../../runtime/run/store/Listing.ts"
import * as EventStream from "../../../runtime/serve/EventStream.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { steps, tell } from "./serving.ts"

const run = (directory: string, status: RunRecord["status"] = "running"): RunRecord => ({
  id: "a-1",
  launch: "a",
  experiment: "coldstart",
  arm: "bare",
  seed: 0,
  status,
  reason: null,
  directory,
  started: 1,
  ended: null,
  holder: null,
  queued: true,
  attempt: 1,
  result: null
})

interface Message {
  readonly id: string | null
  readonly event: string | null
  readonly data: unknown
}

/** Reads messages as a browser does. */
const parse = (text: string): ReadonlyArray<Message> =>
  text.split("\n\n").filter((block) => /^(event|data|id):/m.test(block)).map((block) => {
    const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? null
    return { id: field("id"), event: field("event"), data: EventLog.decode(field("data") ?? "null") }
  })

const textOf = (stream: Stream.Stream<Uint8Array, unknown>) =>
  Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat([...chunks]).toString("utf8"))

const stepsOf = (messages: ReadonlyArray<Message>): ReadonlyArray<string> =>
  messages.flatMap(({ data, event }) => event === "events" ? (data as ReadonlyArray<Event>).map(({ attempt, step }) => `${attempt}.${step}`) : [])

const all = (directory: string, from = EventStream.beginning) =>
  Effect.map(textOf(EventStream.of(run(directory), from, Effect.succeed(run(directory, "succeeded")))), parse)

describe("EventStream", () => {
  it.live("tells every event of every attempt once, whoever comes again after whichever message", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        tell(folder, 1, steps(700))
        tell(folder, 2, steps(300, 200, 2))
        const whole = yield* all(folder)
        const expected = [...steps(700), ...steps(300, 200, 2)].map(({ attempt, step }) => `${attempt}.${step}`)
        assert.deepStrictEqual(stepsOf(whole), expected)
        assert.isAbove(whole.length, 5)
        assert.deepStrictEqual(whole.at(-1), { id: null, event: "end", data: { status: "succeeded" } })
        for (const [index, { id }] of whole.entries()) {
          if (id === null) continue
          const before = stepsOf(whole.slice(0, index + 1))
          const rest = yield* all(folder, EventStream.parse(id) ?? assert.fail(id))
          assert.deepStrictEqual([...before, ...stepsOf(rest)], expected)
        }
      })))

  it.live("goes on while the run does, waits for the rest of a line, and ends after its last event", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        tell(folder, 1, steps(2))
        const file = RunFolder.events(RunFolder.attemptOf(folder, 1))
        const [third = assert.fail()] = steps(1, 2)
        const line = `${EventLog.encode(third)}\n`
        fs.appendFileSync(file, line.slice(0, 40))
        let looks = 0
        const now = Effect.sync(() => {
          if (++looks === 3) fs.appendFileSync(file, line.slice(40))
          if (looks === 5) tell(folder, 2, steps(1, 0, 2))
          return run(folder, looks < 5 ? "running" : "failed")
        })
        const messages = parse(yield* textOf(EventStream.of(run(folder), EventStream.beginning, now)))
        assert.deepStrictEqual(stepsOf(messages), ["1.0", "1.1", "1.2", "2.0"])
        assert.deepStrictEqual(messages.at(-1)?.data, { status: "failed" })
      })))

  it.live("passes on an event that is longer than a message", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const detail = "x".repeat(300_000)
        tell(folder, 1, [{ kind: "status", run: "a-1", attempt: 1, step: 0, status: "compiling", detail }, ...steps(1)])
        const [message = assert.fail()] = yield* all(folder)
        assert.deepStrictEqual((message.data as ReadonlyArray<Event>)[0], { kind: "status", run: "a-1", attempt: 1, step: 0, status: "compiling", detail })
      })))

  it.live("writes numbers that JSON lacks as strings, and names in one line", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        tell(folder, 1, [
          ...steps(1).map((event) => ({ ...event, loss: NaN, clipBound: Infinity })),
          { kind: "status", run: "a-1", attempt: 1, step: 1, status: "training", detail: "a\n\ndata: b\r\nid: 9" }
        ])
        const text = yield* textOf(EventStream.of(run(folder), EventStream.beginning, Effect.succeed(null)))
        assert.include(text, `"loss":"NaN"`)
        assert.include(text, `"clipBound":"Infinity"`)
        assert.deepStrictEqual(parse(text).map(({ event }) => event), ["events", "end"])
      })))

  it.live("follows no log that only leads elsewhere", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        tell(path.join(folder, "another"), 1, steps(3))
        fs.mkdirSync(path.join(folder, "run"))
        fs.symlinkSync(path.join(folder, "another", "attempts"), path.join(folder, "run", "attempts"))
        assert.deepStrictEqual(stepsOf(yield* all(path.join(folder, "run"))), [])
      })))

  it("reads positions as it writes them, and nothing else", () => {
    for (const position of [EventStream.beginning, { attempt: 3, byte: 123_456_789 }]) {
      assert.deepStrictEqual(EventStream.parse(EventStream.write(position)), position)
    }
    for (const text of ["", "1", "1.", ".1", "-1.0", "1.0.0", "1.1e9", "x", "1.0\n", "9999999.0"]) assert.isNull(EventStream.parse(text), text)
  })
})
