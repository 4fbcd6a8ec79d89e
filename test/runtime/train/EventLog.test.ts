import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { promisify } from "node:util"
import type { Event } from "../../../runtime/train/Event.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import { statusEvent, stepEvent } from "../report/events.ts"
import { inTemporaryFolder } from "../run/temporary.ts"

const module = new URL("../../../runtime/train/EventLog.ts", import.meta.url).href

/** Writes to a log that may not grow beyond a kibibyte at first, and says what that came to. */
const full = `
  import { execFileSync } from "node:child_process"
  import * as EventLog from ${JSON.stringify(module)}
  const [, , file, ...events] = process.argv
  const [first, second, third, last] = events.map((event) => JSON.parse(event))
  const log = EventLog.open(file)
  log.append(first)
  try {
    log.append(second)
  } catch ({ message }) {
    console.log(message)
  }
  execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited"])
  log.append(third)
  log.append(last)
  log.close()
`

const written = (folder: string, events: ReadonlyArray<Event>): Effect.Effect<readonly [file: string, said: string]> =>
  Effect.promise(async () => {
    const [program, file] = [path.join(folder, "full.mjs"), path.join(folder, "events.jsonl")]
    fs.writeFileSync(program, full)
    const { stdout } = await promisify(execFile)("bash", [
      "-c",
      `ulimit -S -f 1; exec "$@"`,
      "bash",
      process.execPath,
      program,
      file,
      ...events.map((event) => JSON.stringify(event))
    ])
    return [file, stdout] as const
  })

describe("EventLog", () => {
  it.effect("takes a line that is longer than any event's for none, and holds no more of it", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const file = path.join(folder, "events.jsonl")
        const long = EventLog.encode(statusEvent(1, "training", "x".repeat(20 << 20)))
        fs.writeFileSync(file, [EventLog.encode(stepEvent(0)), long, EventLog.encode(stepEvent(1)), ""].join("\n"))
        assert.deepStrictEqual([...EventLog.each(file)].map(({ kind, step }) => [kind, step]), [["step", 0], ["step", 1]])
      })
    ))

  it.effect("reads a log longer than what is held at once one event after the other, without its torn end", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const file = path.join(folder, "events.jsonl")
        const events = Array.from({ length: 8_000 }, (_, step) => ({ ...stepEvent(step), run: "größe" }))
        fs.writeFileSync(file, `${events.map((event) => `${EventLog.encode(event)}\n`).join("")}{"kind":"step"}`)
        assert.isAbove(fs.statSync(file).size, 2 << 20)
        assert.deepStrictEqual([...EventLog.each(file)], events)
        assert.deepStrictEqual([...EventLog.each(path.join(folder, "none"))], [])
        const pieces = []
        for (let piece = EventLog.readFrom(file, 0, 1 << 20); piece.events.length > 0; piece = EventLog.readFrom(file, piece.next, 1 << 20)) {
          pieces.push(...piece.events)
        }
        assert.deepStrictEqual(pieces, events)
      })
    ))

  it.effect("reads back what it wrote, numbers that JSON lacks and names that look like them included", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const file = path.join(folder, "events.jsonl")
        const events = [stepEvent(0, { loss: NaN, gradNorm: Infinity }), stepEvent(1), statusEvent(2, "succeeded")]
        const log = EventLog.open(file)
        for (const event of events) log.append(event)
        log.close()
        assert.deepStrictEqual(EventLog.read(file), events)
        assert.deepStrictEqual(EventLog.decode(EventLog.encode({ arm: "NaN", loss: NaN })), { arm: "NaN", loss: NaN })
      })
    ))

  it.effect("drops what is no event, wherever it stands", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const file = path.join(folder, "events.jsonl")
        const [first, second] = [statusEvent(0, "starting"), stepEvent(0)].map((event) => EventLog.encode(event))
        fs.writeFileSync(file, `${first}\n{"kind":"st${first}\n\0\0\0\n\nnull\n17\n{}\n${second}\n${second}`)
        assert.deepStrictEqual(EventLog.read(file), [statusEvent(0, "starting"), stepEvent(0)])
      })
    ))

  it.effect("reads on from where it stopped, and leaves a line that is not whole until it is", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const file = path.join(folder, "events.jsonl")
        assert.deepStrictEqual(EventLog.readFrom(file, 0), { events: [], next: 0 })
        const [first, second, third] = ["é", "b", "c"].map((note, step) => statusEvent(step, "training", note)) as [Event, Event, Event]
        const [one, two, three] = [first, second, third].map((event) => Buffer.from(`${EventLog.encode(event)}\n`)) as [Buffer, Buffer, Buffer]
        fs.writeFileSync(file, Buffer.concat([one, two.subarray(0, 9)]))
        const begun = EventLog.readFrom(file, 0)
        assert.deepStrictEqual(begun, { events: [first], next: one.length })
        fs.appendFileSync(file, Buffer.concat([two.subarray(9), three]))
        const rest = EventLog.readFrom(file, begun.next)
        assert.deepStrictEqual(rest, { events: [second, third], next: one.length + two.length + three.length })
        assert.deepStrictEqual(EventLog.readFrom(file, rest.next), { events: [], next: rest.next })
      })
    ))

  it.effect("says what a full disk did not take, and goes on with a line of its own, not with what was torn", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const long = "x".repeat(600)
      const [first, second, third] = [0, 1, 2].map((step) => statusEvent(step, "training", long)) as [Event, Event, Event]
      const [file, said] = yield* written(folder, [first, second, third, stepEvent(3)])
      assert.strictEqual(said, `${file} was not written: EFBIG: file too large, write\n`)
      assert.deepStrictEqual(EventLog.read(file), [first, third, stepEvent(3)])
      // The piece that was taken is there once.
      assert.strictEqual(fs.readFileSync(file, "utf8").match(/^.+$/gm)?.length, 4)
    })))

  it("closes where nothing can be written, and does not try again what could not be", () => {
    const log = EventLog.open("/dev/full")
    assert.throws(() => log.append(statusEvent(0, "starting")), /^\/dev\/full was not written: ENOSPC/)
    log.close()
  })
})
