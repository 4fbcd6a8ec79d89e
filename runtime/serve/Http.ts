/**
 * All that is used of effect's HTTP server and HTTP API, which are marked unstable.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import type * as HttpServer from "effect/http/HttpServer"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

export {
  HttpApi,
  HttpApiBuilder,
  HttpApiEndpoint,
  HttpApiGroup,
  HttpApiMiddleware,
  HttpApiSchema,
  HttpRouter,
  HttpServerResponse,
  NodeHttpServer,
  OpenApi
}

export type Request = HttpServerRequest
export type Response = HttpServerResponse.HttpServerResponse

/** Tells whether nothing lies where a request looked. */
export const isNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

/** Tells whether a request cannot be read. */
export const isUnreadable = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RequestParseError"

/** The request that is being answered. */
export const currentRequest = Effect.service(HttpServerRequest)

/** Answers with text of a type. */
export const text = (body: string, contentType: string, options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {}): Response =>
  HttpServerResponse.text(body, { ...options, contentType })

/** Reads a request's body as the fields of a form. Fails where it is none. */
export const form = (request: Request): Effect.Effect<URLSearchParams, unknown> =>
  Effect.map(request.text, (body) => new URLSearchParams(body))

/** Serves routes; `around` sees every request first, and what is answered to it last. */
export const serve = Effect.fnUntraced(function*<E, R>(
  server: HttpServer.HttpServer["Service"],
  routes: Layer.Layer<never, E, R>,
  around: (request: Request, answer: Effect.Effect<Response, unknown, Scope.Scope | Request>) => Effect.Effect<Response, never, Scope.Scope | Request>
) {
  const answer = yield* HttpRouter.toHttpEffect(Layer.provide(routes, NodeHttpServer.layerHttpServices))
  // What a route needs of each request is its own affair, and the server's.
  const whole = answer as Effect.Effect<Response, unknown, Scope.Scope | Request>
  yield* server.serve(Effect.flatMap(currentRequest, (request) => around(request, whole)))
})
