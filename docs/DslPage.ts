/**
 * docs/dsl.md: every constructor that an experiment can be written with, read off dsl/ and docs/Examples.ts.
 */
import { Node, type Project, type SourceFile, SyntaxKind } from "ts-morph"
import * as Dsl from "../dsl/index.ts"
import * as Fields from "./Fields.ts"
import * as Source from "./Source.ts"

/** The modules in the order in which an experiment is written. */
const modules = [
  "Experiment",
  "Recipe",
  "Seeds",
  "Trigger",
  "Dataset",
  "Feed",
  "Model",
  "Loss",
  "Optimizer",
  "LearningRate",
  "Warmup",
  "Clip",
  "Ema",
  "Dropout",
  "Augment",
  "Length",
  "Accumulate",
  "Evaluate",
  "EarlyStop",
  "Checkpoint",
  "Monitor",
  "Retry",
  "Remedy",
  "Host",
  "Expect",
  "Policy"
]

/** What other programs call; an experiment needs none of it. */
const forPrograms: Readonly<Record<string, ReadonlyArray<string>>> = {
  Length: ["split"],
  Experiment: ["isExperiment", "decode", "resolve", "InvalidExperiment"],
  Recipe: ["decode", "encode"],
  Host: ["bytes"],
  Expect: ["arms", "text"],
  Policy: ["isPolicy", "decode"]
}

/** Types of a module itself as this page writes them: under the names that it explains, or written out. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Experiment: { ExpectKnown: "Definition" },
  Dataset: { CocoSplit: "{ images: string, annotations: string }" },
  LearningRate: { Change: "{ at: Length, by: number }" },
  Retry: {
    Again: "Again",
    Step: "Remedy | Remedy[]",
    Decisions: "{ NonFinite: Change, Diverged: Change, OutOfMemory: Change, DataFault: Change, EngineFault: Change, "
      + "WorkerLost: Repeat, Preempted: Repeat, Timeout: Repeat }"
  }
}

/** Modules whose constructors say all that their structs do. */
const saidByConstructors: ReadonlyArray<string> = ["Remedy", "Retry"]

type Exported = readonly [name: string, declaration: Node]

const exportsOf = (file: SourceFile): ReadonlyArray<Exported> => {
  const found = [...file.getExportedDeclarations()].flatMap(([name, declarations]) =>
    declarations.map((declaration): Exported => [name, declaration])
  )
  // `with` is a reserved word, so the declaration has another name beside the one that experiments use.
  return found.filter(([name, declaration]) =>
    !found.some(([other, same]) => same === declaration && other.length < name.length)
  )
}

const isConstructor = (module: string, [name, declaration]: Exported): boolean =>
  Node.isVariableDeclaration(declaration)
  && (Source.functionOf(declaration) !== null || declaration.getTypeNode() !== undefined)
  && !(forPrograms[module] ?? []).includes(name)

const docOfModule = (file: SourceFile, module: string): string =>
  exportsOf(file).filter(([name]) => name === module).map(([, declaration]) => Source.docOf(declaration))
    .find((doc) => doc !== "") ?? ""

const tagsOf = (declaration: Node): ReadonlyArray<string> => [...new Set(
  declaration.getDescendantsOfKind(SyntaxKind.PropertyAssignment).flatMap((property) => {
    const tag = property.getName() === "_tag" ? property.getInitializer() : undefined
    return Node.isStringLiteral(tag) ? [tag.getLiteralValue()] : []
  })
)]

/** The structs of a file by the tags that they carry. */
const structsOf = (file: SourceFile): ReadonlyMap<string, string> =>
  new Map(file.getVariableDeclarations().flatMap((declaration) => {
    const [, tag] = /^Schema\.TaggedStruct\("(\w+)"/.exec(declaration.getInitializer()?.getText() ?? "") ?? []
    return tag === undefined ? [] : [[tag, declaration.getName()]]
  }))

interface Made {
  readonly tag: string | null
  /** The schema's name in the module; null where the constructor makes no struct. */
  readonly struct: string | null
}

/** The structs that a constructor makes: by the tags that it writes, or where it writes none, the module's own. */
const structsMade = (file: SourceFile, module: string, name: string, declaration: Node): ReadonlyArray<Made> => {
  if (module === "Experiment") return [{ tag: null, struct: "Definition" }]
  // What changes a recipe takes other things than one has.
  if (module === "Recipe" && name !== "make") return [{ tag: null, struct: null }]
  const own = file.getVariableDeclaration(module)?.getInitializer()?.getText().startsWith("Schema.Struct(") ?? false
  const tags = tagsOf(declaration)
  return tags.length === 0
    ? [{ tag: null, struct: own ? module : null }]
    : tags.map((tag) => ({ tag, struct: structsOf(file).get(tag) ?? null }))
}

/** The struct's own docstring, where it is not the module's. */
const docOfStruct = (file: SourceFile, module: string, struct: string | null): string => {
  if (struct === null) return ""
  const declared = file.getInterface(struct) ?? file.getVariableDeclaration(struct)
    ?? file.getVariableDeclaration(module)
  const doc = Source.docOf(declared)
  return doc === docOfModule(file, module) ? "" : doc
}

const dedent = (text: string): string => {
  const [first = "", ...rest] = text.split("\n")
  const indent = Math.min(...rest.map((line) => /^ */.exec(line)?.[0].length ?? 0), Infinity)
  return [first, ...rest.map((line) => line.slice(indent))].join("\n")
}

const fence = (text: string): ReadonlyArray<string> => ["```ts", text, "```", ""]

interface Examples {
  readonly preamble: string
  readonly of: ReadonlyMap<string, string>
}

const examplesOf = (file: SourceFile): Examples => {
  const literal = file.getVariableDeclarationOrThrow("examples")
    .getInitializerIfKindOrThrow(SyntaxKind.ObjectLiteralExpression)
  const shared = file.getStatements()
    .filter((statement) => !Node.isVariableStatement(statement) || !statement.isExported())
    .map((statement) => statement.getText())
  return {
    preamble: shared.join("\n\n"),
    of: new Map(literal.getProperties().flatMap((property) => {
      if (!Node.isPropertyAssignment(property)) return []
      const name = property.getNameNode()
      const initializer = property.getInitializerOrThrow()
      return [[Node.isStringLiteral(name) ? name.getLiteralValue() : name.getText(), dedent(initializer.getText())]]
    }))
  }
}

const table = (fields: ReadonlyArray<Fields.Field>): ReadonlyArray<string> =>
  fields.length === 0 ? [] : [
    "| field | takes | default |",
    "|---|---|---|",
    ...fields.map(({ name, standard, takes }) => `| \`${name}\` | ${takes.replaceAll("|", "\\|")} | ${standard} |`),
    ""
  ]

const exampleOf = (examples: Examples, name: string): ReadonlyArray<string> => {
  const example = examples.of.get(name)
  if (example === undefined) throw new Error(`docs/Examples.ts has no example of ${name}`)
  return ["Example:", "", ...fence(example)]
}

/** A length is written as it is, without a constructor. */
const lengthOf = (project: Project, examples: Examples): ReadonlyArray<string> => [
  ...fence(Source.typeOf("Length", project.getSourceFileOrThrow("dsl/Length.ts"))),
  ...table(Fields.ofLength(project)),
  ...exampleOf(examples, "Length")
]

const sectionOf = (project: Project, module: string, examples: Examples): ReadonlyArray<string> => {
  const file = project.getSourceFileOrThrow(`dsl/${module}.ts`)
  const constructors = exportsOf(file).filter((exported) => isConstructor(module, exported))
  // What a constructor returns is known by its module's name.
  const names = new Map([
    ...[...structsOf(file).values()].map((struct) => [struct, module] as const),
    ...Object.entries(renamed[module] ?? {})
  ])
  return [
    `## ${module}`,
    "",
    docOfModule(file, module),
    "",
    ...(module === "Length" ? lengthOf(project, examples) : []),
    ...constructors.flatMap(([name, declaration]) => {
      const full = `${module}.${name}`
      const structs = structsMade(file, module, name, declaration)
      const made = Source.functionOf(declaration)
      const own = Source.docOf(declaration)
      const alone = own !== "" && saidByConstructors.includes(module)
      const doc = [own, ...(alone ? [] : structs.map(({ struct }) => docOfStruct(file, module, struct)))]
        .filter((text) => text !== "")
      if (doc.length === 0) throw new Error(`${full} has no docstring`)
      return [
        `### ${full}`,
        "",
        ...fence(Source.signatureOf(full, declaration, names)),
        doc.join(" "),
        "",
        ...table(
          made === null ? [] : structs.flatMap(({ struct, tag }) => Fields.of(project, module, struct, tag, made))
        ),
        ...exampleOf(examples, full)
      ]
    })
  ]
}

const faults = (project: Project): ReadonlyArray<string> => {
  const file = project.getSourceFileOrThrow("dsl/Fault.ts")
  return [
    "## Fault",
    "",
    Source.headOf(file),
    "",
    "| tag | meaning |",
    "|---|---|",
    ...file.getClasses().map((fault) => `| \`${fault.getName()}\` | ${Source.docOf(fault)} |`),
    ""
  ]
}

const running = (project: Project): ReadonlyArray<string> => {
  const exported = new Map(exportsOf(project.getSourceFileOrThrow("runtime/index.ts")))
  return [
    "## Running",
    "",
    "`ballast/runtime` runs what was described; what a command line takes is in [cli.md](cli.md).",
    "",
    "| name | what it does |",
    "|---|---|",
    ...["main", "run"].map((name) => `| \`${name}\` | ${Source.docOf(exported.get(name))} |`),
    ""
  ]
}

const programs = (project: Project): ReadonlyArray<string> => [
  "## For other programs",
  "",
  "Experiments need none of these.",
  "",
  "| name | what it does |",
  "|---|---|",
  ...Object.entries(forPrograms).flatMap(([module, names]) => {
    const found = new Map(exportsOf(project.getSourceFileOrThrow(`dsl/${module}.ts`)))
    return names.map((name) => `| \`${module}.${name}\` | ${Source.docOf(found.get(name))} |`)
  }),
  ""
]

/** Writes docs/dsl.md. Throws where a module, an example or a docstring is missing. */
export const render = (): string => {
  const unknown = Object.keys(Dsl).filter((module) => module !== "Fault" && !modules.includes(module))
  if (unknown.length > 0) throw new Error(`docs/DslPage.ts does not say where ${unknown.join(", ")} stands`)
  const project = Source.open(["dsl/*.ts", "runtime/index.ts", "docs/Examples.ts"])
  const examples = examplesOf(project.getSourceFileOrThrow("docs/Examples.ts"))
  return [
    "# The DSL",
    "",
    "<!-- Written by `npm run docs` from the docstrings in dsl/ and from docs/Examples.ts: change those. -->",
    "",
    "An experiment is a file that builds a value out of these constructors, exports it by default and ends in",
    "`main(import.meta, experiment)` from `ballast/runtime`. A constructor checks nothing: numbers are checked all at",
    "once when the experiment is validated, and every wrong one is reported with its path. The words in the tables",
    "below are those of such a message. What has a default, `none` among them, may be left out.",
    "",
    modules.map((module) => `[${module}](#${module.toLowerCase()})`).join(" · "),
    "",
    "The examples share these names:",
    "",
    ...fence(examples.preamble),
    ...modules.flatMap((module) => sectionOf(project, module, examples)),
    ...faults(project),
    ...running(project),
    ...programs(project)
  ].join("\n")
}
