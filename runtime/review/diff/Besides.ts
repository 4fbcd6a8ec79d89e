/**
 * What a pull request changes besides experiments that decides how they run: a reviewer has to know that it does.
 */
import * as Result from "effect/Result"
import type * as Policy from "../../../dsl/Policy.ts"
import * as Literal from "../../plan/notation/Literal.ts"
import type * as PolicyFile from "../policy/PolicyFile.ts"

interface Kind {
  readonly is: (file: string) => boolean
  readonly says: (files: ReadonlyArray<string>) => string
}

const files = (count: number): string => count === 1 ? "1 file" : `${count} files`

const kinds: ReadonlyArray<Kind> = [
  {
    is: (file) => /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|package\.json|\.npmrc)$/.test(file),
    says: (changed) => `what is installed changes (${changed.join(", ")}): nothing of it was installed to make this report`
  },
  {
    is: (file) => /^(dsl|runtime)\//.test(file),
    says: (changed) => `Ballast itself changes (${files(changed.length)} of dsl/ and runtime/): this report is by the Ballast that made it`
  },
  {
    is: (file) => file.startsWith(".github/"),
    says: (changed) => `workflows change (${changed.join(", ")})`
  }
]

/** Says of changed files what a reviewer has to know. */
export const of = (changed: ReadonlySet<string>): ReadonlyArray<string> =>
  kinds.flatMap(({ is, says }) => {
    const own = [...changed].filter(is).toSorted()
    return own.length === 0 ? [] : [says(own)]
  })

const parts = ({ approve, most, require }: Policy.Policy): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(most).map(([name, value]) => [`most.${name}`, Literal.plain(value)] as const),
    ...Object.entries(require).map(([name, value]) => [`require.${name}`, Literal.plain(value)] as const),
    ["approve", Literal.plain(approve)] as const
  ])

const changes = (before: Policy.Policy, after: Policy.Policy): ReadonlyArray<string> => {
  const now = parts(after)
  return [...parts(before)].filter(([path, value]) => now.get(path) !== value)
    .map(([path, value]) => `${path}: ${value} -> ${now.get(path)}`)
}

/** Says how the policy changes; a change is never judged by a policy that it brings along. */
export const ofPolicy = (before: PolicyFile.Read, after: PolicyFile.Read): ReadonlyArray<string> => {
  const counts = "the base's counts here"
  const then = Result.getOrElse(before, () => null)
  if (Result.isFailure(after)) {
    const known = Result.isFailure(before) && before.failure.message === after.failure.message
    return known ? [] : [`the policy changes, and cannot be read: ${after.failure.message}`]
  }
  const now = after.success
  if (Result.isFailure(before)) return [`the policy changes: ${counts}, which cannot be read`]
  if (then === null) return now === null ? [] : ["a policy is added: it counts once it is in the base"]
  if (now === null) return [`the policy is removed: ${counts}`]
  const said = changes(then, now)
  return said.length === 0 ? [] : [`the policy changes (${said.join("; ")}): ${counts}`]
}
