import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as DiffMarkdown from "../../../../runtime/review/diff/DiffMarkdown.ts"
import * as Comment from "../../../../runtime/review/report/Comment.ts"
import * as GitHub from "../../../../runtime/review/report/GitHub.ts"
import type { ReviewDocument } from "../../../../runtime/review/report/ReviewDocument.ts"
import { type GitHub as Server, serving } from "./github.ts"
import * as reports from "./reports.ts"

const token = "ghs_0123456789"
const bot = "github-actions[bot]"

const put = ({ api }: Server, body: string, author: string | null = null) =>
  Effect.runPromise(
    Comment.put({ repository: { api, name: "o/r", token: Redacted.make(token) }, pull: 7, body, author }).pipe(
      Effect.result,
      Effect.provide(GitHub.layer)
    )
  )

const did = async (server: Server, body: string, author: string | null = null): Promise<Comment.Put> => {
  const result = await put(server, body, author)
  return result._tag === "Success" ? result.success : assert.fail(result.failure.message)
}

const refusal = async (server: Server): Promise<string> => {
  const result = await put(server, body)
  return result._tag === "Failure" ? result.failure.message : assert.fail("it was not refused")
}

const body = Comment.body(reports.report)
const other = Comment.body({ ...reports.report, approved: true })

const said = (login: string, body: string, id = 1) => ({ id, body, user: { login } })

const count = ({ requests }: Server, method: string): number => requests.filter((request) => request.method === method).length

describe("Comment", () => {
  it("is written once, brought up to date, and left where it says the same", () =>
    serving(async (server) => {
      server.comments.push(said("a", "hello"))
      assert.strictEqual((await did(server, body)).action, "created")
      assert.strictEqual((await did(server, body)).action, "unchanged")
      assert.strictEqual((await did(server, other)).action, "updated")
      assert.deepStrictEqual(server.comments.map(({ body }) => body), ["hello", other])
      assert.isTrue(server.requests.every(({ authorization }) => authorization === `Bearer ${token}`))
    }))

  it("is nobody else's, whatever that begins with, and none that only holds the marker", () =>
    serving(async (server) => {
      server.comments.push(said("mallory", body), said(bot, `> ${body}`, 2), said("github-actions", body, 3))
      assert.strictEqual((await did(server, other)).action, "created")
      assert.deepStrictEqual(server.comments.slice(0, 3).map((one) => one.body), [body, `> ${body}`, body])
    }))

  it("is the token's owner's, or that of whoever is named", () =>
    serving(async (server) => {
      server.owner = "reviewer"
      server.comments.push(said(bot, body), said("reviewer", body, 2), said("app[bot]", body, 3))
      assert.deepStrictEqual(await did(server, other), { action: "updated", comment: 2 })
      assert.deepStrictEqual(await did(server, other, "app[bot]"), { action: "updated", comment: 3 })
    }))

  it("is found on later pages", () =>
    serving(async (server) => {
      for (let id = 1; id <= 250; id++) server.comments.push(said(id === 240 ? bot : "a", id === 240 ? body : "hello", id))
      assert.deepStrictEqual(await did(server, other), { action: "updated", comment: 240 })
      assert.isFalse(server.requests.some(({ path }) => path.includes("elsewhere")))
    }))

  it("is written anew where it was removed in between", () =>
    serving(async (server) => {
      server.comments.push(said(bot, body))
      server.interfere = ({ method }) => method === "PATCH" ? { status: 404 } : null
      assert.strictEqual((await did(server, other)).action, "created")
    }))

  it("waits where GitHub has no time, and writes no second one where an answer was lost", () =>
    serving(async (server) => {
      const soon = { "retry-after": "0" }
      const refusals = [{ status: 503, headers: soon }, { status: 429, headers: soon }]
      server.interfere = ({ method }) => method === "GET" ? refusals.shift() ?? null : null
      assert.strictEqual((await did(server, body)).action, "created")
      server.comments.length = 0
      // The comment is written, and the answer says that something went wrong.
      server.interfere = ({ method }) => {
        if (method !== "POST" || server.comments.length > 0) return null
        server.comments.push(said(bot, body, 5))
        return { status: 502, headers: soon }
      }
      assert.deepStrictEqual(await did(server, body), { action: "unchanged", comment: 5 })
      assert.lengthOf(server.comments, 1)
    }))

  it("gives up after a few tries, and at once where the wait is long", () =>
    serving(async (server) => {
      server.interfere = () => ({ status: 500, headers: { "retry-after": "0" } })
      assert.match(await refusal(server), /GitHub answers 500/)
      assert.strictEqual(count(server, "GET"), 4)
      server.requests.length = 0
      const reset = String(Math.floor(Date.now() / 1000) + 3600)
      server.interfere = () => ({ status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } })
      assert.match(await refusal(server), /no time for the token for another 3\d\d\d s/)
      assert.strictEqual(count(server, "GET"), 1)
    }))

  it("says what is wrong, and never with the token", () =>
    serving(async (server) => {
      const messages: Array<string> = []
      for (const status of [401, 403, 404, 301]) {
        server.interfere = ({ path }) => path === "/user" && status !== 401 ? null : { status, headers: { location: "http://127.0.0.1:1/" } }
        messages.push(await refusal(server))
      }
      server.interfere = ({ path }) => path === "/user" ? null : { status: 200, body: [{ id: "one", token }] }
      messages.push(await refusal(server))
      const [wrong, forbidden, missing, moved, unread] = messages
      assert.match(wrong ?? "", /GITHUB_TOKEN is wrong, or has expired/)
      assert.match(forbidden ?? "", /it needs the permission pull-requests: write/)
      assert.match(missing ?? "", /finds nothing to list the comments on pull request 7 of o\/r/)
      assert.match(moved ?? "", /GitHub has moved o\/r \(301\)/)
      assert.match(unread ?? "", /cannot be read/)
      assert.notInclude(messages.join("\n"), token)
      assert.strictEqual(count(server, "POST") + count(server, "PATCH"), 0)
    }))

  it("begins with the marker once, and is never longer than GitHub takes, whatever the report holds", () => {
    for (const text of [...reports.harmful, "@".repeat(100_000)]) {
      const written = Comment.body(reports.throughout(reports.report, text) as ReviewDocument)
      assert.isTrue(written.startsWith("<!-- ballast review -->\n## Review: "))
      assert.notMatch(written.slice(5), /^ {0,3}<!--/m)
      assert.isAtMost(written.length, DiffMarkdown.longest)
    }
  })
})
