/**
 * A collector of traces: an HTTP server that reads OTLP's JSON, or does what a collector should not.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"

export interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly status: { readonly code: number }
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Delivery {
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export interface Collector {
  readonly url: string
  readonly deliveries: ReadonlyArray<Delivery>
}

/** How it answers a delivery: with a status; or never, before or after the head of its answer. */
export type Manner = number | "silent" | "half"

interface Attributes {
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Readonly<Record<string, unknown>> }>
}

const attributesOf = ({ attributes }: Attributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

interface Document {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: Attributes
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Omit<Span, "attributes"> & Attributes> }>
  }>
}

/** Reads the spans of a delivery. */
export const spansOf = ({ body }: Delivery): ReadonlyArray<Span> =>
  (JSON.parse(body) as Document).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, attributes: attributesOf(span) }))))

/** Reads the resource of a delivery. */
export const resourceOf = ({ body }: Delivery): Readonly<Record<string, unknown>> =>
  Object.assign({}, ...(JSON.parse(body) as Document).resourceSpans.map(({ resource }) => attributesOf(resource)))

/** Listens until the scope ends; `manner` says how it answers a delivery, by its number from 0. */
export const make = (manner: (delivery: number) => Manner = () => 200): Effect.Effect<Collector, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Collector & { readonly server: http.Server }>((resume) => {
      const deliveries: Array<Delivery> = []
      const server = http.createServer(async (request, response) => {
        const body = await text(request)
        const answer = manner(deliveries.push({ path: request.url ?? "", headers: request.headers, body }) - 1)
        if (answer === "half") response.write("{")
        else if (answer !== "silent") response.writeHead(answer, { "content-type": "application/json" }).end("{}")
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, deliveries, server }))
      })
    }),
    ({ server }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

/** Finds an address that nobody listens to. */
export const nowhere: Effect.Effect<string> = Effect.scoped(Effect.map(make(), ({ url }) => url))
