/**
 * The process in which an engine computes: it does one task, sends what happens meanwhile, and at last what came of it.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import type { EngineFault } from "../../dsl/Fault.ts"
import type { Engine } from "../engine/Engine.ts"
import * as Engines from "../engine/Engines.ts"
import * as Attempt from "../train/Attempt.ts"
import type { Event } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import type { AttemptOutcome } from "../train/Outcome.ts"
import * as Evaluation from "./Evaluation.ts"
import * as RunFolder from "./RunFolder.ts"
import type { Answer, Answers, FromProcess, Task, ToProcess } from "./EngineProcess.ts"

let stopping = false

const send = (message: FromProcess): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, undefined, {}, () => resolve())
  })

const attempt = (
  assignment: Attempt.Assignment
): Effect.Effect<AttemptOutcome, never, Engine> => {
  fs.mkdirSync(assignment.directory, { recursive: true })
  const log = EventLog.open(RunFolder.events(assignment.directory))
  const emit = (event: Event): void => {
    log.append(event)
    void send({ kind: "event", event })
  }
  return Effect.ensuring(Attempt.run(assignment, { emit, stopping: () => stopping }), Effect.sync(() => log.close()))
}

const answer = Effect.fnUntraced(function*(task: Task): Effect.fn.Return<Answers[Task["kind"]], { readonly message: string }> {
  const engine = yield* Engines.load(task.engine)
  const work: Effect.Effect<Answers[Task["kind"]], { readonly message: string } | EngineFault, Engine> =
    task.kind === "attempt" ? attempt(task.assignment) : Evaluation.run(task.assignment)
  return yield* Effect.provide(work, engine)
})

const main = async (task: Task): Promise<void> => {
  const message: Answer = await Effect.runPromise(
    answer(task).pipe(
      Effect.catchDefect((defect) => Effect.fail({ message: defect instanceof Error ? defect.message : String(defect) })),
      Effect.match({
        onSuccess: (value) => ({ kind: "answer", value }),
        onFailure: ({ message }) => ({ kind: "failure", message })
      })
    )
  )
  await send(message)
  process.disconnect()
}

process.on("message", (message: ToProcess) => {
  if (message.kind === "stop") stopping = true
  else void main(message)
})
// The terminal sends an interrupt to every process of its group; the parent says what is to be done about it.
process.on("SIGINT", () => undefined)
process.on("SIGHUP", () => undefined)
process.on("SIGTERM", () => {
  stopping = true
})
// Without the parent nobody would see the results, and two trainings might come to share a machine.
process.on("disconnect", () => process.exit(0))
