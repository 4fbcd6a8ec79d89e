/**
 * What PostgreSQL's and the network's errors mean, and what to do.
 */
import { StoreFailed } from "./Database.ts"
import { Passing } from "./Patience.ts"

const causeOf = (cause: unknown): { readonly code: string; readonly message: string } => {
  if (!(cause instanceof Error)) return { code: "", message: String(cause) }
  // A host name with several addresses fails with the errors of all.
  const message = cause instanceof AggregateError ? causeOf(cause.errors[0]).message : cause.message
  return { code: "code" in cause && typeof cause.code === "string" ? cause.code : "", message }
}

/** The connection is gone, or never was: SQLSTATEs, the system's codes, and what the driver says without a code. */
const away = new RegExp(
  [
    "^(08...|57P0[1235]|25P03)$",
    "^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENOENT|EAI_AGAIN)$",
    "^Connection terminated",
    "^timeout exceeded when trying to connect",
    "^Query read timeout",
    "not queryable$"
  ].join("|")
)

/** The transaction was undone by the server for another's sake, or there was no connection left to give. */
const crowded = /^(40001|40P01|53300)$/

const meanings: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(28P01|28000)$/, "it does not let this user in: see the user and the password, in the address or in PGPASSWORD"],
  [/client password must be a string/, "it asks for a password: give one in the address or in PGPASSWORD"],
  [/^3D000$/, "there is no such database: make it with `createdb`, or name another"],
  [/^ENOTFOUND$/, "there is no such host: see the address"],
  [/^(53100|58030)$/, "its disk is full or fails: free some space there. What was recorded before is kept"],
  [/^53300$/, "it has no connection left to give: raise its max_connections, or run fewer workers"],
  [/^55P03$/, "others have held what is needed for too long: look for a process that hangs, then try again"],
  [/^25006$/, "it may only be read: name the primary server"],
  [/^42501$/, "this user may not do that: make it the database's owner"],
  [/^ENOENT$/, "no server listens there: see that PostgreSQL runs, and the address"],
  [/^ECONNREFUSED$/, "no server listens there: see that PostgreSQL runs, and the address"],
  [away, "the connection broke or could not be made: see that PostgreSQL runs"]
]

/** Tells whether a connection can serve no more after an error. */
export const isBroken = (cause: unknown): boolean => {
  const { code, message } = causeOf(cause)
  return away.test(code) || away.test(message)
}

/** Says what an error means; it may pass where the server is away, starts, or chose another transaction. */
export const failureOf = (place: string, cause: unknown): StoreFailed | Passing => {
  const { code, message } = causeOf(cause)
  const meaning = meanings.find(([pattern]) => pattern.test(code) || pattern.test(message))?.[1]
  const failed = new StoreFailed({ message: `${place}: ${meaning === undefined ? message : `${meaning} (${message})`}` })
  return isBroken(cause) || crowded.test(code) ? new Passing({ failed }) : failed
}

/** Says what an error means that came in answer to a commit. */
export const commitFailureOf = (place: string, cause: unknown): StoreFailed | Passing => {
  const { message } = causeOf(cause)
  return isBroken(cause)
    ? new StoreFailed({
      unsure: true,
      message: `${place}: the connection broke while a change was being kept, so it is not known whether it was: `
        + `look what is there before it is made again (${message})`
    })
    : failureOf(place, cause)
}
