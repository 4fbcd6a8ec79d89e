import { rangeOf } from "../Edit.ts"
import * as Names from "../Names.ts"
import * as References from "../References.ts"
import type { Rule } from "../Rule.ts"

const random = /^(random\w*|getRandomValues|generateKey\w*|webcrypto\..+)$/

const draws = ({ module, path }: Names.Name): boolean => {
  const name = path.join(".")
  if (module === null) return name === "Math.random" || name.startsWith("crypto.") && random.test(name.slice("crypto.".length))
  if (module === "effect") return /^Random\../.test(name)
  return module === "node:crypto" && random.test(name.replace(/^default\./, ""))
}

/** Refuses what is drawn anew each time. */
export const randomness: Rule = {
  id: "source/random",
  severity: "error",
  what: "a random number or identifier",
  why: "the experiment is another one each time it is looked at, so that nobody can repeat what was trained",
  wayOut: "write the values down, or let `seeds` draw: every arm is trained once with each",
  check: ({ references }) =>
    References.choose(references, draws).map(({ name, node }) => ({
      at: rangeOf(node),
      message: `${Names.text(name)} draws anew each time`
    }))
}
