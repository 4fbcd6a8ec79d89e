/**
 * All that is used of effect's observability and HTTP client, which are marked unstable. Loading them takes longer than the
 * rest of a command's start: whoever needs this module imports it when it comes to that.
 */
import * as ConfigProvider from "effect/ConfigProvider"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Redacted from "effect/Redacted"
import * as Plain from "./Plain.ts"
import type { Destination } from "./TraceSettings.ts"

/** How long a process waits at its end for the last spans to be taken. */
const patience = "2 seconds"

/** Hears how each delivery went: null where it was taken, or why it was not. */
export type Hear = (problem: string | null) => Effect.Effect<void>

/** effect's client waits for ever for a collector that accepts a connection and says nothing. */
const client = ({ timeout }: Destination, hear: Hear): Layer.Layer<HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, HttpClient.transform((answer, request) =>
      answer.pipe(
        Effect.tap(({ arrayBuffer }) => arrayBuffer),
        Effect.timeoutOrElse({
          duration: timeout,
          orElse: () =>
            Effect.fail(
              new HttpClientError.HttpClientError({
                reason: new HttpClientError.TransportError({ request, description: `no answer within ${timeout / 1000} s` })
              })
            )
        }),
        Effect.tap(({ status }) => hear(status < 300 ? null : `it answers ${status}`)),
        Effect.tapError(({ reason }) => hear(reason.description ?? causeOf(reason.cause)))
      )
    ))
  ).pipe(Layer.provide(FetchHttpClient.layer))

/** What fetch says is "fetch failed"; why, its cause says. */
const causeOf = (thrown: unknown): string => {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  return inner instanceof Error ? (inner as NodeJS.ErrnoException).code ?? inner.message : String(inner)
}

/** Takes secrets out of all texts, however deep: a fault's message may quote an address with a password. */
const withoutSecrets = (value: unknown): unknown => {
  if (typeof value === "string") return Plain.text(value)
  if (Array.isArray(value)) return value.map(withoutSecrets)
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]))
    : value
}

const serialization = (protocol: Destination["protocol"]): Layer.Layer<OtlpSerialization.OtlpSerialization> =>
  Layer.effect(
    OtlpSerialization.OtlpSerialization,
    Effect.map(OtlpSerialization.OtlpSerialization, (inner) => ({
      ...inner,
      traces: (data: OtlpTracer.TraceData) => inner.traces(withoutSecrets(data) as OtlpTracer.TraceData)
    }))
  ).pipe(Layer.provide(protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf))

/** Delivers spans to a collector, and drops them where it does not take them. */
export const tracing = (destination: Destination, version: string, hear: Hear): Layer.Layer<never> => {
  const { attributes, headers, service, url } = destination
  return OtlpTracer.layer({
    url,
    headers: Redacted.value(headers),
    resource: { serviceName: service, serviceVersion: version, attributes },
    shutdownTimeout: patience
  }).pipe(
    Layer.provide(serialization(destination.protocol)),
    Layer.provide(client(destination, hear)),
    // It would read the environment again, and take what is wrong there for a defect.
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({})))
  )
}

/** Writes the metrics of a context in Prometheus' text format. */
export const prometheus = (context: Context.Context<never>): string => PrometheusMetrics.formatUnsafe(context)
