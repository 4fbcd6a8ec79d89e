import type { Rule } from "../Rule.ts"
import * as Secrets from "../Secrets.ts"

/** Refuses what opens something. */
export const secret: Rule = {
  id: "source/secret",
  severity: "error",
  what: "a password, a key or a token in the source",
  why: "whoever can read the repository, now or in its history, can use it",
  wayOut: "revoke it, take it out of the source, and read it where it is needed through `Config.Redacted`",
  check: ({ source, text }) =>
    Secrets.of(text.text, source).map(({ end, kind, start }) => ({
      at: { start, end },
      message: `here stands ${kind}; it is covered in this report`
    }))
}
