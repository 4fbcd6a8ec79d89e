import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"
import * as TraceSettings from "../../../../runtime/run/telemetry/TraceSettings.ts"
import * as hostile from "./hostile.ts"

const base = "OTEL_EXPORTER_OTLP_ENDPOINT"
const there = { [base]: "http://collector:4318" }

const on = (variables: Readonly<Record<string, string>>): TraceSettings.Destination => {
  const settings = TraceSettings.of(variables)
  if (settings.kind !== "on") assert.fail(JSON.stringify(settings))
  return settings
}

const kind = (variables: Readonly<Record<string, string>>): string => TraceSettings.of(variables).kind

const problem = (variables: Readonly<Record<string, string>>): string => {
  const settings = TraceSettings.of({ ...there, ...variables })
  return settings.kind === "wrong" ? settings.message : `not wrong: ${JSON.stringify(settings)}`
}

describe("TraceSettings", () => {
  it("is off without an endpoint, and where it is switched off", () => {
    assert.strictEqual(kind({}), "off")
    assert.strictEqual(kind({ [base]: "  " }), "off")
    assert.strictEqual(kind({ ...there, OTEL_SDK_DISABLED: "TRUE" }), "off")
    assert.strictEqual(kind({ ...there, OTEL_TRACES_EXPORTER: "none" }), "off")
    assert.strictEqual(kind({ ...there, OTEL_SDK_DISABLED: "false", OTEL_TRACES_EXPORTER: "console, otlp" }), "on")
    assert.strictEqual(kind({ OTEL_SDK_DISABLED: "true", [base]: "nonsense" }), "off")
  })

  it("appends the path to the common endpoint, and takes the traces' own as it is", () => {
    assert.strictEqual(on(there).url, "http://collector:4318/v1/traces")
    assert.strictEqual(on({ [base]: "https://c/otlp/" }).url, "https://c/otlp/v1/traces")
    const own = { ...there, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://traces:4318/in?x=1" }
    assert.strictEqual(on(own).url, "http://traces:4318/in?x=1")
  })

  it("reads headers, attributes and the service's name, the traces' own first", () => {
    const { attributes, headers, service } = on({
      ...there,
      OTEL_EXPORTER_OTLP_HEADERS: "X-Key=a%20b,, authorization=Bearer hunter2",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=other,deployment.environment=test%2Ccopy,empty=",
      OTEL_SERVICE_NAME: "trainer"
    })
    assert.deepStrictEqual(Redacted.value(headers), { "x-key": "a b", authorization: "Bearer hunter2" })
    assert.notInclude(JSON.stringify(headers), "hunter2")
    assert.deepStrictEqual(attributes, { "deployment.environment": "test,copy", empty: "" })
    assert.strictEqual(service, "trainer")
    const own = on({ ...there, OTEL_EXPORTER_OTLP_HEADERS: "a=1", OTEL_EXPORTER_OTLP_TRACES_HEADERS: "b=2" })
    assert.deepStrictEqual(Redacted.value(own.headers), { b: "2" })
    assert.strictEqual(on({ ...there, OTEL_RESOURCE_ATTRIBUTES: "service.name=other" }).service, "other")
    assert.strictEqual(on(there).service, "ballast")
  })

  it("knows protocols and timeouts", () => {
    assert.strictEqual(on(there).protocol, "http/json")
    assert.strictEqual(on({ ...there, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }).protocol, "http/protobuf")
    assert.strictEqual(on({ ...there, OTEL_EXPORTER_OTLP_TIMEOUT: "2500" }).timeout, 2500)
    assert.include(problem({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }), "there are http/json and http/protobuf")
    assert.include(problem({ OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "0" }), "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT is \"0\"")
  })

  it("says which variable is wrong, and nothing of what may be a key", () => {
    const wrong: ReadonlyArray<readonly [string, string]> = [
      [base, "collector:4318"],
      [base, "ftp://hunter2"],
      [base, "http://me:hunter2@collector"],
      ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces"],
      ["OTEL_EXPORTER_OTLP_HEADERS", "hunter2"],
      ["OTEL_EXPORTER_OTLP_HEADERS", "=hunter2"],
      ["OTEL_EXPORTER_OTLP_HEADERS", "key=%hunter2"],
      ["OTEL_EXPORTER_OTLP_HEADERS", "a key=hunter2"],
      ["OTEL_EXPORTER_OTLP_HEADERS", "key=hunter2%0Ainjected"],
      ["OTEL_RESOURCE_ATTRIBUTES", "no pair"]
    ]
    for (const [name, value] of wrong) {
      assert.include(problem({ [name]: value }), name)
      assert.notInclude(problem({ [name]: value }), "hunter2")
    }
  })

  it("never throws", () => {
    const others = ["EXPORTER_OTLP_HEADERS", "RESOURCE_ATTRIBUTES", "EXPORTER_OTLP_TIMEOUT", "SERVICE_NAME"]
    const names = [base, ...others.map((name) => `OTEL_${name}`)]
    const piece = fc.constantFrom("http://", "a", "b c", "=", ",", "%", "%41", ":", "@", "/", "\n", "\ud800", "9")
    const pieces = fc.array(piece)
    const values = fc.oneof(hostile.text, pieces.map((parts) => parts.join("")))
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...names), values), (variables) => {
      assert.include(["on", "off", "wrong"], kind(variables))
    }))
  })
})
