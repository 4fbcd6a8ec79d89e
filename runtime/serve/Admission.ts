/**
 * Who may ask, and what: decided from a request's head alone, before anything else is done with it.
 */
import * as net from "node:net"
import * as os from "node:os"
import * as Token from "./Token.ts"

/** The head of a request; header names are in lower case. */
export interface Head {
  readonly method: string
  /** The path with its query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Where the server listens, and whom it lets in. */
export interface Settings {
  readonly port: number
  /** The names and addresses that it is asked by. */
  readonly hosts: ReadonlySet<string>
  /** Null where this machine alone reaches it, and whoever is at it may. */
  readonly sessions: Token.Sessions | null
}

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 405 | 413 | 414 | 415 | 421
  readonly message: string
}

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"])

/** Tells whether an address is this machine's for itself alone. */
export const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host)

const written = (address: string): string => net.isIPv6(address) ? `[${address}]` : address

/** Lists the names and addresses that a server which listens at `host` is asked by: a name that only leads to it is none. */
export const hostsOf = (host: string): ReadonlySet<string> => {
  if (isLoopback(host)) return new Set([...loopback, written(host)])
  const everywhere = host === "0.0.0.0" || host === "::"
  const addresses = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []).map(({ address }) => written(address))
  return new Set([written(host.toLowerCase()), os.hostname().toLowerCase(), ...(everywhere ? [...addresses, ...loopback] : [])])
}

/** The longest body that is read, in bytes: whoever sends one sends a few words. */
export const mostBodyBytes = 4096
const mostUrlLength = 2048

/** What a browser needs to sign in: it tells nothing of any run. */
const open: ReadonlySet<string> = new Set(["/sign-in", "/assets/dashboard.css", "/assets/dashboard.js"])

const isRead = (method: string): boolean => method === "GET" || method === "HEAD"

const isOfHost = (host: string | undefined, { hosts, port }: Settings): boolean => {
  const [, name, named] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(host ?? "") ?? []
  return name !== undefined && hosts.has(name.toLowerCase()) && Number(named ?? 80) === port
}

const isSameOrigin = ({ headers: { host, origin, "sec-fetch-site": site } }: Head): boolean =>
  (site === undefined || site === "same-origin") && (origin === undefined || origin === `http://${host}`)

const mediaType = (value: string | undefined): string => (value ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? ""

/** Refuses what changes something and does not come from a page of the server's own, or from a program. */
const changing = (head: Head, path: string): Refusal | null => {
  if (head.method !== "POST") return { status: 405, message: "there are GET and POST alone" }
  if (!isSameOrigin(head)) return { status: 403, message: "another site may not ask for this" }
  const expected = path === "/sign-in" ? "application/x-www-form-urlencoded" : "application/json"
  if (mediaType(head.headers["content-type"]) !== expected) return { status: 415, message: `this takes ${expected}` }
  const length = Number(head.headers["content-length"] ?? NaN)
  // Without a length nobody knows when it ends.
  if (!Number.isInteger(length) || head.headers["transfer-encoding"] !== undefined) {
    return { status: 400, message: "a body says its length" }
  }
  return length > mostBodyBytes ? { status: 413, message: `a body has ${mostBodyBytes} bytes at most` } : null
}

/** Reads one cookie. */
const cookieOf = (header: string | undefined, name: string): string | null => {
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=")
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return null
}

const isAdmitted = ({ headers }: Head, sessions: Token.Sessions, now: number): boolean => {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers["authorization"] ?? "") ?? []
  if (bearer !== undefined) return sessions.isToken(bearer)
  const session = cookieOf(headers["cookie"], Token.cookie)
  return session !== null && sessions.isSession(session, now)
}

/** Says why a request is refused; null where it is answered. */
export const refusal = (head: Head, settings: Settings, now: number): Refusal | null => {
  const path = head.url.split("?", 1)[0] ?? ""
  if (!isOfHost(head.headers["host"], settings)) {
    return { status: 421, message: "the request names another host than this server's" }
  }
  if (head.url.length > mostUrlLength) return { status: 414, message: `an address has ${mostUrlLength} characters at most` }
  if (!isRead(head.method)) {
    const refused = changing(head, path)
    if (refused !== null) return refused
  }
  if (settings.sessions === null || open.has(path)) return null
  return isAdmitted(head, settings.sessions, now)
    ? null
    : { status: 401, message: "this takes the server's token: as Authorization: Bearer TOKEN, or on the page /sign-in" }
}
