import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as http from "node:http"
import * as net from "node:net"
import { text } from "node:stream/consumers"
import * as Exporter from "../../../../runtime/run/telemetry/Exporter.ts"
import { Instruments } from "../../../../runtime/run/telemetry/Instruments.ts"
import { families } from "../../../../runtime/run/telemetry/Metrics.ts"
import { part } from "../../../require.ts"
import { stepEvent } from "../../report/events.ts"
import * as Exposition from "./exposition.ts"
import * as hostile from "./hostile.ts"
import { measured } from "./measuring.ts"
import * as Promtool from "./promtool.ts"

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

const ask = (url: string, options: http.RequestOptions = {}): Effect.Effect<Answer, Error> =>
  Effect.callback((resume) => {
    http.request(url, options, async (response) => {
      const body = await text(response)
      resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, body }))
    }).on("error", (error) => resume(Effect.fail(error))).end()
  })

/** Sends bytes as they are, and reads what comes back until the other side ends it. */
const send = (port: string, bytes: string): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const socket = net.connect(Number(port), "127.0.0.1", () => socket.write(bytes))
    let answer = ""
    socket.setEncoding("latin1").on("data", (part: string) => {
      answer += part
    })
    socket.on("close", () => resume(Effect.succeed(answer)))
  })

const serving = (obstacle: () => string | null = () => null) => Exporter.serve({ port: 0, obstacle })

const used = Effect.gen(function*() {
  const { attemptEnded, claimed, slots, stepped } = yield* Instruments
  slots({ all: 2, busy: 1 })
  claimed("a", { submitted: 0, waited: 100, took: 0.003 })
  for (let step = 0; step < 5; step++) stepped("a", stepEvent(step))
  attemptEnded({ status: "succeeded", fault: null })
})

describe("Exporter", () => {
  it.live("serves the metrics in Prometheus' text format, line by line", () =>
    measured(Effect.gen(function*() {
      yield* used
      const url = yield* serving()
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
      const { body, headers, status } = yield* ask(`${url}/metrics`)
      assert.deepStrictEqual(
        [status, headers["content-type"], headers["cache-control"]],
        [200, "text/plain; version=0.0.4; charset=utf-8", "no-store"]
      )
      const scraped = Exposition.parse(body)
      assert.sameMembers(scraped.map(({ name }) => name), families.map(({ name }) => name))
      assert.strictEqual(Exposition.valueOf(scraped, "ballast_steps_total"), 5)
      const { body: again } = yield* ask(`${url}/metrics?x=1`)
      assert.strictEqual(again, body)
      const head = yield* ask(`${url}/metrics`, { method: "HEAD" })
      assert.deepStrictEqual([head.status, head.body, head.headers["content-length"]], [200, "", headers["content-length"]])
    }).pipe(Effect.scoped)))

  it.live("says that it lives, and whether it takes runs, and why not", () =>
    measured(Effect.gen(function*() {
      let obstacle: string | null = null
      const url = yield* serving(() => obstacle)
      const ready = ask(`${url}/readyz`)
      assert.deepInclude(yield* ready, { status: 200, body: "ready\n" })
      obstacle = "the queue postgres://b:hunter2@db is not reached\nready"
      assert.deepInclude(yield* ready, {
        status: 503,
        body: "the queue postgres://<redacted>@db is not reached\\u000aready\n"
      })
      assert.deepInclude(yield* ask(`${url}/healthz`), { status: 200, body: "alive\n" })
    }).pipe(Effect.scoped)))

  it.live("outlives a question that it cannot answer", () =>
    measured(Effect.gen(function*() {
      const url = yield* serving(() => {
        throw new Error("hunter2")
      })
      assert.deepInclude(yield* ask(`${url}/readyz`), { status: 500, body: "the page cannot be made\n" })
      assert.deepInclude(yield* ask(`${url}/healthz`), { status: 200 })
    }).pipe(Effect.scoped)))

  it.live("refuses other methods and paths, repeats nothing of them, and is for no browser", () =>
    measured(Effect.gen(function*() {
      const url = yield* serving()
      const origin = { headers: { origin: "https://evil.example", "x-reflected": "reflected" } }
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]) {
        const { body, headers, status } = yield* ask(`${url}/metrics`, { method, ...origin })
        assert.deepStrictEqual([status, headers["allow"], body], [405, "GET, HEAD", "there is GET alone\n"], method)
      }
      const near = ["/", "/metrics/", "/Metrics", "//metrics", "/metrics%00"]
      const odd = ["/constructor", "/__proto__", "/<script>reflected"]
      for (const path of [...near, ...odd, ...hostile.names.map((name) => `/${encodeURIComponent(name.toWellFormed())}`)]) {
        const answer = yield* ask(url, { path: `${path}?reflected`, ...origin })
        assert.deepInclude(answer, { status: 404, body: "there are /metrics, /healthz, /readyz\n" }, path)
        assert.notInclude(JSON.stringify(answer), "reflected")
      }
      const { headers } = yield* ask(`${url}/metrics`, origin)
      assert.isEmpty(Object.keys(headers).filter((name) => name.startsWith("access-control")))
      assert.strictEqual(headers["x-content-type-options"], "nosniff")
    }).pipe(Effect.scoped)))

  it.live("bears what is no HTTP", () =>
    measured(Effect.gen(function*() {
      const url = yield* serving()
      const { port } = new URL(url)
      const asked = (target: string, header: string) =>
        send(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}\r\n\r\n`)
      assert.match(yield* send(port, "hello\r\n\r\n"), /^HTTP\/1\.1 400 /)
      assert.match(yield* asked("/metrics", `X: ${"x".repeat(20_000)}`), /^HTTP\/1\.1 431 /)
      assert.match(yield* asked("http://evil.example/metrics", "X: y"), /^HTTP\/1\.1 404 /)
      assert.deepInclude(yield* ask(`${url}/healthz`), { status: 200 })
    }).pipe(Effect.scoped)))

  it.live("ends with its scope, whoever is still connected", () =>
    measured(Effect.gen(function*() {
      const port = yield* Effect.scoped(Effect.gen(function*() {
        const url = yield* serving()
        const agent = new http.Agent({ keepAlive: true })
        yield* ask(`${url}/healthz`, { agent })
        const { port } = new URL(url)
        yield* Effect.callback<void>((resume) => {
          const idle = net.connect(Number(port), "127.0.0.1", () => resume(Effect.void))
          idle.on("error", () => undefined)
        })
        return port
      }))
      const gone = yield* Effect.flip(ask(`http://127.0.0.1:${port}/healthz`))
      assert.strictEqual((gone as NodeJS.ErrnoException).code, "ECONNREFUSED")
    })))

  it.live("says what to do where it cannot listen", () =>
    measured(Effect.gen(function*() {
      const { port } = new URL(yield* serving())
      const failing = (options: { readonly port: number; readonly host?: string }) =>
        Effect.map(Effect.flip(Exporter.serve({ ...options, obstacle: () => null })), ({ message }) => message)
      assert.strictEqual(
        yield* failing({ port: Number(port) }),
        `metrics cannot be served: port ${port} on 127.0.0.1 is taken. `
          + "Name another with --metrics-port, or 0 for any that is free"
      )
      assert.include(yield* failing({ port: 70_000 }), "70000 is no port")
      assert.include(yield* failing({ port: 0, host: "192.0.2.1" }), "this machine has no address 192.0.2.1")
    }).pipe(Effect.scoped)))
})

part("promtool", Promtool.available, "Exporter before promtool", () => {
  it.live("has nothing to complain of", () =>
    measured(Effect.gen(function*() {
      yield* used
      const { body } = yield* ask(`${yield* serving()}/metrics`)
      assert.strictEqual(Promtool.complaints("metrics", body), "")
    }).pipe(Effect.scoped)))
})
