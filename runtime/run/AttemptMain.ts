/**
 * The training process: receives one assignment, sends events while it trains, and at last the outcome.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Engines from "../engine/Engines.ts"
import * as Attempt from "../train/Attempt.ts"
import * as EventLog from "../train/EventLog.ts"
import type { FromWorker, ToWorker } from "./Worker.ts"

let stopping = false

const send = (message: FromWorker): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, undefined, {}, () => resolve())
  })

const main = async ({ assignment, engine }: Extract<ToWorker, { readonly kind: "assignment" }>): Promise<void> => {
  fs.mkdirSync(assignment.directory, { recursive: true })
  const log = EventLog.open(path.join(assignment.directory, "events.jsonl"))
  const layer = await Effect.runPromise(Engines.load(engine))
  const outcome = await Effect.runPromise(
    Attempt.run(assignment, {
      emit: (event) => {
        log.append(event)
        void send({ kind: "event", event })
      },
      stopping: () => stopping
    }).pipe(
      Effect.provide(layer),
      Effect.result
    )
  )
  log.close()
  await send(outcome._tag === "Success" ? { kind: "outcome", outcome: outcome.success } : { kind: "fault", fault: {
    tag: outcome.failure._tag,
    message: outcome.failure.message,
    step: null
  } })
  process.disconnect()
}

process.on("message", (message: ToWorker) => {
  if (message.kind === "stop") stopping = true
  else void main(message)
})
// The terminal sends these to every process of its group; the parent tells this one when to stop.
process.on("SIGINT", () => undefined)
process.on("SIGTERM", () => {
  stopping = true
})
// Without the parent nobody would see the results, and two trainings might share a machine.
process.on("disconnect", () => process.exit(0))
