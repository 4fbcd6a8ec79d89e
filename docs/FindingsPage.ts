/**
 * docs/findings.md: what a plan is checked for, read off runtime/plan, with docs/Answers.ts.
 */
import { Node, SyntaxKind } from "ts-morph"
import * as Rules from "../runtime/plan/rules/Rules.ts"
import { answers, data, more } from "./Answers.ts"
import * as Source from "./Source.ts"

interface Entry {
  readonly id: string
  readonly severity: string
  readonly paths: ReadonlyArray<string>
  readonly summary: string
  readonly why: string
  readonly source: string
  readonly answer: string
}

const known = (notes: Readonly<Record<string, string>>, id: string): string => {
  const note = notes[id]
  if (note === undefined) throw new Error(`docs/Answers.ts does not know the finding ${id}`)
  return note
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`

/** Some rules; what they look at does not matter here. */
type Some = ReadonlyArray<Omit<(typeof Rules.all)[number], "check">>

const ofRules = (rules: Some): ReadonlyArray<Entry> => {
  const project = Source.open(["runtime/plan/rules/*.ts"])
  const summaries = new Map(
    project.getSourceFiles().flatMap((file) => file.getVariableDeclarations()).flatMap((declaration) => {
      const id = declaration.getDescendantsOfKind(SyntaxKind.PropertyAssignment)
        .find((property) => property.getName() === "id")?.getInitializer()
      return Node.isStringLiteral(id) ? [[id.getLiteralValue(), Source.docOf(declaration)] as const] : []
    })
  )
  return rules.map(({ id, others = [], path, reason, remedy, severity, source }) => ({
    id,
    severity,
    paths: [path, ...others],
    summary: summaries.get(id) ?? "",
    why: sentence(reason),
    source: sentence(source),
    answer: [sentence(remedy), ...(id in more ? [known(more, id)] : [])].join(" ")
  }))
}

/** The findings about data, by the calls that make them. */
const ofData = (): ReadonlyArray<Entry> => {
  const file = Source.open(["runtime/plan/DataFindings.ts"]).getSourceFileOrThrow("DataFindings.ts")
  const calls = (name: string) =>
    file.getDescendantsOfKind(SyntaxKind.CallExpression).filter((call) => call.getExpression().getText() === name)
  const literalOf = (node: Node | undefined): string | null =>
    Node.isStringLiteral(node) ? node.getLiteralValue() : null
  // A path that is a parameter is named where the function is called.
  const given = calls("check").flatMap((call) => literalOf(call.getArguments()[0]) ?? [])
  const found = new Map<string, Set<string>>()
  for (const call of calls("error")) {
    const [rule, path] = call.getArguments()
    const id = literalOf(rule)
    if (id === null) throw new Error(`${call.getText()} names no rule`)
    const named = literalOf(path)
    found.set(id, new Set([...found.get(id) ?? [], ...(named === null ? given : [named])]))
  }
  return [...found].map(([id, paths]) => ({
    id,
    severity: "error",
    paths: [...paths],
    summary: "",
    why: sentence(known(data, id)),
    source: "What the data's folder or the weights' file holds, or that it is not known.",
    answer: known(answers, id)
  }))
}

const section = ({ answer, id, paths, severity, source, summary, why }: Entry): ReadonlyArray<string> => [
  `### ${id}`,
  "",
  ...(summary === "" ? [] : [summary, ""]),
  `- severity: ${severity}, at ${paths.map((path) => `\`${path}\``).join(", ")}`,
  `- why: ${why}`,
  `- source: ${source}`,
  `- what to do: ${answer}`,
  ""
]

const anchor = (id: string): string => `[${id}](#${id.replaceAll("/", "")})`

/** Writes docs/findings.md. Throws where docs/Answers.ts misses a finding or knows one that is none. */
export const render = (): string => {
  const aboutRecipes = ofRules([...Rules.ofRecipes, ...Rules.ofNetworks])
  const aboutExperiments = ofRules(Rules.ofExperiments)
  const aboutData = ofData()
  const entries = [...aboutRecipes, ...aboutExperiments, ...aboutData]
  const ids = entries.map(({ id }) => id)
  const dataIds = aboutData.map(({ id }) => id)
  const stale = [
    ...Object.keys(more).filter((id) => !ids.includes(id)),
    ...[...Object.keys(answers), ...Object.keys(data)].filter((id) => !dataIds.includes(id))
  ]
  if (stale.length > 0) throw new Error(`docs/Answers.ts knows ${stale.join(", ")}, which nothing finds`)
  return [
    "# What a plan is checked for",
    "",
    "<!-- Written by `npm run docs` from runtime/plan and docs/Answers.ts: change those. -->",
    "",
    "`ballast validate`, `plan` and `run` check every arm before anything is trained. A finding names its rule, its",
    "severity and the recipe's field.",
    "",
    "| severity | effect |",
    "|---|---|",
    "| error | the arm cannot run: exit code 1, and its `graph` in the plan's document is null |",
    "| warning | printed; with `--strict` it keeps the arm from running |",
    "| advice | printed, and nothing else |",
    "",
    "A warning that is meant is answered in the source. It is advice from then on, and carries the reason:",
    "",
    "```ts",
    `Recipe.accept("clip/off-on-cold-start", "this arm shows what happens without")(recipe)`,
    "```",
    "",
    "An error cannot be answered: the training could not run.",
    "",
    "| rule | severity | field |",
    "|---|---|---|",
    ...entries.map(({ id, paths, severity }) =>
      `| ${anchor(id)} | ${severity} | ${paths.map((path) => `\`${path}\``).join(", ")} |`
    ),
    "",
    "`N` in a field is a position in a list, from 0 on.",
    "",
    "## About a recipe",
    "",
    ...aboutRecipes.flatMap(section),
    "## About an experiment",
    "",
    "What is wrong with an experiment as a whole stands with the arm that it is said of, which can accept it.",
    "",
    ...aboutExperiments.flatMap(section),
    "## About data and trained weights",
    "",
    "Where a data set is not at hand at all, `validate` says so once, exits with 3 and leaves out `data/unknown` and",
    "`data/unknown-steps`, which follow from it.",
    "",
    ...aboutData.flatMap(section)
  ].join("\n")
}
