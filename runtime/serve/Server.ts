/**
 * The server: it listens, lets in who may, and answers.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as http from "node:http"
import type { Stop } from "../run/Stop.ts"
import * as Admission from "./Admission.ts"
import * as Assets from "./Assets.ts"
import * as Handlers from "./Handlers.ts"
import { HttpServerResponse, isNotFound, isUnreadable, NodeHttpServer, type Request, type Response, serve, text } from "./Http.ts"
import { Inspections } from "./Inspections.ts"
import * as Charts from "./pages/Charts.ts"
import * as Pages from "./Pages.ts"
import { Recordings } from "./Recordings.ts"
import * as SignIn from "./SignIn.ts"
import { Streams } from "./Streams.ts"
import type * as Token from "./Token.ts"

/** Nobody can listen there; `message` says why, and what to do. */
export class ServerUnusable extends Schema.TaggedError<ServerUnusable>()("ServerUnusable", { message: Schema.String }) {}

export interface Options {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Whom it lets in besides those at this machine; null for nobody. */
  readonly sessions: Token.Sessions | null
  /** Ends the streams that are open. */
  readonly drain: Stop
}

/** Who asks slowly, or asks much, must not keep others from asking. */
const bounds = {
  requestTimeout: 10_000,
  headersTimeout: 5000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 2000,
  maxHeaderSize: 16_384
}
const mostConnections = 256
/** How long a connection may take nothing of what is sent to it, in milliseconds: a stream sends something more often. */
const idleMilliseconds = 60_000
/** How long requests that are being answered are waited for at the end. */
const patience = "5 seconds"
/** When what takes long to load is loaded, after the start. */
const untilIdle = "2 seconds"

const unusable = (cause: unknown, host: string, port: number): ServerUnusable => {
  const { code, message } = cause as NodeJS.ErrnoException
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken. Name another with --port, or 0 for any that is free`,
    EACCES: `port ${port} may not be used by this user. Name one from 1024 on with --port`,
    EADDRNOTAVAIL: `this machine has no address ${host}. Name one of its own with --host`,
    ENOTFOUND: `there is no host ${host}. Name an address of this machine with --host`,
    ERR_SOCKET_BAD_PORT: `${port} is no port: there are 1 to 65535, and 0 for any that is free`
  }
  return new ServerUnusable({ message: advice[code ?? ""] ?? `the server does not listen on ${host}: ${message}` })
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'"
].join("; ")

/** What every answer says to a browser; a page that needs another policy has said its own. */
const guarded = (response: Response): Response =>
  HttpServerResponse.setHeaders(response, {
    "content-security-policy": response.headers["content-security-policy"] ?? policy,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": response.headers["cache-control"] ?? "no-store"
  })

const isProgram = ({ headers, url }: Request): boolean =>
  url.startsWith("/api/") || !(headers["accept"] ?? "").includes("text/html")

const refused = (request: Request, { message, status }: { readonly status: number; readonly message: string }): Response =>
  isProgram(request)
    ? text(JSON.stringify({ _tag: "Refused", format: "ballast.error/1", message }), "application/json", { status })
    : status === 401
    ? HttpServerResponse.redirect(SignIn.pathTo(request.url), { status: 303 })
    : Pages.failed(status, message)

/** Says what went wrong without what a stranger should not read: paths, and what lies behind. */
const failure = (request: Request, cause: Cause.Cause<unknown>): Effect.Effect<Response> => {
  const error = Cause.squash(cause)
  if (isNotFound(error)) return Effect.succeed(refused(request, { status: 404, message: "there is no such page" }))
  if (isUnreadable(error)) return Effect.succeed(refused(request, { status: 400, message: "the request cannot be read" }))
  // Whoever went away is answered by nobody.
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  return Effect.as(
    Effect.logError("a request was not answered", cause),
    refused(request, { status: 500, message: "the answer cannot be made; the server's log says why" })
  )
}

/** Serves until the scope ends, and returns the address. Fails with ServerUnusable where nobody can listen there. */
export const listen = Effect.fn("Server.listen")(function*({ drain, host, port, sessions }: Options) {
  const node = http.createServer(bounds)
  node.maxConnections = mostConnections
  node.timeout = idleMilliseconds
  const server = yield* NodeHttpServer.make(() => node, { host, port, gracefulShutdownTimeout: patience }).pipe(
    Effect.mapError(({ cause }) => unusable(cause, host, port)),
    Effect.catchDefect((defect) => Effect.fail(unusable(defect, host, port)))
  )
  const listened = (node.address() as { readonly port: number }).port
  const settings: Admission.Settings = { port: listened, hosts: Admission.hostsOf(host), sessions }
  const routes = Layer.mergeAll(Handlers.layer, Pages.layer, SignIn.layer(sessions)).pipe(
    Layer.provide([Inspections.layer, Recordings.layer, Streams.layer(drain)])
  )
  yield* serve(server, routes, (request, answer) => {
    const refusal = Admission.refusal(request, settings, Date.now())
    return (refusal === null
      ? Effect.catchCause(answer, (cause) => failure(request, cause))
      : Effect.succeed(refused(request, refusal))).pipe(Effect.map(guarded))
  })
  // A connection that becomes another protocol's is under no bound any more, and nothing here speaks any.
  node.removeAllListeners("upgrade")
  // Whoever opens a run first need not wait for what draws, nor whoever opens the list before.
  yield* Effect.promise(() => Promise.all([Assets.script(), Charts.draw([])])).pipe(Effect.delay(untilIdle), Effect.forkScoped)
  const shown = host.includes(":") ? `[${host}]` : host
  return `http://${shown}:${listened}`
})
