import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as os from "node:os"
import { ballastVersion } from "../../../../runtime/engine/Conditions.ts"
import { Reporter } from "../../../../runtime/run/Reporter.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import * as About from "../../../../runtime/run/telemetry/About.ts"
import * as Log from "../../../../runtime/run/telemetry/Log.ts"
import * as Traces from "../../../../runtime/run/telemetry/Traces.ts"
import { attempts, jobIn, record } from "../jobs.ts"
import { inTemporaryFolder } from "../temporary.ts"
import * as Collector from "./collector.ts"
import * as hostile from "./hostile.ts"

/** A layer of traces whose log is kept. */
const traced = (variables: Readonly<Record<string, string>>) => {
  const lines: Array<string> = []
  const log = Log.layer({ format: "json", terminal: false, colour: false, write: (text) => lines.push(text) })
  return { layer: Traces.layer(variables).pipe(Layer.provideMerge(log)), lines }
}

const work = Effect.fn("Work.do")(function*(name: string) {
  yield* Effect.annotateCurrentSpan({ name, loss: NaN })
  return name
})

describe("Traces", () => {
  it.live("delivers spans with the service, the host, what they are about and how they hang together", () =>
    Effect.gen(function*() {
      const collector = yield* Collector.make()
      const { layer, lines } = traced({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: "x-key=hunter2",
        OTEL_RESOURCE_ATTRIBUTES: "team=vision"
      })
      const outer = Effect.fn("Outer.do")(function*() {
        yield* Effect.forEach(["a", "b"], work).pipe(About.attempt(2, "wasm", 100))
        yield* About.ended({
          result: {
            number: 2,
            from: 100,
            status: "failed",
            fault: { tag: "NonFinite", message: "the loss is NaN", step: 120, onset: 118, injected: null },
            diagnosis: null,
            remedy: null,
            exact: null,
            incident: null,
            exit: null,
            memory: null,
            remarks: []
          }
        })
      })
      const job = { id: "l-1", experiment: "e", arm: "clip", seed: 3 }
      yield* outer().pipe(About.run(job), Effect.provide(layer))
      const [delivery, ...others] = collector.deliveries
      assert.deepStrictEqual(others, [])
      if (delivery === undefined) return assert.fail("nothing was delivered")
      assert.deepStrictEqual(
        [delivery.path, delivery.headers["content-type"], delivery.headers["x-key"]],
        ["/v1/traces", "application/json", "hunter2"]
      )
      assert.deepInclude(Collector.resourceOf(delivery), {
        "service.name": "ballast",
        "service.version": ballastVersion(),
        "ballast.version": ballastVersion(),
        "host.name": os.hostname(),
        team: "vision"
      })
      const [a, b, outermost] = Collector.spansOf(delivery)
      assert.deepStrictEqual([a?.name, b?.name, outermost?.name], ["Work.do", "Work.do", "Outer.do"])
      const about = { "ballast.run": "l-1", "ballast.experiment": "e", "ballast.arm": "clip", "ballast.seed": 3 }
      assert.deepStrictEqual(outermost?.attributes, { ...about, "ballast.status": "failed", "ballast.fault": "NonFinite" })
      const own = { "ballast.attempt": 2, "ballast.engine": "wasm", name: "b", loss: "NaN" }
      assert.deepInclude(b?.attributes, { ...about, ...own })
      assert.deepStrictEqual([a?.parentSpanId, a?.traceId], [outermost?.spanId, outermost?.traceId])
      assert.deepStrictEqual(lines, [])
    }).pipe(Effect.scoped))

  it.live("tells the way of a training, span in span", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const collector = yield* Collector.make()
      const job = yield* jobIn(folder, { length: { steps: 3 } })
      yield* record(job)
      const { layer } = traced({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/in` })
      const { past } = yield* attempts(job).pipe(About.run(job), Effect.provide(layer))
      assert.strictEqual(past[0]?.result.status, "succeeded")
      const spans = collector.deliveries.flatMap(Collector.spansOf)
      const way: Array<string> = []
      for (let span = spans.find(({ name }) => name === "OneAttempt.run"); span !== undefined;) {
        way.push(span.name)
        assert.strictEqual(span.attributes["ballast.run"], job.id)
        span = spans.find(({ spanId }) => spanId === span?.parentSpanId)
      }
      assert.deepStrictEqual(way, ["OneAttempt.run", "Attempts.attempt", "Attempts.run"])
    }, Effect.scoped, Effect.provide(Layer.mergeAll(Store.layerMemory, Reporter.layerSilent)))), 60_000)

  it.live("delivers names as they are, and no password", () =>
    Effect.gen(function*() {
      const collector = yield* Collector.make()
      const { layer } = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
      const failing = Effect.fn("Queue.claim")(() => Effect.fail(new Error("postgres://b:hunter2@db is not reached")))
      yield* Effect.forEach(hostile.names, work).pipe(Effect.andThen(Effect.ignore(failing())), Effect.provide(layer))
      const [delivery] = collector.deliveries
      if (delivery === undefined) return assert.fail("nothing was delivered")
      assert.deepStrictEqual(
        Collector.spansOf(delivery).slice(0, -1).map(({ attributes }) => attributes["name"]),
        hostile.names.map((name) => name.toWellFormed())
      )
      assert.include(delivery.body, "postgres://<redacted>@db is not reached")
      assert.notInclude(delivery.body, "hunter2")
    }).pipe(Effect.scoped))

  it.live("speaks protobuf where that is asked for", () =>
    Effect.gen(function*() {
      const collector = yield* Collector.make()
      const { layer } = traced({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf"
      })
      yield* work("a name").pipe(Effect.provide(layer))
      assert.strictEqual(collector.deliveries[0]?.headers["content-type"], "application/x-protobuf")
      assert.include(collector.deliveries[0]?.body, "Work.do")
      assert.include(collector.deliveries[0]?.body, "a name")
    }).pipe(Effect.scoped))

  it.live("leaves out what is done again and again, and makes a trace of each thing within it", () =>
    Effect.gen(function*() {
      const collector = yield* Collector.make()
      const { layer } = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
      const looking = Effect.fn("Queue.look")(function*() {
        yield* work("nothing there")
        yield* Effect.forkChild(Traces.traced(outer("first")), { startImmediately: true })
        yield* Traces.traced(outer("second"))
      })
      const outer = Effect.fn("Outer.do")(work)
      yield* Traces.untraced(looking()).pipe(Effect.provide(layer))
      const spans = collector.deliveries.flatMap(Collector.spansOf)
      const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
      assert.deepStrictEqual(roots.map(({ name }) => name), ["Outer.do", "Outer.do"])
      assert.strictEqual(new Set(roots.map(({ traceId }) => traceId)).size, 2)
      assert.deepStrictEqual(spans.flatMap(({ attributes: { name } }) => name ?? []), ["first", "second"])
    }).pipe(Effect.scoped))

  it.live("delivers nothing where the variables say nothing, or that it is off", () =>
    Effect.gen(function*() {
      const collector = yield* Collector.make()
      const off = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: "true" })
      for (const { layer, lines } of [traced({}), off]) {
        assert.strictEqual(yield* work("a").pipe(Effect.provide(layer)), "a")
        assert.deepStrictEqual(lines, [])
      }
      assert.deepStrictEqual(collector.deliveries, [])
    }).pipe(Effect.scoped))

  it.live("says once what is wrong with the variables, and goes on", () =>
    Effect.gen(function*() {
      const { layer, lines } = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" })
      assert.strictEqual(yield* work("a").pipe(Effect.provide(layer)), "a")
      assert.strictEqual(lines.length, 1)
      assert.match(lines[0] ?? "", /"level":"warn","message":"there are no traces: OTEL_EXPORTER_OTLP_ENDPOINT is no URL/)
    }))

  it.live.each(["silent", "half"] as const)("ends in time where a collector's answer is %s", (manner) =>
    Effect.gen(function*() {
      const collector = yield* Collector.make(() => manner)
      const { layer } = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
      assert.strictEqual(yield* work("a").pipe(Effect.provide(layer)), "a")
      assert.strictEqual(collector.deliveries.length, 1)
    }).pipe(Effect.scoped), 15_000)

  it.live("goes by the variables that it is given alone", () =>
    Effect.gen(function*() {
      const collector = yield* Collector.make()
      const { layer } = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
      const others = ConfigProvider.layer(ConfigProvider.fromEnvRecord({ OTEL_RESOURCE_ATTRIBUTES: "a=%" }))
      yield* work("a").pipe(Effect.provide(Layer.provide(layer, others)))
      assert.strictEqual(collector.deliveries.length, 1)
    }).pipe(Effect.scoped))

  it.effect.each(["silent", "half"] as const)("gives up a collector whose answer stays %s, and says so once", (manner) =>
    Effect.gen(function*() {
      const collector = yield* Collector.make(() => manner)
      const { layer, lines } = traced({
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/in?key=hunter2`,
        OTEL_EXPORTER_OTLP_TIMEOUT: "3000"
      })
      const during = Effect.gen(function*() {
        yield* work("a")
        yield* TestClock.adjust("5 seconds")
        while (collector.deliveries.length === 0) yield* Effect.promise(() => new Promise(setImmediate))
        yield* TestClock.adjust("30 seconds")
        for (let index = 0; index < 5; index++) yield* work("b")
        yield* TestClock.adjust("30 seconds")
      })
      yield* during.pipe(Effect.provide(layer))
      assert.strictEqual(lines.length, 1, lines.join(""))
      assert.match(lines[0] ?? "", /"level":"warn".*are not delivered to http:\S+: no answer within 3 s\. Runs go on/)
      assert.notInclude(lines.join(""), "hunter2")
    }).pipe(Effect.scoped))

  it.live("goes on where nobody listens, and says so once", () =>
    Effect.gen(function*() {
      const { layer, lines } = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: yield* Collector.nowhere })
      assert.strictEqual(yield* work("a").pipe(Effect.provide(layer)), "a")
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], ": ECONNREFUSED. Runs go on, and spans are dropped meanwhile")
    }))

  it.effect("tells when a collector that has refused takes spans again", () =>
    Effect.gen(function*() {
      const collector = yield* Collector.make((delivery) => delivery === 0 ? 401 : 200)
      const { layer, lines } = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
      const said = Effect.fnUntraced(function*(count: number) {
        while (lines.length < count) yield* Effect.promise(() => new Promise(setImmediate))
      })
      const during = Effect.gen(function*() {
        yield* work("lost")
        yield* TestClock.adjust("5 seconds")
        yield* said(1)
        yield* TestClock.adjust("61 seconds")
        yield* work("kept")
        yield* TestClock.adjust("5 seconds")
        yield* said(2)
      })
      yield* during.pipe(Effect.provide(layer))
      assert.match(lines[0] ?? "", /"level":"warn".*: it answers 401\./)
      assert.match(lines[1] ?? "", /"level":"info","message":"traces are delivered to http:\S+ again"/)
      assert.strictEqual(lines.length, 2)
      const kept = collector.deliveries.slice(1).flatMap(Collector.spansOf)
      assert.deepStrictEqual(kept.map(({ attributes }) => attributes["name"]), ["kept"])
    }).pipe(Effect.scoped))
})
