/**
 * What the engine's process does: one task, whose events it sends meanwhile, and at last what came of it.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { Engine } from "../engine/Engine.ts"
import * as Engines from "../engine/Engines.ts"
import * as Diagnose from "../fault/Diagnose.ts"
import * as Replay from "../fault/Replay.ts"
import * as Attempt from "../train/Attempt.ts"
import type { Event } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import type { AttemptOutcome } from "../train/Outcome.ts"
import * as Evaluation from "./Evaluation.ts"
import * as Heartbeat from "./Heartbeat.ts"
import * as RunFolder from "./RunFolder.ts"
import type { Answer, Answers, FromProcess, Task } from "./EngineProcess.ts"

const send = (message: FromProcess): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, undefined, {}, () => resolve())
  })

const attempt = (
  assignment: Attempt.Assignment,
  stopping: () => boolean
): Effect.Effect<AttemptOutcome, never, Engine> => {
  fs.mkdirSync(assignment.directory, { recursive: true })
  const log = EventLog.open(RunFolder.events(assignment.directory))
  const emit = (event: Event): void => {
    const told = { ...event, at: Date.now() }
    log.append(told)
    void send({ kind: "event", event: told })
  }
  return Effect.ensuring(Attempt.run(assignment, { emit, stopping }), Effect.sync(() => log.close()))
}

const workOf = (
  task: Task,
  stopping: () => boolean
): Effect.Effect<Answers[Task["kind"]], { readonly message: string }, Engine> => {
  switch (task.kind) {
    case "attempt":
      return attempt(task.assignment, stopping)
    case "evaluate":
      return Evaluation.run(task.assignment)
    case "diagnose":
      return Diagnose.run(task.assignment, (event) => void send({ kind: "event", event }))
    case "replay":
      return Replay.run(task.assignment)
  }
}

const answer = Effect.fnUntraced(function*(
  task: Task,
  stopping: () => boolean
): Effect.fn.Return<Answers[Task["kind"]], { readonly message: string }> {
  const engine = yield* Engines.load(task.engine)
  const work = workOf(task, stopping)
  const loaded = Effect.flatMap(Engine, ({ description }) =>
    Effect.promise(() => send({ kind: "engine", description })))
  const beat = Heartbeat.make(() => void send({ kind: "alive" }))
  return yield* Effect.provide(Effect.andThen(loaded, Heartbeat.beating(work, beat)), engine)
})

/** Does a task and lets go of the parent. `stopping` is asked between steps. */
export const work = async (task: Task, stopping: () => boolean): Promise<void> => {
  const message: Answer = await Effect.runPromise(
    answer(task, stopping).pipe(
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
