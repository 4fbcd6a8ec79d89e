/**
 * The rooms in their order, and what may be imported where.
 */
import { cruise, type ICruiseResult, type IForbiddenRuleType, type IModule } from "dependency-cruiser"
import * as fs from "node:fs"
import * as path from "node:path"

/** The rooms of runtime/: each imports dsl/ and the rooms above it in this list. */
export const rooms = [
  "graph",
  "nets",
  "optim",
  "detect",
  "plan",
  "data",
  "step",
  "engine",
  "train",
  "fault",
  "run",
  "report",
  "source",
  "review",
  "nightly",
  "serve",
  "cli"
] as const

/** The rooms in which planning happens: they load no tensor library and reach neither disk, network nor processes. */
const pure = ["dsl", "runtime/graph", "runtime/nets", "runtime/optim", "runtime/plan"]

const outside = new RegExp(
  "^(node_modules/@tensorflow/|node_modules/(sharp|webgpu)/"
    + "|(fs|fs/promises|net|tls|http|https|http2|dgram|dns|child_process|cluster|worker_threads|sqlite)$)"
)

/** What experiments import: the packages' names, as another repository would write them. */
const forExperiments = ["ballast", "ballast/runtime"]

const folders = (names: ReadonlyArray<string>): ReadonlyArray<string> => names.map((name) => `^runtime/${name}/`)

const forbidden: Array<IForbiddenRuleType> = [
  {
    name: "resolvable",
    severity: "error",
    from: {},
    to: { couldNotResolve: true }
  },
  {
    name: "dsl-imports-effect-alone",
    severity: "error",
    from: { path: "^dsl/" },
    to: { pathNot: "^(dsl/|node_modules/effect/)" }
  },
  ...rooms.map((room, index): IForbiddenRuleType => ({
    name: "room-order",
    severity: "error",
    from: { path: `^runtime/${room}/` },
    to: { path: ["^(experiments|test|bench)/", "^runtime/index\\.ts$", ...folders(rooms.slice(index + 1))] }
  })),
  {
    name: "no-development-packages",
    severity: "error",
    from: { path: "^(dsl|runtime|experiments)/" },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] }
  }
]

/** One broken rule, for a person. */
export interface Violation {
  readonly rule: string
  readonly message: string
}

const strayRooms = (modules: ReadonlyArray<IModule>): ReadonlyArray<Violation> => {
  const known: ReadonlyArray<string> = rooms
  const found = new Set(modules.flatMap(({ source }) => /^runtime\/([^/]+)\//.exec(source)?.[1] ?? []))
  return [...found].filter((room) => !known.includes(room)).map((room) => ({
    rule: "known-rooms",
    message: `runtime/${room}/ is no room: name it in the list of rooms, in its place`
  }))
}

const experimentImports = (modules: ReadonlyArray<IModule>): ReadonlyArray<Violation> =>
  modules.filter(({ source }) => source.startsWith("experiments/")).flatMap(({ dependencies, source }) =>
    dependencies.filter(({ module }) => !forExperiments.includes(module)).map(({ module }) => ({
      rule: "experiments-import-ballast-alone",
      message: `${source} imports ${module}: experiments import ${forExperiments.join(" and ")} alone`
    }))
  )

const pureLoads = (modules: ReadonlyArray<IModule>): ReadonlyArray<Violation> => {
  const bySource = new Map(modules.map((module) => [module.source, module]))
  const loads = (source: string): ReadonlyArray<string> =>
    (bySource.get(source)?.dependencies ?? [])
      .filter(({ dependencyTypes }) => !dependencyTypes.includes("type-only"))
      .map(({ resolved }) => resolved)
  return modules.filter(({ source }) => pure.some((room) => source.startsWith(`${room}/`))).flatMap(({ source }) => {
    const seen = new Set([source])
    const queue: Array<ReadonlyArray<string>> = [[source]]
    for (let way = queue.shift(); way !== undefined; way = queue.shift()) {
      for (const next of loads(way.at(-1) ?? source)) {
        if (outside.test(next)) {
          return [{ rule: "planning-is-pure", message: `${[...way, next].join(" -> ")}: planning does no input or output` }]
        }
        if (!seen.has(next) && !next.startsWith("node_modules/")) queue.push([...way, next])
        seen.add(next)
      }
    }
    return []
  })
}

const ownNames = (root: string): Record<string, string> => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
    readonly name: string
    readonly exports: Readonly<Record<string, string>>
  }
  return Object.fromEntries(
    Object.entries(manifest.exports).map(([name, file]) => [
      `${path.posix.join(manifest.name, name)}$`,
      path.join(root, file)
    ])
  )
}

/**
 * Reads every import of a checkout, given by its root, and returns how many of its own modules were read and which
 * rules they break. A cruise that read nothing is a violation too: without a parser for TypeScript it would pass.
 */
export const judge = async (
  root: string
): Promise<{ readonly modules: number; readonly violations: ReadonlyArray<Violation> }> => {
  const roots = ["dsl", "runtime", "experiments", "test", "bench"].filter((name) => fs.existsSync(path.join(root, name)))
  const { output } = await cruise(
    roots,
    {
      baseDir: root,
      ruleSet: { forbidden },
      validate: true,
      outputType: "json",
      parser: "swc",
      tsPreCompilationDeps: true,
      preserveSymlinks: true,
      doNotFollow: { path: "^node_modules/" }
    },
    { alias: ownNames(root), exportsFields: ["exports"], conditionNames: ["import", "node", "default"] }
  )
  const { modules: all, summary } = JSON.parse(String(output)) as ICruiseResult
  const modules = all.filter(({ source }) => roots.some((name) => source.startsWith(`${name}/`)))
  const read = modules.filter(({ dependencies, source }) => /^(dsl|runtime)\//.test(source) && dependencies.length > 0)
  return {
    modules: modules.length,
    violations: [
      ...(read.length === 0 ? [{ rule: "cruised", message: "no import of dsl/ or runtime/ was read" }] : []),
      ...summary.violations.map(({ from, rule, to }) => ({ rule: rule.name, message: `${from} imports ${to}` })),
      ...strayRooms(modules),
      ...experimentImports(modules),
      ...pureLoads(modules)
    ]
  }
}
