/**
 * Where traces go, by OpenTelemetry's variables.
 */
import * as Redacted from "effect/Redacted"

export interface Destination {
  readonly kind: "on"
  readonly url: string
  /** They may hold a key. */
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  readonly protocol: "http/json" | "http/protobuf"
  /** How long a delivery may take, in milliseconds. */
  readonly timeout: number
  readonly service: string
  readonly attributes: Readonly<Record<string, string>>
}

export type TraceSettings =
  | Destination
  | { readonly kind: "off" }
  /** They say something that cannot be followed, and what. */
  | { readonly kind: "wrong"; readonly message: string }

type Variables = Readonly<Record<string, string | undefined>>

/** Thrown within this module alone. */
class Wrong extends Error {}

/** As OpenTelemetry has it, a variable that is empty is not set. */
const read = (variables: Variables, ...names: ReadonlyArray<string>): readonly [name: string, value: string] | null => {
  for (const name of names) {
    const value = variables[name]?.trim() ?? ""
    if (value !== "") return [name, value]
  }
  return null
}

/** Reads `key=value,key=value` with percent encoding. What is wrong with it is told without it: it may hold a key. */
const pairs = (setting: readonly [string, string] | null): Readonly<Record<string, string>> => {
  if (setting === null) return {}
  const [name, value] = setting
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "").map((entry) => {
    const at = entry.indexOf("=")
    if (at < 1) throw new Wrong(`${name} is not of the form key=value,key=value`)
    try {
      return [entry.slice(0, at).trim(), decodeURIComponent(entry.slice(at + 1).trim())] as const
    } catch {
      throw new Wrong(`${name} has a % that begins no percent encoding`)
    }
  })
  return Object.fromEntries(entries)
}

const headersOf = (setting: readonly [string, string] | null): Readonly<Record<string, string>> => {
  const headers = pairs(setting)
  try {
    return Object.fromEntries(new Headers(headers))
  } catch {
    throw new Wrong(`${setting?.[0]} holds what can be no HTTP header`)
  }
}

const urlOf = ([name, value]: readonly [string, string]): string => {
  const url = URL.parse(name === "OTEL_EXPORTER_OTLP_ENDPOINT" ? `${value.replace(/\/+$/, "")}/v1/traces` : value)
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new Wrong(`${name} is no URL that begins with http:// or https://`)
  }
  if (url.username !== "" || url.password !== "") {
    throw new Wrong(`${name} holds a user or a password: OTEL_EXPORTER_OTLP_HEADERS can hold an Authorization header`)
  }
  return url.href
}

const protocolOf = (setting: readonly [string, string] | null): Destination["protocol"] => {
  if (setting === null) return "http/json"
  const [name, value] = setting
  if (value === "http/json" || value === "http/protobuf") return value
  throw new Wrong(`${name} is "${value}": there are http/json and http/protobuf`)
}

const defaultTimeout = 10_000

const timeoutOf = (setting: readonly [string, string] | null): number => {
  if (setting === null) return defaultTimeout
  const [name, value] = setting
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw new Wrong(`${name} is "${value}": it takes milliseconds, from 1 on`)
}

const destinationOf = (variables: Variables): TraceSettings => {
  const endpoint = read(variables, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
  const exporters = read(variables, "OTEL_TRACES_EXPORTER")?.[1] ?? "otlp"
  const disabled = read(variables, "OTEL_SDK_DISABLED")?.[1].toLowerCase() === "true"
  if (disabled || endpoint === null || !exporters.split(",").some((name) => name.trim() === "otlp")) return { kind: "off" }
  const { "service.name": named, ...attributes } = pairs(read(variables, "OTEL_RESOURCE_ATTRIBUTES"))
  return {
    kind: "on",
    url: urlOf(endpoint),
    headers: Redacted.make(headersOf(read(variables, "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"))),
    protocol: protocolOf(read(variables, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")),
    timeout: timeoutOf(read(variables, "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")),
    service: read(variables, "OTEL_SERVICE_NAME")?.[1] ?? named ?? "ballast",
    attributes
  }
}

/** Reads what the environment's variables say of traces. */
export const of = (variables: Variables): TraceSettings => {
  try {
    return destinationOf(variables)
  } catch (cause) {
    if (cause instanceof Wrong) return { kind: "wrong", message: cause.message }
    throw cause
  }
}
