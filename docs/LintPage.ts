/**
 * docs/lint.md: what the source of experiments is checked for, read off runtime/review/lint, with docs/LintExamples.ts.
 */
import type { Described } from "../runtime/review/lint/Rule.ts"
import * as Rules from "../runtime/review/lint/rules/Rules.ts"
import * as Suppressions from "../runtime/review/lint/Suppressions.ts"
import { lintExamples } from "./LintExamples.ts"

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`

const section = ({ fix, id, severity, wayOut, what, why }: Described): ReadonlyArray<string> => {
  const example = lintExamples[id]
  return [
    `### ${id}`,
    "",
    sentence(what),
    "",
    `- severity: ${severity}`,
    `- why: ${sentence(why)}`,
    `- what to do: ${sentence(wayOut)}`,
    ...(fix === undefined ? [] : [`- \`--fix\`: ${sentence(fix)}`]),
    "",
    ...(example === undefined
      ? []
      : ["```ts", example.found, "```", "", "is found, and this is not:", "", "```ts", example.instead, "```", ""])
  ]
}

const anchor = (id: string): string => `[${id}](#${id.replaceAll("/", "")})`

const groups: Readonly<Record<string, (id: string) => boolean>> = {
  "About what a file does": (id) => id.startsWith("source/"),
  "About an experiment": (id) => /^(experiment|arm|expect|recipe)\//.test(id),
  "About the DSL": (id) => /^(clip|length|dsl|retry|accept)\//.test(id),
  "About comments that let a finding be": (id) => Suppressions.described.some((rule) => rule.id === id)
}

/** Writes docs/lint.md. Throws where docs/LintExamples.ts knows a rule that is none, or a rule belongs to no group. */
export const render = (): string => {
  const ids = Rules.all.map(({ id }) => id)
  const stale = Object.keys(lintExamples).filter((id) => !ids.includes(id))
  if (stale.length > 0) throw new Error(`docs/LintExamples.ts knows ${stale.join(", ")}, which are no rules`)
  const stray = ids.filter((id) => !Object.values(groups).some((holds) => holds(id)))
  if (stray.length > 0) throw new Error(`docs/LintPage.ts has no group for ${stray.join(", ")}`)
  return [
    "# What the source of an experiment is checked for",
    "",
    "<!-- Written by `npm run docs` from runtime/review/lint and docs/LintExamples.ts: change those. -->",
    "",
    "[`ballast lint`](cli.md#ballast-lint) reads experiments as source and never runs them. It looks for what a",
    "[plan](findings.md) cannot see, because it is gone once the file was run: where a value came from, what else the file",
    "did, and what nobody said. Names are followed through aliases, namespaces, destructuring and re-exports, and what is",
    "declared anew is not taken for the global of that name. It says what a reviewer has to look at; what keeps a hostile",
    "file from doing harm is that nothing runs it.",
    "",
    "| severity | effect |",
    "|---|---|",
    "| error | exit code 1 |",
    "| warning | printed; with `--strict` exit code 1 |",
    "",
    "A finding that is meant is let be by a comment on the line before, with the reason. Several rules are parted by commas:",
    "",
    "```ts",
    "// ballast-lint-ignore-next-line arm/dead: shown beside the others, and nothing is claimed of it",
    "```",
    "",
    "`--fix` puts right what can be without changing anything else: every other byte of the file stays as it is, and a file",
    "is changed as a whole or not at all. What looks like a secret is covered wherever source is shown.",
    "",
    "| rule | severity |",
    "|---|---|",
    ...Rules.all.map(({ id, severity }) => `| ${anchor(id)} | ${severity} |`),
    "",
    ...Object.entries(groups).flatMap(([title, holds]) => [
      `## ${title}`,
      "",
      ...Rules.all.filter(({ id }) => holds(id)).flatMap(section)
    ])
  ].join("\n")
}
