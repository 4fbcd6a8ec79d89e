import { assert, describe, it } from "@effect/vitest"
import * as os from "node:os"
import * as Admission from "../../../runtime/serve/Admission.ts"
import { sessions, token } from "./serving.ts"

const settings: Admission.Settings = { port: 7070, hosts: Admission.hostsOf("127.0.0.1"), sessions: null }

const statusOf = (head: Partial<Admission.Head>, changed: Partial<Admission.Settings> = {}): number | null =>
  Admission.refusal(
    { method: "GET", url: "/", ...head, headers: { host: "127.0.0.1:7070", ...head.headers } },
    { ...settings, ...changed },
    1000
  )?.status ?? null

const posted = (headers: Record<string, string | undefined> = {}, url = "/api/runs/a/cancel") =>
  statusOf({ method: "POST", url, headers: { "content-type": "application/json; charset=utf-8", "content-length": "2", ...headers } })

describe("Admission", () => {
  it("knows which addresses are this machine's alone", () => {
    for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1"]) assert.isTrue(Admission.isLoopback(host), host)
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.example", "example.org", ""]) assert.isFalse(Admission.isLoopback(host), host)
  })

  it("answers by what it listens on: everywhere by every address of the machine, elsewhere by the one", () => {
    const everywhere = Admission.hostsOf("0.0.0.0")
    for (const { address, family } of Object.values(os.networkInterfaces()).flatMap((list) => list ?? [])) {
      assert.isTrue(everywhere.has(family === "IPv6" ? `[${address}]` : address), address)
    }
    assert.isTrue(everywhere.has(os.hostname().toLowerCase()))
    assert.isFalse(Admission.hostsOf("10.1.2.3").has("127.0.0.1"))
    assert.isTrue(Admission.hostsOf("Train.Example.Org").has("train.example.org"))
    assert.isTrue(Admission.hostsOf("::1").has("[::1]"))
  })

  it("takes a request that names it, and its port", () => {
    for (const host of ["127.0.0.1:7070", "localhost:7070", "[::1]:7070"]) assert.isNull(statusOf({ headers: { host } }), host)
    for (const host of [undefined, "", "127.0.0.1", "127.0.0.1:80", "a.example:7070", "127.0.0.1:7070:7070", "127.0.0.1:7070.", "[::1]", "::1:7070", " localhost:7070"]) {
      assert.strictEqual(statusOf({ headers: { host } }), 421, String(host))
    }
    assert.isNull(statusOf({ headers: { host: "127.0.0.1" } }, { port: 80 }))
  })

  it("takes what changes something from its own pages and from programs alone", () => {
    assert.isNull(posted())
    assert.isNull(posted({ origin: "http://127.0.0.1:7070", "sec-fetch-site": "same-origin" }))
    for (const origin of ["http://127.0.0.1:8080", "http://localhost:7070", "null", "https://127.0.0.1:7070", "http://127.0.0.1:7070.evil"]) {
      assert.strictEqual(posted({ origin }), 403, origin)
    }
    for (const site of ["cross-site", "same-site", "none", "x"]) assert.strictEqual(posted({ "sec-fetch-site": site }), 403, site)
    for (const type of [undefined, "text/plain", "application/json+x", "multipart/form-data"]) assert.strictEqual(posted({ "content-type": type }), 415)
    assert.strictEqual(posted({ "content-length": "4097" }), 413)
    for (const length of [undefined, "x", "-1.5"]) assert.strictEqual(posted({ "content-length": length }), 400)
    assert.strictEqual(posted({ "transfer-encoding": "chunked" }), 400)
    for (const method of ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]) assert.strictEqual(statusOf({ method }), 405)
    assert.strictEqual(statusOf({ url: `/${"x".repeat(2048)}` }), 414)
  })

  it("demands the token of everybody where there is one, but for what it takes to tell it", () => {
    const kept = sessions()
    const status = (headers: Record<string, string>, url = "/api/runs") => statusOf({ url, headers }, { sessions: kept })
    assert.strictEqual(status({}), 401)
    assert.isNull(status({ authorization: `Bearer ${token}` }))
    assert.isNull(status({ authorization: `bearer ${token}` }))
    assert.strictEqual(status({ authorization: `Basic ${token}` }), 401)
    assert.strictEqual(status({ authorization: `Bearer ${token}x` }), 401)
    assert.isNull(status({ cookie: `other=1; ballast-session=${kept.begin(1000)}` }))
    assert.strictEqual(status({ cookie: `ballast-session=${token}` }), 401)
    // A wrong token is not made good by a cookie that somebody else's browser keeps.
    assert.strictEqual(status({ authorization: "Bearer x", cookie: `ballast-session=${kept.begin(1000)}` }), 401)
    for (const url of ["/sign-in", "/sign-in?to=/", "/assets/dashboard.css", "/assets/dashboard.js"]) assert.isNull(status({}, url), url)
    for (const url of ["/", "/sign-in/x", "/assets/dashboard.map", "/assets/dashboard.css/..", "/api/openapi.json"]) {
      assert.strictEqual(status({}, url), 401, url)
    }
  })
})
