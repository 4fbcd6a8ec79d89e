/**
 * A server that speaks as much of GitHub's API as a comment needs, with a pull request's comments in memory.
 */
import * as http from "node:http"
import type { AddressInfo } from "node:net"

export interface Comment {
  readonly id: number
  body: string
  readonly user: { readonly login: string }
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly authorization: string
}

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface GitHub {
  readonly api: string
  readonly comments: Array<Comment>
  readonly requests: Array<Request>
  /** Answers instead of the server where it gives one, request by request. */
  interfere: (request: Request) => Answer | null
  pulls: ReadonlyArray<{ readonly number: number; readonly head: { readonly sha: string } }>
  /** Whom the token belongs to; null for a workflow's, which nobody may ask for. */
  owner: string | null
}

const perPage = 100

const textOf = async (request: http.IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

const listed = ({ api, comments }: GitHub, url: URL): Answer => {
  const page = Number(url.searchParams.get("page"))
  const body = comments.slice((page - 1) * perPage, page * perPage)
  const next = page * perPage < comments.length
  // Where GitHub says the next page is decides nothing.
  return { status: 200, body, ...(next ? { headers: { link: `<${api}/elsewhere>; rel="next", <${api}/x>; rel="last"` } } : {}) }
}

const answer = (github: GitHub, { method, path }: Request, body: string): Answer => {
  const url = new URL(path, github.api)
  const text = body === "" ? "" : (JSON.parse(body) as { readonly body: string }).body
  if (text.length > 65_536) return { status: 422 }
  if (method === "GET" && url.pathname === "/user") {
    return github.owner === null ? { status: 403 } : { status: 200, body: { login: github.owner } }
  }
  if (method === "GET" && url.pathname === "/repos/o/r/pulls") return { status: 200, body: github.pulls }
  if (url.pathname === "/repos/o/r/issues/7/comments") {
    if (method === "GET") return listed(github, url)
    const comment = { id: 1000 + github.comments.length, body: text, user: { login: github.owner ?? "github-actions[bot]" } }
    github.comments.push(comment)
    return { status: 201, body: comment }
  }
  const [, id] = /^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(url.pathname) ?? []
  const found = github.comments.find((comment) => String(comment.id) === id)
  if (method !== "PATCH" || found === undefined) return { status: 404 }
  found.body = text
  return { status: 200, body: found }
}

/** Lends a server. */
export const serving = async <A>(use: (github: GitHub) => Promise<A>): Promise<A> => {
  const respond = async (incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> => {
    const text = await textOf(incoming)
    const { headers: { authorization = "" }, method = "", url: path = "" } = incoming
    const request = { method, path, authorization }
    github.requests.push(request)
    const { body = {}, headers = {}, status } = github.interfere(request) ?? answer(github, request, text)
    outgoing.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
  }
  const server = http.createServer((incoming, outgoing) => void respond(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const github: GitHub = {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments: [],
    requests: [],
    interfere: () => null,
    pulls: [],
    owner: null
  }
  try {
    return await use(github)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
