/**
 * What a pull request changes besides experiments that decides how they run: a reviewer has to know that it does.
 */

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
