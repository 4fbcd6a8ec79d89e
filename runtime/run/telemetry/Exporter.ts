/**
 * What a worker serves for machines to read: its metrics, and whether it lives and takes runs.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { inert } from "./Inert.ts"
import * as Plain from "./Plain.ts"

/** It cannot be served; `message` says why, and what to do. */
export class ExporterUnusable extends Schema.TaggedError<ExporterUnusable>()("ExporterUnusable", {
  message: Schema.String
}) {}

export interface Options {
  /** 0 for any that is free. */
  readonly port: number
  /** The address to listen on; this machine alone reaches the usual one. */
  readonly host?: string
  /** Says why no run is claimed at present; null where runs are. */
  readonly obstacle: () => string | null
}

const usualHost = "127.0.0.1"

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const words = "text/plain; charset=utf-8"
const exposition = "text/plain; version=0.0.4; charset=utf-8"

const said = (status: number, body: string): Answer => ({ status, type: words, body: `${body}\n` })

type Pages = Readonly<Record<string, () => Answer>>

const answerTo = ({ method, url }: http.IncomingMessage, pages: Pages): Answer => {
  const path = url?.split("?", 1)[0] ?? ""
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (page === undefined) return said(404, `there are ${Object.keys(pages).join(", ")}`)
  if (method !== "GET" && method !== "HEAD") return said(405, "there is GET alone")
  try {
    return page()
  } catch {
    // Who asks must not end the worker.
    return said(500, "the page cannot be made")
  }
}

const send = (response: http.ServerResponse, { body, status, type }: Answer): void => {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 405 ? { allow: "GET, HEAD" } : {})
  }).end(body)
}

/** Who asks slowly, or asks much, must not keep others from asking. */
const bounds = { requestTimeout: 10_000, headersTimeout: 5000, keepAliveTimeout: 5000, maxHeaderSize: 8192 }
const mostConnections = 64

const unusable = ({ code, message }: NodeJS.ErrnoException, host: string, port: number): ExporterUnusable => {
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken. Name another with --metrics-port, or 0 for any that is free`,
    EACCES: `port ${port} may not be used by this user. Name one from 1024 on with --metrics-port`,
    EADDRNOTAVAIL: `this machine has no address ${host}`,
    ERR_SOCKET_BAD_PORT: `${port} is no port: there are 1 to 65535, and 0 for any that is free`
  }
  return new ExporterUnusable({ message: `metrics cannot be served: ${advice[code ?? ""] ?? message}` })
}

const listen = (server: http.Server, host: string, port: number): Effect.Effect<AddressInfo, ExporterUnusable> =>
  Effect.callback((resume) => {
    const fail = (error: NodeJS.ErrnoException): void => resume(Effect.fail(unusable(error, host, port)))
    // It stays: a connection that cannot be accepted later on is an error, too, and must not end the worker.
    server.on("error", fail)
    try {
      server.listen(port, host, () => resume(Effect.succeed(server.address() as AddressInfo)))
    } catch (error) {
      fail(error as NodeJS.ErrnoException)
    }
  })

/** Serves until the scope ends, and returns the address. Fails with ExporterUnusable where nobody can listen there. */
export const serve = Effect.fn("Exporter.serve")(
  function*({ host = usualHost, obstacle, port }: Options): Effect.fn.Return<string, ExporterUnusable, Scope.Scope> {
    const context = yield* Effect.context<never>()
    const { prometheus } = yield* Effect.promise(() => import("./Observability.ts"))
    const pages: Pages = {
      "/metrics": () => ({ status: 200, type: exposition, body: prometheus(context) }),
      "/healthz": () => said(200, "alive"),
      "/readyz": () => {
        const reason = obstacle()
        return reason === null ? said(200, "ready") : said(503, inert(Plain.text(reason)))
      }
    }
    const server = http.createServer(bounds, (request, response) => send(response, answerTo(request, pages)))
    server.maxConnections = mostConnections
    yield* Effect.addFinalizer(() =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }))
    const { address, family, port: listened } = yield* listen(server, host, port)
    return `http://${family === "IPv6" ? `[${address}]` : address}:${listened}`
  }
)
