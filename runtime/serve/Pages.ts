/**
 * The dashboard's pages, each by its place.
 */
import * as Effect from "effect/Effect"
import type { Queue } from "../run/queue/Queue.ts"
import * as Status from "../report/Status.ts"
import { html } from "../report/html/Html.ts"
import type { StoreFailed } from "../run/store/Database.ts"
import type { Store } from "../run/Store.ts"
import { pageLength } from "./Api.ts"
import * as Assets from "./Assets.ts"
import type { NotFound } from "./Contract.ts"
import { currentRequest, HttpRouter, HttpServerResponse, type Request, type Response } from "./Http.ts"
import * as Inspections from "./Inspections.ts"
import * as ComparePage from "./pages/ComparePage.ts"
import * as IncidentPage from "./pages/IncidentPage.ts"
import * as IncidentsPage from "./pages/IncidentsPage.ts"
import * as PlanPage from "./pages/PlanPage.ts"
import * as QueuePage from "./pages/QueuePage.ts"
import * as RunPage from "./pages/RunPage.ts"
import * as RunsPage from "./pages/RunsPage.ts"
import * as Shell from "./pages/Shell.ts"
import * as TriggersPage from "./pages/TriggersPage.ts"
import * as Zoom from "./pages/Zoom.ts"
import { Recordings } from "./Recordings.ts"
import * as RunFacts from "./RunFacts.ts"
import * as RunFiles from "./RunFiles.ts"
import * as Views from "./Views.ts"

type Services = Inspections.Inspections | Queue | Recordings | Store

/** What stands in a page's path where others have something else. */
interface Parts {
  readonly id: string
  readonly attempt: string
  readonly picture: string
}

// What was refused is nothing that a list could have.
const wayOn = (status: number): string =>
  status >= 500 ? "Load the page again after a while, or go to" : status === 404 ? "Look for it in" : "Go to"

/** Writes a page that says why there is no other. */
export const failed = (status: number, message: string): Response => {
  const said = `${message.slice(0, 1).toUpperCase()}${message.slice(1)}`
  return Shell.of({ title: said, here: null, status, content: html`<h1>${said}</h1>
<p>${wayOn(status)} <a href="/">the list of runs</a>.</p>
` })
}

const parametersOf = ({ url }: Request): URLSearchParams => new URLSearchParams(url.split("?", 2)[1] ?? "")

const pickedOf = (parameters: URLSearchParams): Views.Picked => {
  const value = (name: string): string | undefined => parameters.get(name) || undefined
  return {
    status: Status.states.find((state) => state === value("status")),
    experiment: value("experiment"),
    arm: value("arm"),
    text: value("text"),
    since: value("since"),
    after: value("after")
  }
}

const list = Effect.fnUntraced(function*(request: Request) {
  const picked = pickedOf(parametersOf(request))
  return RunsPage.of(picked, yield* Views.runs(picked, pageLength.usual))
})

const mostIncidents = 20

const oneRun = Effect.fnUntraced(function*(request: Request, { id }: Parts) {
  const run = yield* Views.run(id)
  const facts = yield* RunFacts.read(run)
  const held = yield* (yield* Recordings).of(run.id, run.directory)
  const { incidents } = yield* Views.incidents({ run: id }, mostIncidents)
  const seen = yield* (yield* Inspections.Inspections).of(run.id, run.directory)
  const zoom = Zoom.asked(parametersOf(request))
  const logs = held.recording.attempts.map(({ number }) => number).filter((attempt) => RunFiles.processLog(run.directory, attempt))
  const report = RunFiles.hasReport(run.directory)
  return yield* Effect.promise(() => RunPage.of({ run, facts, held, incidents, seen, zoom, logs, report }))
})

const plan = Effect.fnUntraced(function*(_: Request, { id }: Parts) {
  const run = yield* Views.run(id)
  return PlanPage.of(run, RunFacts.plan(run))
})

/** A report is markup that was written when the run ended: it may look as it says, and do nothing. */
const reportPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"

const report = Effect.fnUntraced(function*(_: Request, { id }: Parts) {
  const bytes = RunFiles.report((yield* Views.run(id)).directory)
  return bytes === null ? failed(404, "there is no report of this run") : HttpServerResponse.uint8Array(bytes, {
    contentType: "text/html; charset=utf-8",
    headers: { "content-security-policy": reportPolicy }
  })
})

const count = (written: string): number | null => /^\d{1,6}$/.test(written) ? Number(written) : null

const processLog = Effect.fnUntraced(function*(_: Request, { attempt, id }: Parts) {
  const { directory } = yield* Views.run(id)
  const number = count(attempt)
  const text = number === null ? null : RunFiles.processLog(directory, number)
  return text === null ? failed(404, "that process wrote nothing") : HttpServerResponse.text(text, { contentType: "text/plain; charset=utf-8" })
})

/** What a training wrote is a picture, and nothing else where a browser opens it by itself. */
const picturePolicy = "sandbox; default-src 'none'; frame-ancestors 'none'"

const picture = Effect.fnUntraced(function*(request: Request, parts: Parts) {
  const { directory } = yield* Views.run(parts.id)
  const [attempt, place] = [count(parts.attempt), count(parts.picture)]
  const found = attempt === null || place === null
    ? null
    : Inspections.picture(directory, attempt, place - 1, parametersOf(request).get("of"))
  return found === null ? failed(404, "there is no such picture") : HttpServerResponse.uint8Array(found.jpeg, {
    contentType: "image/jpeg",
    headers: { "content-security-policy": picturePolicy, ...(found.same ? Assets.forAnHour : {}) }
  })
})

const compare = Effect.fnUntraced(function*(request: Request) {
  const parameters = parametersOf(request)
  const { document, found } = yield* Views.compare(Views.comparedIds(parameters.getAll("run").join(",")))
  const recordings = yield* Recordings
  const runs = yield* Effect.forEach(found, (run) => Effect.map(recordings.of(run.id, run.directory), (held) => ({ run, held })))
  return yield* Effect.promise(() => ComparePage.of({ runs, differences: document.differences, zoom: Zoom.asked(parameters) }))
})

const incidents = Effect.fnUntraced(function*(request: Request) {
  const after = parametersOf(request).get("after") ?? undefined
  return IncidentsPage.of(yield* Views.incidents({ after }, pageLength.usual), after)
})

const incident = Effect.fnUntraced(function*(_: Request, { id }: Parts) {
  const shown = yield* Views.incident(id)
  return yield* Effect.promise(() => IncidentPage.of(shown))
})

const answers = {
  "/": list,
  "/runs/:id": oneRun,
  "/runs/:id/plan": plan,
  "/runs/:id/report": report,
  "/runs/:id/attempts/:attempt/log": processLog,
  "/runs/:id/attempts/:attempt/pictures/:picture": picture,
  "/compare": compare,
  "/incidents": incidents,
  "/incidents/:id": incident,
  "/queue": () => Effect.map(Views.queue, QueuePage.of),
  "/triggers": () => Effect.map(Views.triggers, ({ triggers }) => TriggersPage.of(triggers)),
  "/assets/dashboard.css": () => Effect.sync(Assets.style),
  "/assets/dashboard.js": () => Effect.promise(Assets.script)
} as const satisfies Readonly<
  Record<`/${string}`, (request: Request, parts: Parts) => Effect.Effect<Response, NotFound | StoreFailed, Services>>
>

/** The routes of all pages. */
export const layer = HttpRouter.addAll(
  Effect.map(Effect.context<Services>(), (context) =>
    (Object.keys(answers) as ReadonlyArray<keyof typeof answers>).map((path) =>
      HttpRouter.route(
        "GET",
        path,
        Effect.gen(function*() {
          const request = yield* currentRequest
          const { attempt = "", id = "", picture = "" } = yield* HttpRouter.params
          const answer: Effect.Effect<Response, NotFound | StoreFailed, Services> = answers[path](request, { attempt, id, picture })
          return yield* answer.pipe(
            Effect.provideContext(context),
            Effect.catchTags({
              NotFound: ({ message }) => Effect.succeed(failed(404, message)),
              StoreFailed: (failure) =>
                Effect.as(Effect.logError(`the record was not reached: ${failure.message}`), failed(503, Views.unavailable.message))
            })
          )
        })
      )
    ))
)
