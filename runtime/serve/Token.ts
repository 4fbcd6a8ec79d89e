/**
 * The secret that lets whoever is not at this machine in, and the sessions of browsers that have told it.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import * as fs from "node:fs"
import * as Words from "../../dsl/Words.ts"

/** There is no token, or none that is safe; `message` says what to do. */
export class TokenUnusable extends Schema.TaggedError<TokenUnusable>()("TokenUnusable", { message: Schema.String }) {}

/** The fewest characters of a token: with fewer somebody might guess it. */
const leastLength = 24

/** How to make a token. */
export const advice = "head -c 32 /dev/urandom | base64 > FILE makes one"

/** Reads the token from a file, or from `BALLAST_TOKEN`; null where neither is given. Fails with TokenUnusable. */
export const read = Effect.fn("Token.read")(function*(file: string | null, environment: NodeJS.ProcessEnv) {
  const text = file === null
    ? environment["BALLAST_TOKEN"] ?? ""
    : yield* Effect.try({
      try: () => fs.readFileSync(file, "utf8"),
      catch: (cause) =>
        new TokenUnusable({ message: `--token-file ${file} is not read: ${Words.reasonOf(cause)}` })
    })
  const token = text.trim()
  const source = file === null ? "BALLAST_TOKEN" : `--token-file ${file}`
  if (token === "" && file === null) return null
  if (token.length < leastLength || /[^\x21-\x7e]/.test(token)) {
    return yield* new TokenUnusable({
      message: `the token of ${source} is not used: it takes ${leastLength} letters, digits or signs at least, without a space; ${advice}`
    })
  }
  return Redacted.make(token)
})

/** Compares two texts in a time that says nothing of where they differ. */
const equal = (one: string, other: string): boolean => {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/** How long a browser stays signed in, in milliseconds. */
const sessionMilliseconds = 12 * 60 * 60 * 1000

/** The name of the cookie that a session is kept in. */
export const cookie = "ballast-session"

/** Who has told the token. */
export interface Sessions {
  readonly isToken: (told: string) => boolean
  /** Begins a session and returns what its cookie holds. */
  readonly begin: (now: number) => string
  readonly isSession: (told: string, now: number) => boolean
  /** How long a session lasts, in seconds. */
  readonly seconds: number
}

/** Keeps sessions for a token. They end with the process: what signs them is its own. */
export const sessions = (token: Redacted.Redacted<string>): Sessions => {
  const key = randomBytes(32)
  const signed = (until: string): string => `${until}.${createHmac("sha256", key).update(until).digest("base64url")}`
  return {
    isToken: (told) => equal(told, Redacted.value(token)),
    begin: (now) => signed(String(now + sessionMilliseconds)),
    isSession: (told, now) => {
      const [until = ""] = told.split(".", 1)
      return equal(told, signed(until)) && Number(until) > now
    },
    seconds: sessionMilliseconds / 1000
  }
}
