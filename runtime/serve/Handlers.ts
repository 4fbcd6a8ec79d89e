/**
 * The HTTP API's answers.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { allSteps } from "../report/html/RunCharts.ts"
import type { Queue } from "../run/queue/Queue.ts"
import { StoreFailed } from "../run/store/Database.ts"
import { Store } from "../run/Store.ts"
import * as Actions from "./Actions.ts"
import { Api, pageLength } from "./Api.ts"
import * as Contract from "./Contract.ts"
import * as EventStream from "./EventStream.ts"
import { HttpApiBuilder, HttpApiMiddleware } from "./Http.ts"
import type { Recordings } from "./Recordings.ts"
import { Streams } from "./Streams.ts"
import * as Views from "./Views.ts"

type Services = Queue | Recordings | Store | Streams

/** Answers with what the services of the server find. */
const answering = Effect.map(Effect.context<Services>(), (context) => <A, E>(effect: Effect.Effect<A, E | StoreFailed, Services>) =>
  effect.pipe(
    Effect.catchIf(
      (error) => error instanceof StoreFailed,
      (failure) => Effect.andThen(Effect.logError(`the record was not reached: ${failure.message}`), Effect.fail(Views.unavailable))
    ),
    Effect.provideContext(context)
  ))

/** Makes a document of it in which each number that JSON lacks is a string. */
const plain = <A>(document: unknown): A => Contract.plain(document) as A

const runsLayer = HttpApiBuilder.group(Api, "runs", Effect.fn(function*(handlers) {
  const answer = yield* answering
  return handlers
    .handle("list", ({ query: { limit, ...picked } }) =>
      answer(Effect.map(Views.runs(picked, limit ?? pageLength.usual), (found) => plain<typeof Contract.Runs.Type>(found))))
    .handle("compare", ({ query: { runs } }) =>
      answer(Effect.map(Views.compare(Views.comparedIds(runs)), ({ document }) => plain<typeof Contract.Comparison.Type>(document))))
    .handle("show", ({ params: { id } }) =>
      answer(Effect.map(Views.view(id), (found) => plain<typeof Contract.RunView.Type>(found))))
    .handle("curves", ({ params: { id }, query: { from = allSteps.from, points = 500, to = allSteps.to } }) =>
      answer(Effect.map(Views.curves(id, { from, points, to }), (found) => plain<typeof Contract.Curves.Type>(found))))
    .handle("plan", ({ params: { id } }) =>
      answer(Effect.flatMap(Views.view(id), ({ plan }) =>
        plan === null ? Effect.fail(Contract.NotFound.of("the run has no plan yet")) : Effect.succeed(Contract.plain(plan)))))
    .handle("cancel", ({ params: { id } }) => answer(Actions.cancel(id)))
    .handle("rerun", ({ params: { id } }) => answer(Actions.rerun(id)))
    .handleRaw("events", ({ headers, params: { id }, query: { from } }) =>
      answer(Effect.gen(function*() {
        const run = yield* Views.run(id)
        const { list } = yield* Store
        const now = Effect.map(list({ id, limit: 1 }), ([standing]) => standing ?? null)
        const position = EventStream.parse(headers["last-event-id"] ?? from ?? "") ?? EventStream.beginning
        return yield* (yield* Streams).open(EventStream.of(run, position, now))
      })))
}))

const incidentsLayer = HttpApiBuilder.group(Api, "incidents", Effect.fn(function*(handlers) {
  const answer = yield* answering
  return handlers
    .handle("list", ({ query }) =>
      answer(Effect.map(Views.incidents(query, pageLength.usual), (found) => plain<typeof Contract.Incidents.Type>(found))))
    .handle("show", ({ params: { id } }) =>
      answer(Effect.map(Views.incident(id), ({ account, attempt, incident }) =>
        plain<typeof Contract.IncidentView.Type>({ format: "ballast.incident-view/1", incident, attempt, account }))))
}))

const queueLayer = HttpApiBuilder.group(Api, "queue", Effect.fn(function*(handlers) {
  const answer = yield* answering
  return handlers
    .handle("overview", () => answer(Effect.map(Views.queue, (found) => plain<typeof Contract.Queue.Type>(found))))
    .handle("triggers", () => answer(Effect.map(Views.triggers, (found) => plain<typeof Contract.Triggers.Type>(found))))
}))

/** The API's routes, with its description at /api/openapi.json. */
export const layer = HttpApiBuilder.layer(Api, { openapiPath: "/api/openapi.json" }).pipe(
  Layer.provide([runsLayer, incidentsLayer, queueLayer]),
  Layer.provide(HttpApiMiddleware.layerProblemDetails({ includeDetails: true }))
)
