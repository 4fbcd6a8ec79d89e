/**
 * The checkout as esbuild is shown it: file by file, and only those that imports may reach.
 */
import type * as esbuild from "esbuild"
import * as path from "node:path"
import * as Admission from "./Admission.ts"
import type { Modules } from "./OwnCode.ts"

/** A file of the import closure, by its path in the checkout. */
export interface BundledFile {
  readonly path: string
  readonly sha256: string
  /** The files that its imports reach, each behind the name that it is imported by: `./b.ts` may be a link to any. */
  readonly reaches: ReadonlyArray<readonly [specifier: string, path: string]>
}

/** What a file can be evaluated as: its default export is that, or it is refused. */
export type Exports = "experiment" | "policy"

/** Ballast and effect, as a bundle takes them. */
export type Ours =
  /** Not at all: only the checkout's files are looked at. */
  | { readonly kind: "outside" }
  /** As modules that were built before; they hold what Ballast itself needs of effect, and no more. */
  | { readonly kind: "modules"; readonly modules: Modules }
  /** As sources, effect's among them. */
  | { readonly kind: "sources"; readonly dsl: string; readonly entry: string; readonly home: string }

export interface Options {
  /** The checkout's real path. */
  readonly root: string
  readonly exports: Exports
  /** The experiment's path in it. */
  readonly file: string
  /** What the experiment's Config reads. */
  readonly settings: Readonly<Record<string, string>>
  readonly ours: Ours
  /** What the bundle is made of so far. */
  readonly files: Map<string, Omit<BundledFile, "reaches"> & { readonly reaches: Map<string, string> }>
  /** Is called where the experiment imports effect, which built modules do not give. */
  readonly wantsEffect: () => void
  /** Is called where there is too much to go on. */
  readonly stop: (message: string) => never
}

const mostFiles = 512
const mostBytes = 4 << 20
const mostImports = 5_000

/** An experiment's last line starts it where its file is the program, which it is not here. */
const inertRuntime = "export const main = () => undefined"

/** esbuild's names for what is no file on its disk. */
const namespaces = { entry: "entry", checkout: "checkout", inert: "inert", ours: "ours" }

/** What a bundle is built from. */
export const entryPoint = "entry"

/** The module of ours that the entry point imports; no file of a checkout can, since it is no path. */
const computing = "computing"

const onlyThese = `only "ballast", "effect" and files of the repository are there`

const unavailable = (what: string): string => `${what} is not available while it is evaluated`

/** Refuses the ways of reaching another module that are not a plain import. */
const refusedKind = ({ kind, path: name, with: attributes }: esbuild.OnResolveArgs): string | null => {
  const quoted = JSON.stringify(name)
  if (kind === "dynamic-import") return unavailable(`import(${quoted})`)
  if (kind === "require-call" || kind === "require-resolve") return unavailable(`require(${quoted})`)
  if (kind !== "import-statement") return unavailable(`${kind} of ${quoted}`)
  const other = Object.entries(attributes).find(([key, value]) => key !== "type" || value !== "json")
  return other === undefined ? null : unavailable(`import of ${quoted} with { ${other[0]}: ${JSON.stringify(other[1])} }`)
}

const entryOf = ({ exports, file, settings }: Options): string =>
  [
    `import { answers } from ${JSON.stringify(computing)}`,
    `import * as file from ${JSON.stringify(`./${file}`)}`,
    `export const answered = await answers.${exports}(file.default, ${JSON.stringify(settings)})`
  ].join("\n")

const loaderOf = (file: string): esbuild.Loader => file.endsWith(".json") ? "json" : /\.m?ts$/.test(file) ? "ts" : "js"

const refuse = (text: string) => ({ errors: [{ text }] })

type Resolved = esbuild.OnResolveResult | Promise<esbuild.OnResolveResult>

/** Finds one of our two modules. */
const ourModule = ({ ours }: Options, name: "dsl" | "entry"): esbuild.OnResolveResult => {
  switch (ours.kind) {
    case "outside":
      return { external: true }
    case "modules":
      return { path: ours.modules[name], namespace: namespaces.ours }
    case "sources":
      return { path: ours[name] }
  }
}

const resolver = (build: esbuild.PluginBuild, options: Options) => {
  const { files, ours, root, stop, wantsEffect } = options
  let imports = 0
  return (args: esbuild.OnResolveArgs): Resolved => {
    imports += 1
    if (imports > mostImports) return stop(`it imports more than ${mostImports} times; import less`)
    const kind = refusedKind(args)
    if (kind !== null) return refuse(kind)
    if (args.path === "ballast/runtime") return { path: args.path, namespace: namespaces.inert }
    if (args.path === "ballast") return ourModule(options, "dsl")
    if (/^effect(\/|$)/.test(args.path)) {
      wantsEffect()
      return ours.kind === "sources"
        ? build.resolve(args.path, { kind: args.kind, resolveDir: ours.home })
        : { external: true }
    }
    if (!/^\.{1,2}\//.test(args.path)) return refuse(`imports ${JSON.stringify(args.path)}: ${onlyThese}`)
    const isExperiment = args.namespace === namespaces.entry
    const shown = isExperiment ? "it" : args.path
    const found = Admission.admit(root, isExperiment ? "." : args.importer, args.path)
    if ("refused" in found) return refuse(`${shown} ${found.refused}`)
    files.get(args.importer)?.reaches.set(args.path, found.path)
    return { path: found.path, namespace: namespaces.checkout, pluginData: shown }
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
    files.set(path, { path, sha256: contents.sha256, reaches: new Map() })
    return { contents: contents.bytes, loader: loaderOf(path) }
  }
}

/** Gives esbuild the checkout's files one by one, so that it never looks into the checkout itself. */
export const make = (options: Options): esbuild.Plugin => ({
  name: "checkout",
  setup(build) {
    const any = /.*/
    const resolve = resolver(build, options)
    // Only this name: with any other, every import of ours would be asked about here, too, and that takes its time.
    build.onResolve({ filter: new RegExp(`^${entryPoint}$`) }, ({ kind }) =>
      kind === "entry-point" ? { path: entryPoint, namespace: namespaces.entry } : null)
    build.onLoad({ filter: any, namespace: namespaces.entry }, () => ({ contents: entryOf(options), loader: "js" }))
    build.onResolve({ filter: any, namespace: namespaces.entry }, (args) =>
      args.path === computing ? ourModule(options, "entry") : resolve(args))
    if (options.ours.kind === "modules") {
      const { texts } = options.ours.modules
      build.onResolve({ filter: any, namespace: namespaces.ours }, (args) => ({
        path: path.posix.basename(args.path),
        namespace: namespaces.ours
      }))
      build.onLoad({ filter: any, namespace: namespaces.ours }, (args) => ({ contents: texts[args.path] ?? "", loader: "js" }))
    }
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
  if (name.startsWith(`${namespaces.inert}:`)) return `"ballast/runtime" gives no ${what} while it is evaluated`
  const file = pathOf(name)
  return file === null ? `imports ${what}, which is not there` : `imports ${what}, which ${file} does not export`
}
