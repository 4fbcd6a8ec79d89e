/**
 * The checkout as esbuild is shown it: file by file, and only those that imports may reach.
 */
import type * as esbuild from "esbuild"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Admission from "./Admission.ts"

/** A file of the import closure, by its path in the checkout. */
export interface BundledFile {
  readonly path: string
  readonly sha256: string
}

export interface Options {
  /** The checkout's real path. */
  readonly root: string
  /** The experiment's path in it. */
  readonly file: string
  /** What the experiment's Config reads. */
  readonly settings: Readonly<Record<string, string>>
  /** Whether Ballast and effect become part of the bundle, or only the checkout's files are looked at. */
  readonly whole: boolean
  /** What the bundle is made of so far. */
  readonly files: Map<string, BundledFile>
  /** Is called where there is too much to go on. */
  readonly stop: (message: string) => never
}

const mostFiles = 512
const mostBytes = 4 << 20
const mostImports = 5_000

/** What an experiment can import of ours; everything else that it imports is a file of its checkout. */
const dsl = fileURLToPath(new URL("../../dsl/index.ts", import.meta.url))
const inside = fileURLToPath(new URL("./EvaluatorEntry.ts", import.meta.url))

/** The folder whose packages are ours. */
export const home = path.dirname(dsl)

/** An experiment's last line starts it where its file is the program, which it is not here. */
const inertRuntime = "export const main = () => undefined"

/** esbuild's names for what is no file on its disk. */
const namespaces = { entry: "entry", checkout: "checkout", inert: "inert" }

/** What a bundle is built from. */
export const entryPoint = "entry"

const onlyThese = `an experiment imports "ballast", "effect" and files of its repository`

const unavailable = (what: string): string => `${what} is not available while an experiment is evaluated`

/** Refuses the ways of reaching another module that are not a plain import. */
const refusedKind = ({ kind, path: name, with: attributes }: esbuild.OnResolveArgs): string | null => {
  const quoted = JSON.stringify(name)
  if (kind === "dynamic-import") return unavailable(`import(${quoted})`)
  if (kind === "require-call" || kind === "require-resolve") return unavailable(`require(${quoted})`)
  if (kind !== "import-statement") return unavailable(`${kind} of ${quoted}`)
  const other = Object.entries(attributes).find(([key, value]) => key !== "type" || value !== "json")
  return other === undefined ? null : unavailable(`import of ${quoted} with { ${other[0]}: ${JSON.stringify(other[1])} }`)
}

const entryOf = ({ file, settings }: Options): string =>
  [
    `import { answer } from ${JSON.stringify(inside)}`,
    `import * as file from ${JSON.stringify(`./${file}`)}`,
    `export const answered = await answer(file.default, ${JSON.stringify(settings)})`
  ].join("\n")

const loaderOf = (file: string): esbuild.Loader => file.endsWith(".json") ? "json" : /\.m?ts$/.test(file) ? "ts" : "js"

const refuse = (text: string) => ({ errors: [{ text }] })

type Resolved = esbuild.OnResolveResult | Promise<esbuild.OnResolveResult>

const resolver = (build: esbuild.PluginBuild, { root, stop, whole }: Options) => {
  let imports = 0
  return (args: esbuild.OnResolveArgs): Resolved => {
    imports += 1
    if (imports > mostImports) return stop(`it imports more than ${mostImports} times; import less`)
    const kind = refusedKind(args)
    if (kind !== null) return refuse(kind)
    if (args.path === "ballast/runtime") return { path: args.path, namespace: namespaces.inert }
    if (args.path === "ballast") return whole ? { path: dsl } : { external: true }
    if (/^effect(\/|$)/.test(args.path)) {
      return whole ? build.resolve(args.path, { kind: args.kind, resolveDir: home }) : { external: true }
    }
    if (!/^\.{1,2}\//.test(args.path)) return refuse(`imports ${JSON.stringify(args.path)}: ${onlyThese}`)
    const isExperiment = args.namespace === namespaces.entry
    const shown = isExperiment ? "it" : args.path
    const found = Admission.admit(root, isExperiment ? "." : args.importer, args.path)
    return "refused" in found
      ? refuse(`${shown} ${found.refused}`)
      : { path: found.path, namespace: namespaces.checkout, pluginData: shown }
  }
}

const loader = ({ files, root, stop }: Options) => {
  let bytes = 0
  return ({ path, pluginData }: esbuild.OnLoadArgs): esbuild.OnLoadResult => {
    if (files.size >= mostFiles) return stop(`it is made of more than ${mostFiles} files; import fewer`)
    const contents = Admission.read(root, path)
    if ("refused" in contents) return refuse(`${pluginData} ${contents.refused}`)
    bytes += contents.bytes.length
    if (bytes > mostBytes) return stop(`it is made of more than ${mostBytes >> 20} MiB; import less`)
    files.set(path, { path, sha256: contents.sha256 })
    return { contents: contents.bytes, loader: loaderOf(path) }
  }
}

/** Gives esbuild the checkout's files one by one, so that it never looks into the checkout itself. */
export const make = (options: Options): esbuild.Plugin => ({
  name: "checkout",
  setup(build) {
    const any = /.*/
    const resolve = resolver(build, options)
    build.onResolve({ filter: any }, ({ kind }) =>
      kind === "entry-point" ? { path: entryPoint, namespace: namespaces.entry } : null)
    build.onLoad({ filter: any, namespace: namespaces.entry }, () => ({ contents: entryOf(options), loader: "js" }))
    build.onResolve({ filter: any, namespace: namespaces.entry }, (args) =>
      args.path !== inside ? resolve(args) : options.whole ? { path: inside } : { external: true })
    build.onLoad({ filter: any, namespace: namespaces.inert }, () => ({ contents: inertRuntime, loader: "js" }))
    build.onResolve({ filter: any, namespace: namespaces.checkout }, resolve)
    build.onLoad({ filter: any, namespace: namespaces.checkout }, loader(options))
  }
})

/** Reads esbuild's name of a file as a path in the checkout; null for any other. */
export const pathOf = (name: string): string | null => {
  const start = `${namespaces.checkout}:`
  return name.startsWith(start) ? name.slice(start.length) : null
}

/** Says in an experiment's own words what esbuild found. */
export const explain = (text: string): string => {
  const [, name = "", what = ""] = /^No matching export in "(.*)" for import "(.*)"$/.exec(text) ?? []
  if (what === "") return text
  if (name.startsWith(`${namespaces.inert}:`)) return `"ballast/runtime" gives no ${what} while an experiment is evaluated`
  const file = pathOf(name)
  return file === null ? `imports ${what}, which is not there` : `imports ${what}, which ${file} does not export`
}
