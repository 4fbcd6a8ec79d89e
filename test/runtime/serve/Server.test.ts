import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import { Store } from "../../../runtime/run/Store.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import { Queue } from "../../../runtime/run/queue/Queue.ts"
import * as Server from "../../../runtime/serve/Server.ts"
import * as Stop from "../../../runtime/run/Stop.ts"
import { attemptResult, failedRun } from "../run/results.ts"
import { type Opening, onBoth, submission, usual, withRecord } from "../run/queue/queues.ts"
import { Tables } from "../../../runtime/run/store/Tables.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { leave } from "../train/inspections.ts"
import { ask, json, post, recorded, serving, sessions, steps, tell, token } from "./serving.ts"

const own = { holder: Holder.self(), at: 5 }
const first = { attempt: 1, token: "one" }
const ended = { ...own, reason: null }
const hostile = `<img src=x onerror=alert(1)>"'`

/** Serves a record in a folder. */
const inFolder = <A, E>(
  body: (folder: string) => Effect.Effect<A, E, Effect.Services<ReturnType<typeof serving>> | Tables>
): Effect.Effect<A, E> =>
  inTemporaryFolder((folder) => {
    const opening: Opening = withRecord(Queue.layerEmbedded(path.join(folder, "runs")), Tables.layerSqlite(path.join(folder, "ballast.db")))
    return Effect.scoped(body(folder)).pipe(Effect.provide(opening)) as Effect.Effect<A, E>
  })

onBoth("Server", (lend) => {
  it.live("lists, shows, compares, cancels and repeats runs, and tells of faults and the queue", () =>
    lend((opening) =>
      inTemporaryFolder((folder) =>
        Effect.gen(function*() {
          const store = yield* Store
          const queue = yield* Queue
          const [bare, clip] = yield* recorded(folder)
          assert.isDefined(bare)
          assert.isDefined(clip)
          yield* store.accept("a-1", first, own)
          const { address } = yield* serving()
          const [going] = (yield* json(`${address}/api/runs?status=running`)).runs
          assert.deepStrictEqual([going.id, going.progress.steps, going.progress.loss], ["a-1", 20, 2.9])
          assert.include((yield* ask(address)).body, `20 of ${going.progress.totalSteps}`)
          const failed = failedRun("NonFinite", { id: "a-1", arm: "bare", directory: bare?.directory ?? "" })
          yield* store.keep({ id: "a-1", holder: own.holder }, failed.attempts[0] ?? attemptResult(), first.token, 6)
          yield* store.end(failed, first.token, ended)

          const page = yield* json(`${address}/api/runs?limit=1`)
          assert.deepStrictEqual(
            page.runs.map(({ id, loss, progress, status }: Record<string, unknown>) => [id, status, loss, progress]),
            [["a-1", "failed", "Infinity", null]]
          )
          assert.deepStrictEqual((yield* json(`${address}/api/runs?limit=1&after=${page.next}`)).runs.map(({ id }: { id: string }) => id), ["a-2"])
          assert.deepStrictEqual((yield* json(`${address}/api/runs?text=CLI`)).runs.map(({ id }: { id: string }) => id), ["a-2"])
          assert.deepStrictEqual((yield* json(`${address}/api/runs?status=failed&arm=clip`)).runs, [])
          assert.deepStrictEqual((yield* json(`${address}/api/runs?since=2027-01-01`)).runs, [])
          assert.strictEqual((yield* ask(`${address}/api/runs?status=lost`)).status, 400)

          const one = yield* json(`${address}/api/runs/a-1`)
          assert.strictEqual(one.format, "ballast.run-view/1")
          assert.strictEqual(one.result.metrics.loss, "Infinity")
          assert.deepStrictEqual(one.incidents.map(({ fault, id }: Record<string, unknown>) => [id, fault]), [["a-1.1", "NonFinite"]])
          assert.strictEqual(one.recipe.batch, 8)

          const { attempts: [attempt] } = yield* json(`${address}/api/runs/a-1/curves?from=5&to=14`)
          const loss = attempt.curves.find(({ name }: { name: string }) => name === "loss")
          assert.deepStrictEqual([attempt.steps, loss.steps[0], loss.steps.at(-1), loss.values[0]], [10, 5, 14, 1.5])

          const comparison = yield* json(`${address}/api/compare?runs=a-1,a-2`)
          assert.deepStrictEqual(comparison.differences, [{ run: "a-2", recipe: [], nodes: null, data: null }])

          assert.deepStrictEqual((yield* json(`${address}/api/incidents`)).incidents.length, 1)
          assert.strictEqual((yield* json(`${address}/api/incidents/a-1.1`)).attempt.fault.tag, "NonFinite")

          const submitted = yield* queue.submit(submission(2), usual)
          const [waits = { id: "" }] = submitted.runs
          assert.strictEqual((yield* json(`${address}/api/queue`)).waiting, 2)
          assert.deepStrictEqual(JSON.parse((yield* post(`${address}/api/runs/${waits.id}/cancel`)).body).runs, [{ id: waits.id, outcome: "cancelled" }])
          assert.deepStrictEqual(JSON.parse((yield* post(`${address}/api/runs/a-2/cancel`)).body).runs, [{ id: "a-2", outcome: "elsewhere" }])
          const again = JSON.parse((yield* post(`${address}/api/runs/${waits.id}/rerun`)).body)
          assert.deepStrictEqual(again.runs.map(({ arm }: { arm: string }) => arm), ["only"])
          const repeated = yield* json(`${address}/api/runs/${again.runs[0].id}`)
          assert.deepStrictEqual([repeated.run.status, repeated.run.queued], ["waiting", true])

          yield* queue.addTriggers(submission(1), [{ _tag: "AtTimes", cron: "0 3 * * *", timeZone: "UTC", overlap: "skip", catchUp: "latest" }])
          const { triggers: [trigger] } = yield* json(`${address}/api/triggers`)
          assert.match(trigger.times.next.utc, /T03:00:00/)

          for (const place of ["/", "/runs/a-1", "/runs/a-1?from=3&to=9", "/runs/a-2/plan", "/compare?run=a-1&run=a-2", "/compare?run=a-1&to=9", "/incidents", "/incidents/a-1.1", "/queue", "/triggers"]) {
            const { body, headers, status } = yield* ask(`${address}${place}`, { headers: { accept: "text/html" } })
            assert.strictEqual(status, 200, place)
            assert.notMatch(body, / style="| on[a-z]+="|<script(?! type="module" src="\/assets\/dashboard.js">)/, place)
            assert.strictEqual(headers["content-type"], "text/html; charset=utf-8")
          }
          const said = (place: string) => Effect.map(ask(`${address}${place}`, { headers: { accept: "text/html" } }), ({ body }) => body)
          assert.include(yield* said("/queue"), "there is no worker")
          assert.include(yield* said("/runs/a-1"), `<div class="cause">`)
          assert.match(yield* said("/nowhere"), /<h1>There is no such page<\/h1>\s*<p>Look for it in <a href="\/">/)
          // Runs that are called the same are told apart.
          const alike = yield* said(`/compare?run=${waits.id}&run=${again.runs[0].id}`)
          for (const id of [waits.id, again.runs[0].id]) assert.include(alike, `seed 0 (${id})`)
          assert.notInclude(yield* said("/compare?run=a-1&run=a-2"), "(a-1)")
          for (const place of ["/runs/nobody", "/runs/a", "/incidents/nobody", "/nowhere", "/api/runs/nobody", "/api/nowhere"]) {
            assert.strictEqual((yield* ask(`${address}${place}`)).status, 404, place)
          }
        })).pipe(Effect.provide(opening))))
})

describe("Server", () => {
  it.live("describes all that it answers", () =>
    inFolder(() =>
      Effect.gen(function*() {
        const { address } = yield* serving()
        const { openapi, paths } = yield* json(`${address}/api/openapi.json`)
        assert.strictEqual(openapi, "3.1.0")
        assert.includeMembers(Object.keys(paths), ["/api/runs", "/api/runs/{id}/events", "/api/runs/{id}/cancel", "/api/queue", "/api/triggers"])
      })))

  it.live("takes names for text, in whatever page", () =>
    inFolder((folder) =>
      Effect.gen(function*() {
        yield* recorded(folder, "a", [hostile])
        const { address } = yield* serving()
        for (const place of ["/", `/?text=${encodeURIComponent(hostile)}`, "/runs/a-1", `/runs/a-1?from=${encodeURIComponent(hostile)}`, "/compare?run=a-1", "/runs/a-1/plan"]) {
          const { body } = yield* ask(`${address}${place}`)
          assert.notInclude(body, "<img", place)
          assert.include(body, "&lt;img", place)
        }
      })))

  it.live("answers no name that only leads to it", () =>
    inFolder(() =>
      Effect.gen(function*() {
        const { address } = yield* serving()
        const { port } = new URL(address)
        for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${Number(port) + 1}`, `localhost.evil.example:${port}`, `evil@127.0.0.1:${port}`]) {
          for (const place of ["/", "/api/runs", "/assets/dashboard.js"]) {
            assert.strictEqual((yield* ask(`${address}${place}`, { headers: { host } })).status, 421, host)
          }
        }
        const { body } = yield* ask(address, { headers: { host: "evil.example", accept: "text/html" } })
        assert.match(body, /another host than this server&#39;s<\/h1>\s*<p>Go to <a href="\/">/)
        for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `LOCALHOST:${port}`]) {
          assert.strictEqual((yield* ask(`${address}/api/runs`, { headers: { host } })).status, 200, host)
        }
      })))

  it.live("changes nothing for another site, for a form, or by another method", () =>
    inFolder(() =>
      Effect.gen(function*() {
        const queue = yield* Queue
        const { runs: [run = { id: "" }] } = yield* queue.submit(submission(1), usual)
        const { address } = yield* serving()
        const cancel = `${address}/api/runs/${run.id}/cancel`
        const refusals: ReadonlyArray<readonly [number, Record<string, string>]> = [
          [403, { origin: "http://evil.example" }],
          [403, { origin: "null" }],
          [403, { origin: `https://${new URL(address).host}` }],
          [403, { "sec-fetch-site": "cross-site" }],
          [403, { "sec-fetch-site": "same-site" }],
          [415, { "content-type": "text/plain" }],
          [415, { "content-type": "application/x-www-form-urlencoded" }],
          [415, { "content-type": "application/jsonp" }]
        ]
        for (const [status, headers] of refusals) assert.strictEqual((yield* post(cancel, headers)).status, status, JSON.stringify(headers))
        assert.strictEqual((yield* post(cancel, {}, `{"a":"${"x".repeat(5000)}"}`)).status, 413)
        assert.strictEqual((yield* ask(cancel, { method: "POST", headers: { "content-type": "application/json", "transfer-encoding": "chunked" } })).status, 400)
        for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
          assert.include([404, 405], (yield* ask(cancel, { method })).status, method)
        }
        assert.strictEqual((yield* queue.overview).waiting, 1)
        const { headers, status } = yield* post(cancel, { origin: address, "sec-fetch-site": "same-origin" })
        assert.strictEqual(status, 200)
        assert.deepStrictEqual(Object.keys(headers).filter((name) => name.startsWith("access-control")), [])
        assert.strictEqual((yield* queue.overview).waiting, 0)
      })))

  it.live("says to a browser what it may do with an answer", () =>
    inFolder((folder) =>
      Effect.gen(function*() {
        yield* recorded(folder)
        const { address } = yield* serving()
        for (const place of ["/", "/runs/a-1", "/api/runs", "/nowhere", "/assets/dashboard.js", "/assets/dashboard.css"]) {
          const { headers } = yield* ask(`${address}${place}`)
          assert.strictEqual(headers["x-content-type-options"], "nosniff", place)
          assert.strictEqual(
            headers["content-security-policy"],
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
          )
          assert.strictEqual(headers["cross-origin-resource-policy"], "same-origin")
          assert.isUndefined(headers["access-control-allow-origin"])
        }
      })))

  it.live("sends files of a run by known names alone, and follows no link out of its folder", () =>
    inFolder((folder) =>
      Effect.gen(function*() {
        const [one, two] = yield* recorded(folder)
        const [directory = "", other = ""] = [one?.directory, two?.directory]
        fs.writeFileSync(path.join(folder, "secret.html"), "<p>secret</p>")
        fs.writeFileSync(path.join(directory, "report.html"), "<script>alert(1)</script>")
        fs.symlinkSync(path.join(folder, "secret.html"), path.join(other, "report.html"))
        fs.writeFileSync(RunFolder.processLog(RunFolder.attemptOf(directory, 1)), "<b>said</b>")
        fs.symlinkSync(path.join(folder, "secret.html"), RunFolder.processLog(RunFolder.attemptOf(other, 1)))
        const { address } = yield* serving()

        const report = yield* ask(`${address}/runs/a-1/report`)
        assert.strictEqual(report.body, "<script>alert(1)</script>")
        assert.match(String(report.headers["content-security-policy"]), /^sandbox; default-src 'none'/)
        const log = yield* ask(`${address}/runs/a-1/attempts/1/log`)
        assert.deepStrictEqual([log.body, log.headers["content-type"]], ["<b>said</b>", "text/plain; charset=utf-8"])

        const outside = [
          "/runs/a-2/report",
          "/runs/a-2/attempts/1/log",
          "/runs/a-1/attempts/..%2f..%2f..%2f..%2fsecret.html/log",
          "/runs/..%2f..%2fsecret.html",
          "/runs/%2e%2e/report",
          "/runs/a-1/report/../../../secret.html",
          "/assets/..%2fServer.ts",
          "/assets/../Server.ts",
          "/runs/a-1%00/report"
        ]
        for (const place of outside) {
          const { body, status } = yield* ask(`${address}${place}`)
          assert.notInclude(body, "secret</p>", place)
          assert.include([400, 404], status, place)
        }
      })))

  it.live("shows what an evaluation saw, each picture by itself and as nothing else", () =>
    inFolder((folder) =>
      Effect.gen(function*() {
        const [one] = yield* recorded(folder)
        yield* leave(RunFolder.attemptOf(one?.directory ?? "", 1), [2, 1], ["red", hostile])
        const { address } = yield* serving()
        const { body } = yield* ask(`${address}/runs/a-1`)
        for (const said of ["Precision by recall at IoU 0.5", "What was found as what", "2 boxes, 0 found, 2 missed, 0 false detections"]) assert.include(body, said)
        assert.notMatch(body, /<img| style="|data:image/)
        const hrefs = [...body.matchAll(/<image href="([^"]*)"/g)].map(([, href = ""]) => href)
        assert.lengthOf(hrefs, 2)
        for (const href of hrefs) {
          const { headers, status } = yield* ask(`${address}${href}`)
          assert.deepStrictEqual([status, headers["content-type"], headers["x-content-type-options"]], [200, "image/jpeg", "nosniff"])
          assert.strictEqual(headers["content-security-policy"], "sandbox; default-src 'none'; frame-ancestors 'none'")
          assert.strictEqual(headers["cache-control"], "private, max-age=3600")
        }
        assert.strictEqual((yield* ask(`${address}/runs/a-1/attempts/1/pictures/1?of=another`)).headers["cache-control"], "no-store")
        for (const place of ["1/pictures/0", "1/pictures/3", "1/pictures/9", "1/pictures/-1", "1/pictures/1.jpg", "1/pictures/..%2fevaluation.json", "2/pictures/1", "..%2f1/pictures/1"]) {
          assert.strictEqual((yield* ask(`${address}/runs/a-1/attempts/${place}`)).status, 404, place)
        }
        assert.strictEqual((yield* ask(`${address}/runs/nobody/attempts/1/pictures/1`)).status, 404)
      })))

  it.live("draws the steps that an address asks for, and says what is wrong with one", () =>
    inFolder((folder) =>
      Effect.gen(function*() {
        yield* recorded(folder)
        const { address } = yield* serving()
        const shown = (body: string) => [...new Set([...body.matchAll(/data-first="(\d+)" data-last="(\d+)"/g)].map(([, first, last]) => `${first} to ${last}`))]
        for (const place of ["/runs/a-1?", "/compare?run=a-1&run=a-2&"]) {
          for (const [query, steps] of [["", "0 to 20"], ["from=3&to=9", "3 to 9"], ["from=12&to=", "12 to 20"], ["from=9&to=3", "0 to 20"], ["from=abc", "0 to 20"]] as const) {
            const { body, status } = yield* ask(`${address}${place}${query}`)
            assert.deepStrictEqual([status, shown(body)], [200, [steps]], `${place}${query}`)
          }
          assert.include((yield* ask(`${address}${place}from=abc`)).body, "&quot;abc&quot; is no step")
          assert.include((yield* ask(`${address}${place}from=9&to=3`)).body, "No step from 9 to 3")
          assert.include((yield* ask(`${address}${place}from=900`)).body, "Nothing was told of these steps")
        }
      })))

  it.live("lets nobody in without the token where it has one, and nobody out with a cookie of another", () =>
    inFolder((folder) =>
      Effect.gen(function*() {
        yield* recorded(folder)
        const { address } = yield* serving({ sessions: sessions() })
        const status = (headers: Record<string, string>) => Effect.map(ask(`${address}/api/runs`, { headers }), ({ status }) => status)
        assert.strictEqual(yield* status({}), 401)
        for (const told of [token.slice(0, -1), `${token}x`, "", "x", token.toUpperCase()]) {
          assert.strictEqual(yield* status({ authorization: `Bearer ${told}` }), 401, told)
        }
        assert.strictEqual(yield* status({ authorization: `Bearer ${token}` }), 200)
        assert.strictEqual(yield* status({ cookie: `ballast-session=${sessions().begin(Date.now())}` }), 401)
        for (const place of ["/", "/runs/a-1", "/api/openapi.json", "/api/runs/a-1/events", "/runs/a-1/report", "/runs/a-1/attempts/1/pictures/1"]) {
          assert.strictEqual((yield* ask(`${address}${place}`)).status, 401, place)
        }

        const turned = yield* ask(`${address}/runs/a-1`, { headers: { accept: "text/html" } })
        assert.deepStrictEqual([turned.status, turned.headers.location], [303, "/sign-in?to=%2Fruns%2Fa-1"])
        const form = (fields: Record<string, string>, headers = {}) =>
          post(`${address}/sign-in`, { "content-type": "application/x-www-form-urlencoded", ...headers }, new URLSearchParams(fields).toString())
        assert.strictEqual((yield* form({ token: "wrong" })).status, 401)
        assert.strictEqual((yield* form({ token }, { origin: "http://evil.example" })).status, 403)
        const signed = yield* form({ token, to: "/runs/a-1" })
        assert.deepStrictEqual([signed.status, signed.headers.location], [303, "/runs/a-1"])
        const [cookie = ""] = signed.headers["set-cookie"] ?? []
        assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
        assert.notInclude(cookie, token)
        assert.strictEqual(yield* status({ cookie: cookie.split(";", 1)[0] ?? "" }), 200)
        for (const to of ["//evil.example", "/\\evil.example", "https://evil.example", "evil"]) {
          assert.strictEqual((yield* form({ token, to })).headers.location, "/", to)
        }
      })))

  it.live("holds so many streams open and no more, and ends them when it is to", () =>
    inFolder((folder) =>
      Effect.gen(function*() {
        yield* (yield* Store).accept((yield* recorded(folder))[0]?.id ?? "", first, own)
        const { address, drain } = yield* serving()
        const open = Array.from({ length: 64 }, () => fetch(`${address}/api/runs/a-1/events`))
        const answers = yield* Effect.promise(() => Promise.all(open))
        const firsts = yield* Effect.promise(() => Promise.all(answers.map(async ({ body }) => {
          const reader = body?.getReader()
          await reader?.read()
          return reader
        })))
        assert.strictEqual((yield* ask(`${address}/api/runs/a-1/events`)).status, 503)
        assert.strictEqual((yield* ask(`${address}/api/runs`)).status, 200)
        yield* Effect.promise(async () => await firsts[0]?.cancel())
        const again = yield* Effect.promise(async () => {
          for (;;) {
            const answer = await fetch(`${address}/api/runs/a-1/events`)
            if (answer.status === 200) return answer.body?.getReader()
            await answer.arrayBuffer()
          }
        })
        drain.request("SIGTERM")
        yield* Effect.promise(() => Promise.all([again, ...firsts.slice(1)].map(async (reader) => {
          while (!(await reader?.read())?.done);
        })))
      })))

  it.live("drops whoever does not come to the point", () =>
    inFolder(() =>
      Effect.gen(function*() {
        const { address } = yield* serving()
        const said = yield* Effect.callback<string>((resume) => {
          const socket = net.connect(Number(new URL(address).port), "127.0.0.1", () => socket.write(`GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}`))
          let answer = ""
          socket.setEncoding("latin1").on("data", (part: string) => {
            answer += part
          })
          socket.on("close", () => resume(Effect.succeed(answer)))
        })
        assert.match(said, /^HTTP\/1\.1 431 /)
      })))

  it.live("gives no connection to another protocol, which would keep it", () =>
    inFolder(() =>
      Effect.gen(function*() {
        const { address } = yield* serving()
        const { host, port } = new URL(address)
        const asked = `GET /assets/dashboard.css HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`
        const said = yield* Effect.callback<string>((resume) => {
          const socket = net.connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true }, () => socket.write(asked))
          let answers = ""
          const end = (): void => {
            socket.destroy()
            resume(Effect.succeed(answers))
          }
          socket.setEncoding("latin1").on("end", end).on("data", (part: string) => {
            const isFirst = answers === ""
            answers += part
            if (isFirst) socket.write(asked)
            else if (answers.split("HTTP/1.1 200 OK").length > 2) end()
          })
        })
        assert.strictEqual(said.split("HTTP/1.1 200 OK").length, 3)
      })))

  it.live("says nothing in its log of whoever went away before the answer", () => {
    const said: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void said.push(String(message)))
    return inFolder(() =>
      Effect.gen(function*() {
        const { address } = yield* serving()
        const { host, port } = new URL(address)
        yield* Effect.callback<void>((resume) => {
          const socket = net.connect(Number(port), "127.0.0.1", () => {
            socket.write(`POST /api/runs/a/cancel HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`)
            setTimeout(() => socket.destroy(), 200)
          })
          socket.on("close", () => setTimeout(() => resume(Effect.void), 200))
        })
        assert.deepStrictEqual(said, [])
        assert.strictEqual((yield* ask(`${address}/api/queue`)).status, 200)
      }).pipe(Effect.provide(Logger.layer([logger]))))
  })

  it.live("says which port is taken, and what is no address of this machine", () =>
    inFolder(() =>
      Effect.gen(function*() {
        const { address } = yield* serving()
        const port = Number(new URL(address).port)
        const listen = (host: string, port: number) => Effect.flip(Server.listen({ host, port, sessions: null, drain: Stop.make() }))
        assert.strictEqual((yield* listen("127.0.0.1", port)).message, `port ${port} on 127.0.0.1 is taken. Name another with --port, or 0 for any that is free`)
        assert.strictEqual((yield* listen("127.0.0.1", 70_000)).message, "70000 is no port: there are 1 to 65535, and 0 for any that is free")
        assert.strictEqual((yield* listen("192.0.2.1", 0)).message, "this machine has no address 192.0.2.1. Name one of its own with --host")
      })))

  it.live("tells nothing of what lies behind where it fails, but in its log", () => {
    const said: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void said.push(String(message)))
    return inFolder((folder) =>
      Effect.gen(function*() {
        yield* recorded(folder)
        const { address } = yield* serving()
        yield* (yield* Tables).change("drop table tickets")
        for (const place of ["/", "/api/runs", "/runs/a-1"]) {
          const { body, status } = yield* ask(`${address}${place}`)
          assert.strictEqual(status, 503, place)
          assert.notMatch(body, /tickets|sqlite|ballast\.db|at .*\.ts/i, place)
          assert.match(said.pop() ?? "", /no such table: tickets/)
        }
      }).pipe(Effect.provide(Logger.layer([logger]))))
  })

  it.live("reads on where a run goes on, and marks what was taken again", () =>
    inFolder((folder) =>
      Effect.gen(function*() {
        const [run] = yield* recorded(folder)
        const directory = run?.directory ?? ""
        const { address } = yield* serving()
        const attempts = () => Effect.map(json(`${address}/api/runs/a-1/curves`), ({ attempts }) => attempts)
        assert.deepStrictEqual((yield* attempts()).map(({ steps }: { steps: number }) => steps), [20])
        tell(directory, 1, steps(5, 20))
        tell(directory, 2, steps(4, 10, 2))
        assert.deepStrictEqual(
          (yield* attempts()).map(({ attempt, steps, until }: Record<string, unknown>) => [attempt, steps, until]),
          [[1, 25, 10], [2, 4, null]]
        )
      })))
})

