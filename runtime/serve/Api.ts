/**
 * The HTTP API: what may be asked for, and what comes back.
 */
import * as Schema from "effect/Schema"
import * as Contract from "./Contract.ts"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema, OpenApi } from "./Http.ts"

const between = (least: number, most: number) => Schema.Int.check(Schema.isBetween({ minimum: least, maximum: most }))

/** How many entries a page of a list has where nobody says, and at most. */
export const pageLength = { usual: 50, most: 500 } as const

const id = { id: Schema.String }

/** What picks runs out, as a query's text. */
export const runsQuery = {
  status: Schema.optional(Contract.State),
  experiment: Schema.optional(Schema.String),
  arm: Schema.optional(Schema.String),
  text: Schema.optional(Schema.String),
  since: Schema.optional(Schema.String).annotate({ description: "a moment such as 2027-01-31 or 2027-01-31T03:00Z" }),
  limit: Schema.optional(Schema.FiniteFromString.pipe(Schema.decodeTo(between(1, pageLength.most)))),
  after: Schema.optional(Schema.String).annotate({ description: "the id of the last run of the page before" })
}

const numbered = <S extends Schema.Codec<number, number>>(schema: S) =>
  Schema.optional(Schema.FiniteFromString.pipe(Schema.decodeTo(schema)))

/** A step, as a query's text. */
export const step = Schema.FiniteFromString.pipe(Schema.decodeTo(between(0, 2 ** 40)))

class RunsGroup extends HttpApiGroup.make("runs").add(
  HttpApiEndpoint.get("list", "/runs", { query: runsQuery, success: Contract.Runs, error: Contract.Unavailable }),
  HttpApiEndpoint.get("compare", "/compare", {
    query: { runs: Schema.String.annotate({ description: "the ids, with commas between them; 8 at most" }) },
    success: Contract.Comparison,
    error: [Contract.NotFound, Contract.Unavailable]
  }),
  HttpApiEndpoint.get("show", "/runs/:id", {
    params: id,
    success: Contract.RunView,
    error: [Contract.NotFound, Contract.Unavailable]
  }),
  HttpApiEndpoint.get("curves", "/runs/:id/curves", {
    params: id,
    query: { points: numbered(between(5, 5000)), from: Schema.optional(step), to: Schema.optional(step) },
    success: Contract.Curves,
    error: [Contract.NotFound, Contract.Unavailable]
  }),
  HttpApiEndpoint.get("events", "/runs/:id/events", {
    params: id,
    query: { from: Schema.optional(Schema.String) },
    headers: { "last-event-id": Schema.optional(Schema.String) },
    success: HttpApiSchema.StreamSse({ data: Schema.Json }),
    error: [Contract.NotFound, Contract.Unavailable]
  }),
  HttpApiEndpoint.get("plan", "/runs/:id/plan", {
    params: id,
    success: Schema.Json.annotate({ description: "the document ballast.plan/1" }),
    error: [Contract.NotFound, Contract.Unavailable]
  }),
  HttpApiEndpoint.post("cancel", "/runs/:id/cancel", {
    params: id,
    payload: Schema.Struct({}),
    success: Contract.Cancelled,
    error: [Contract.NotFound, Contract.Unavailable]
  }),
  HttpApiEndpoint.post("rerun", "/runs/:id/rerun", {
    params: id,
    payload: Schema.Struct({}),
    success: Contract.Submitted,
    error: [Contract.NotFound, Contract.Refused, Contract.Unavailable]
  })
) {}

class IncidentsGroup extends HttpApiGroup.make("incidents").add(
  HttpApiEndpoint.get("list", "/incidents", {
    query: { run: Schema.optional(Schema.String), after: Schema.optional(Schema.String) },
    success: Contract.Incidents,
    error: Contract.Unavailable
  }),
  HttpApiEndpoint.get("show", "/incidents/:id", {
    params: id,
    success: Contract.IncidentView,
    error: [Contract.NotFound, Contract.Unavailable]
  })
) {}

class QueueGroup extends HttpApiGroup.make("queue").add(
  HttpApiEndpoint.get("overview", "/queue", { success: Contract.Queue, error: Contract.Unavailable }),
  HttpApiEndpoint.get("triggers", "/triggers", { success: Contract.Triggers, error: Contract.Unavailable })
) {}

/** The API, under /api. */
export class Api extends HttpApi.make("ballast").add(RunsGroup).add(IncidentsGroup).add(QueueGroup)
  .prefix("/api")
  .middleware(HttpApiMiddleware.ProblemDetails)
  .annotateMerge(OpenApi.annotations({ title: "Ballast", version: "1", description: "Runs, their curves and faults, the queue and its workers" }))
{}
