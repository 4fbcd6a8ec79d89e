/**
 * The few things that are asked of GitHub.
 */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** Something was refused, or could not be asked; `message` says what, and what to do. */
export class GitHubRefused extends Schema.TaggedError<GitHubRefused>()("GitHubRefused", {
  message: Schema.String,
  /** What GitHub answered; null where it did not. */
  status: Schema.NullOr(Schema.Int),
  /** After how many seconds it may be otherwise; null where it stays so. */
  again: Schema.NullOr(Schema.Number)
}) {}

/** There is nothing to show to GitHub; `message` says what is missing. */
export class TokenMissing extends Schema.TaggedError<TokenMissing>()("TokenMissing", { message: Schema.String }) {}

export type Client = HttpClient.HttpClient

/** A repository, where it is, and who asks. */
export interface Repository {
  readonly api: string
  /** As `owner/name`. */
  readonly name: string
  readonly token: Redacted.Redacted
}

// Nothing is asked of a place that GitHub points to: the token is for the address that was given.
const direct = Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" })

/** Asks over HTTP. */
export const layer: Layer.Layer<Client> = FetchHttpClient.layer.pipe(Layer.provideMerge(direct))

const Comment = Schema.Struct({
  id: Schema.Int,
  body: Schema.optionalKey(Schema.NullOr(Schema.String)),
  user: Schema.NullOr(Schema.Struct({ login: Schema.String }))
})
const Pull = Schema.Struct({ number: Schema.Int, head: Schema.Struct({ sha: Schema.String }) })
const User = Schema.Struct({ login: Schema.String })

const longestAnswer = "30 seconds"
const longestWait = 60
const perPage = 100
const mostPages = 100

const secondsIn = (text: string | undefined): number | null => text !== undefined && /^\d+$/.test(text) ? Number(text) : null

/** Says after how many seconds a refusal may end; null where it does not end by itself. */
const wait = ({ headers, status }: HttpClientResponse): number | null => {
  const asked = secondsIn(headers["retry-after"])
  if (status >= 500) return asked ?? 1
  if (status !== 403 && status !== 429) return null
  if (asked !== null) return asked
  if (headers["x-ratelimit-remaining"] === "0") {
    const reset = secondsIn(headers["x-ratelimit-reset"])
    return reset === null ? longestWait : Math.max(0, reset - Math.floor(Date.now() / 1000))
  }
  return status === 429 ? longestWait : null
}

const complaint = (status: number, { name }: Repository, what: string): string => {
  switch (status) {
    case 401:
      return "GitHub does not take the token: GITHUB_TOKEN is wrong, or has expired"
    case 403:
      return `GitHub lets the token not ${what} of ${name}: it needs the permission pull-requests: write`
    case 404:
      return `GitHub finds nothing to ${what} of ${name}: the number or the name is wrong, or the token may not see it`
    default:
      return status >= 300 && status < 400
        ? `GitHub has moved ${name} (${status}): name it as it is called now`
        : `GitHub answers ${status} when it is to ${what} of ${name}`
  }
}

interface Asked<S extends Schema.Top> {
  readonly method: "GET" | "POST" | "PATCH"
  /** Below the API's address. */
  readonly path: string
  readonly body?: object
  readonly answer: S
  /** What it is to do, in a complaint: `GitHub answers 500 when it is to list the comments of …`. */
  readonly what: string
}

interface Answer<A> {
  readonly value: A
  readonly isLast: boolean
}

const unreadable = ({ what }: { readonly what: string }, { name }: Repository) =>
  new GitHubRefused({ message: `GitHub's answer, when it was to ${what} of ${name}, cannot be read`, status: null, again: null })

const send = Effect.fn("GitHub.send")(function*(repository: Repository, { body, method, path, what }: Omit<Asked<Schema.Top>, "answer">) {
  const request = HttpClientRequest.make(method)(`${repository.api}${path}`).pipe(
    HttpClientRequest.bearerToken(repository.token),
    HttpClientRequest.setHeaders({
      accept: "application/vnd.github+json",
      "user-agent": "ballast",
      "x-github-api-version": "2022-11-28"
    }),
    (request) => body === undefined ? request : HttpClientRequest.bodyJsonUnsafe(request, body)
  )
  const response = yield* HttpClient.execute(request).pipe(
    Effect.timeout(longestAnswer),
    // What went wrong names the request, and so who asks.
    Effect.mapError(() => new GitHubRefused({ message: `GitHub cannot be reached at ${repository.api}`, status: null, again: 1 }))
  )
  if (response.status < 200 || response.status > 299) {
    const again = wait(response)
    return yield* new GitHubRefused({
      message: again !== null && response.status < 500
        ? `GitHub has no time for the token for another ${again} s: try again then`
        : complaint(response.status, repository, what),
      status: response.status,
      again
    })
  }
  return response
})

const ask = Effect.fn("GitHub.ask")(function*<A>(repository: Repository, asked: Asked<Schema.Codec<A, unknown>>) {
  const response = yield* send(repository, asked)
  const answer = yield* response.json.pipe(
    Effect.timeout(longestAnswer),
    Effect.flatMap((json) => Schema.decodeUnknownEffect(asked.answer)(json)),
    Effect.mapError(() => unreadable(asked, repository))
  )
  return { value: answer, isLast: !/;\s*rel="next"/.test(response.headers["link"] ?? "") } satisfies Answer<A>
})

/** What GitHub calls whoever asks with the token that a workflow is given. */
const workflows = "github-actions[bot]"

/** Finds whom the token belongs to. */
export const login = Effect.fn("GitHub.login")(function*(repository: Repository) {
  return yield* ask(repository, { method: "GET", path: "/user", answer: User, what: "name the owner of the token" }).pipe(
    Effect.map(({ value }) => value.login),
    // A workflow's token belongs to nobody who could be asked for.
    Effect.catchIf(({ again, status }) => status === 403 && again === null, () => Effect.succeed(workflows))
  )
})

/** Lists all comments on a pull request, page by page. */
export const comments = Effect.fn("GitHub.comments")(function*(repository: Repository, pull: number) {
  const all: Array<typeof Comment.Type> = []
  for (let page = 1; page <= mostPages; page++) {
    const { isLast, value } = yield* ask(repository, {
      method: "GET",
      path: `/repos/${repository.name}/issues/${pull}/comments?per_page=${perPage}&page=${page}`,
      answer: Schema.Array(Comment),
      what: `list the comments on pull request ${pull}`
    })
    all.push(...value)
    if (isLast) return all
  }
  return yield* new GitHubRefused({
    message: `pull request ${pull} of ${repository.name} has more than ${perPage * mostPages} comments: the one that is looked for may be behind them`,
    status: null,
    again: null
  })
})

/** Writes a comment on a pull request. */
export const create = (repository: Repository, pull: number, body: string) =>
  ask(repository, {
    method: "POST",
    path: `/repos/${repository.name}/issues/${pull}/comments`,
    body: { body },
    answer: Comment,
    what: `comment on pull request ${pull}`
  }).pipe(Effect.map(({ value }) => value))

/** Writes a comment anew; null where it is gone. */
export const update = (repository: Repository, comment: number, body: string) =>
  ask(repository, {
    method: "PATCH",
    path: `/repos/${repository.name}/issues/comments/${comment}`,
    body: { body },
    answer: Comment,
    what: `change comment ${comment}`
  }).pipe(
    Effect.map(({ value }) => value),
    Effect.catchIf(({ status }) => status === 404, () => Effect.succeed(null))
  )

/** Lists the open pull requests from a branch, given as `owner:branch`, whose last commit is `commit`. */
export const pulls = (repository: Repository, branch: string, commit: string) =>
  ask(repository, {
    method: "GET",
    path: `/repos/${repository.name}/pulls?state=open&per_page=${perPage}&head=${encodeURIComponent(branch)}`,
    answer: Schema.Array(Pull),
    what: "list the pull requests"
  }).pipe(Effect.map(({ value }) => value.filter(({ head }) => head.sha === commit).map(({ number }) => number)))

const tries = 4

/** Tries again what GitHub refuses for a while, and gives up where that is long. */
export const patiently = <A, R>(effect: Effect.Effect<A, GitHubRefused, R>, left = tries - 1): Effect.Effect<A, GitHubRefused, R> =>
  effect.pipe(Effect.catch((refused) =>
    refused.again === null || refused.again > longestWait || left === 0
      ? Effect.fail(refused)
      : Effect.andThen(Effect.sleep(refused.again * 1000 * 2 ** (tries - 1 - left)), patiently(effect, left - 1))
  ))
