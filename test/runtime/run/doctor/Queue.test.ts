import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Queue from "../../../../runtime/run/doctor/Queue.ts"
import type { Overview } from "../../../../runtime/run/queue/Workers.ts"
import * as Queued from "../../../../runtime/run/queue/Queue.ts"
import { Tables } from "../../../../runtime/run/store/Tables.ts"
import { postgresql } from "../../../postgres.ts"
import { offer, submission, usual } from "../queue/queues.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { lookHere, lookOnce } from "./looking.ts"

const idle: Overview = { held: 0, waiting: 0, leased: 0, workers: [], lines: [] }
const worker = { id: "h/1", host: "h", offer, slots: 1, started: 0, beat: 0 }
const [, { demand = null } = {}] = Object.entries(submission(1).arms)[0] ?? []
if (demand === null) throw new Error("a submission without an arm")

describe("Queue", () => {
  it("says that all is well where runs have somebody to take them", () => {
    const [only] = Queue.judge({ ahead: 1999, overview: { ...idle, held: 1, waiting: 2, leased: 1, workers: [worker] } })
    assert.deepStrictEqual(only, { name: "queue", status: "ok", found: "3 waiting, 1 at work; 1 worker is there", remedy: null })
  })

  it("says where nobody is there, what nobody can take, and that the clocks differ", () => {
    const [nobody] = Queue.judge({ ahead: 0, overview: { ...idle, waiting: 1 } })
    assert.deepStrictEqual([nobody?.status, nobody?.found], ["warning", "1 run waits, and no worker is there"])
    const lacking = [{ worker: "h/1", what: "the label gpu=h200, and there is none" }]
    const lines = [{ demand, waiting: 2, since: 0, lacking }]
    const [unfit, clock] = Queue.judge({ ahead: -3400, overview: { ...idle, waiting: 2, workers: [worker], lines } })
    assert.strictEqual(unfit?.found, "2 runs no worker can take: h/1 lacks the label gpu=h200, and there is none")
    assert.match(clock?.found ?? "", /3\.4 s behind/)
  })

  it.live("looks at a queue of one machine, and makes none", () =>
    inTemporaryFolder(Effect.fnUntraced(function*(home) {
      assert.match((yield* lookHere(Queue.check, { home })).found, /nothing was queued/)
      assert.deepStrictEqual(fs.readdirSync(home), [])
      yield* Effect.flatMap(Queued.Queue, ({ submit }) => submit(submission(2), usual)).pipe(
        Effect.provide(Queued.Queue.layerEmbedded(path.join(home, "runs"))),
        Effect.provide(Tables.layerSqlite(path.join(home, "ballast.db")))
      )
      assert.match((yield* lookHere(Queue.check, { home })).found, /2 runs wait, and no worker is there/)
    })))

  it("says that a shared one cannot be reached, and no password", () => {
    const found = lookOnce(Queue.check, { queue: "postgresql://me:secret@127.0.0.1:1/none" })
    assert.strictEqual(found.status, "failed")
    assert.notInclude(JSON.stringify(found), "secret")
  })
})

postgresql("Queue on several machines", (server) => {
  it.live("is looked at", () =>
    Effect.gen(function*() {
      const url = yield* (yield* server).database
      const found = yield* lookHere(Queue.check, { queue: url })
      assert.deepStrictEqual([found.status, found.found], ["ok", "0 waiting, 0 at work; 0 workers are there"])
    }))
})
