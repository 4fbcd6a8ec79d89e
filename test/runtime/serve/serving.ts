/**
 * A server in this process, on a record and a queue of its own, and the run folders that it tells of.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as http from "node:http"
import * as path from "node:path"
import { text } from "node:stream/consumers"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as Stop from "../../../runtime/run/Stop.ts"
import { Store } from "../../../runtime/run/Store.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import * as Server from "../../../runtime/serve/Server.ts"
import * as Token from "../../../runtime/serve/Token.ts"
import type { Event, StepEvent } from "../../../runtime/train/Event.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import * as recipes from "../../dsl/recipes.ts"
import { stepEvent } from "../report/events.ts"
import { launchOf } from "../run/launches.ts"

/** A token as it should be. */
export const token = "correct-horse-battery-staple"

export interface Options {
  readonly sessions?: Token.Sessions | null
  readonly host?: string
}

/** Serves while the scope is open, and returns the address and what ends the streams. */
export const serving = Effect.fnUntraced(function*({ host = "127.0.0.1", sessions = null }: Options = {}) {
  const drain = Stop.make()
  const address = yield* Server.listen({ host, port: 0, sessions, drain })
  return { address, drain }
})

/** Sessions for the token. */
export const sessions = (): Token.Sessions => Token.sessions(Redacted.make(token))

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Asks as no browser would: with whatever headers. */
export const ask = (url: string, { body, ...options }: http.RequestOptions & { readonly body?: string } = {}): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    http.request(url, { agent: false, ...options }, async (response) => {
      resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }))
    }).on("error", (error) => resume(Effect.die(error))).end(body)
  })

/** Asks for a document, and demands that there is one. */
export const json = (url: string) =>
  Effect.map(ask(url), ({ body, status }) => {
    assert.strictEqual(status, 200, body)
    // Whoever reads it knows what it is.
    // oxlint-disable-next-line typescript/no-explicit-any
    return JSON.parse(body) as any
  })

/** Asks for something to be done, as a program or a page of the server's own does. */
export const post = (url: string, headers: http.OutgoingHttpHeaders = {}, body = "{}") =>
  ask(url, { method: "POST", body, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers } })

/** Writes events to the log of an attempt. */
export const tell = (directory: string, attempt: number, events: ReadonlyArray<Event>): void => {
  const file = RunFolder.events(RunFolder.attemptOf(directory, attempt))
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.appendFileSync(file, events.map((event) => `${EventLog.encode(event)}\n`).join(""))
}

/** The events of some steps. */
export const steps = (count: number, from = 0, attempt = 1): ReadonlyArray<StepEvent> =>
  Array.from({ length: count }, (_, index) => stepEvent(from + index, { attempt, loss: 1 + index / 10 }))

/** Records a launch whose runs, of this process, have folders with a recipe and some steps. */
export const recorded = Effect.fnUntraced(function*(folder: string, id = "a", arms: ReadonlyArray<string> = ["bare", "clip"]) {
  const store = yield* Store
  const launch = launchOf(id, 1, arms)
  const runs = launch.runs.map((run) => ({ ...run, directory: path.join(folder, "runs", run.id) }))
  yield* store.begin({ ...launch, runs }, Holder.self())
  for (const { directory } of runs) {
    RunFolder.write(RunFolder.recipeFile(directory), Recipe.encode(recipes.recipe))
    tell(directory, 1, steps(20))
  }
  return runs
})
