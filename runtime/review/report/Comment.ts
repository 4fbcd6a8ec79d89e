/**
 * The one comment on a pull request that says what its experiments come to: written once, and kept up to date.
 */
import * as Effect from "effect/Effect"
import * as DiffMarkdown from "../diff/DiffMarkdown.ts"
import * as GitHub from "./GitHub.ts"
import type { ReviewDocument } from "./ReviewDocument.ts"
import * as ReviewMarkdown from "./ReviewMarkdown.ts"

/** Tells the comment from others of its author; nobody sees it. Counts at the very beginning alone. */
const marker = "<!-- ballast review -->"

const foot = "\n<sub>Written from what the pull request's own run has reported; what decides is its check.</sub>\n"

/** Writes the comment's text, at most as long as GitHub takes. */
export const body = (document: ReviewDocument): string => {
  const head = `${marker}\n`
  return `${head}${ReviewMarkdown.of(document, DiffMarkdown.longest - head.length - foot.length)}${foot}`
}

/** What came of it. */
export interface Put {
  readonly action: "created" | "updated" | "unchanged"
  readonly comment: number
}

export interface Options {
  readonly repository: GitHub.Repository
  readonly pull: number
  readonly body: string
  /** Whose comments are looked through; null for whom the token belongs to. */
  readonly author: string | null
}

const find = Effect.fn("Comment.find")(function*({ author: asked, pull, repository }: Options) {
  const author = asked ?? (yield* GitHub.login(repository))
  const comments = yield* GitHub.comments(repository, pull)
  // Anybody may write the marker, and not under this name.
  return comments.find(({ body, user }) => user?.login === author && (body ?? "").startsWith(marker)) ?? null
})

const once = Effect.fn("Comment.once")(function*(options: Options): Effect.fn.Return<Put, GitHub.GitHubRefused, GitHub.Client> {
  const { body, pull, repository } = options
  const own = yield* find(options)
  if (own?.body === body) return { action: "unchanged", comment: own.id }
  const updated = own === null ? null : yield* GitHub.update(repository, own.id, body)
  if (updated !== null) return { action: "updated", comment: updated.id }
  const { id } = yield* GitHub.create(repository, pull, body)
  return { action: "created", comment: id }
})

/**
 * Writes the comment, or brings the one that is there up to date. What GitHub refuses for a while is tried again from
 * the beginning, as nobody knows whether a comment was written by then. Fails with GitHubRefused.
 */
export const put = (options: Options) => GitHub.patiently(once(options))
