/**
 * The program of the process that bundles an experiment: what it reads could make a parser take all time and memory, and
 * then only this process ends. It is given a request on standard input and writes an answer to descriptor 3.
 */
import type * as Esbuild from "esbuild"
import * as esbuild from "esbuild"
import * as fs from "node:fs"
import { SourceMap, type SourceMapPayload } from "node:module"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Admission from "./Admission.ts"

/** A file of the import closure, by its path in the checkout. */
export interface BundledFile {
  readonly path: string
  readonly sha256: string
}

export interface Request {
  /** The checkout's real path. */
  readonly root: string
  /** The experiment's path in it. */
  readonly file: string
  /** What the experiment's Config reads. */
  readonly settings: Readonly<Record<string, string>>
  /** `code` makes the bundle, `files` only finds what it would be made of, `place` finds a place of the bundle's code. */
  readonly wanted: "code" | "files" | { readonly line: number; readonly column: number }
}

export type Answer =
  | { readonly kind: "bundle"; readonly code: string; readonly files: ReadonlyArray<BundledFile> }
  | { readonly kind: "place"; readonly place: string | null }
  /** `place` is a file and a line, where they are known. */
  | { readonly kind: "refused"; readonly place: string | null; readonly message: string }

const mostFiles = 512
const mostBytes = 4 << 20
const mostImports = 5_000
const mostMilliseconds = 20_000

/** What an experiment can import of ours; everything else it imports is a file of its checkout. */
const dsl = fileURLToPath(new URL("../../dsl/index.ts", import.meta.url))
const inside = fileURLToPath(new URL("./EvaluatorEntry.ts", import.meta.url))

/** An experiment's last line starts it where its file is the program, which it is not here. */
const inertRuntime = "export const main = () => undefined"

const onlyThese = `an experiment imports "ballast", "effect" and files of its repository`

const tooMuch = "it is too much for the parser, as what is nested thousands deep is; write it plainer"

const reply = (answer: Answer): never => {
  const bytes = Buffer.from(JSON.stringify(answer))
  for (let at = 0; at < bytes.length;) at += fs.writeSync(3, bytes, at)
  process.exit(0)
}

const unavailable = (what: string): string => `${what} is not available while an experiment is evaluated`

/** Refuses the ways of reaching another module that are not a plain import. */
const refusedKind = ({ kind, path: name, with: attributes }: Esbuild.OnResolveArgs): string | null => {
  const quoted = JSON.stringify(name)
  if (kind === "dynamic-import") return unavailable(`import(${quoted})`)
  if (kind === "require-call" || kind === "require-resolve") return unavailable(`require(${quoted})`)
  if (kind !== "import-statement" && kind !== "entry-point") return unavailable(`${kind} of ${quoted}`)
  const other = Object.entries(attributes).find(([key, value]) => key !== "type" || value !== "json")
  return other === undefined ? null : unavailable(`import of ${quoted} with { ${other[0]}: ${JSON.stringify(other[1])} }`)
}

const entryOf = ({ file, settings }: Request): string =>
  [
    `import { answer } from ${JSON.stringify(inside)}`,
    `import * as file from ${JSON.stringify(`./${file}`)}`,
    `export const answered = await answer(file.default, ${JSON.stringify(settings)})`
  ].join("\n")

/** Gives esbuild the checkout's files one by one, so that it never looks into the checkout itself. */
const checkout = (request: Request, files: Map<string, BundledFile>): Esbuild.Plugin => ({
  name: "checkout",
  setup(build) {
    let bytes = 0
    let imports = 0
    const refuse = (text: string) => ({ errors: [{ text }] })
    // What is too much is so as a whole, whichever file happened to be read last.
    const stop = (message: string): never => reply({ kind: "refused", place: null, message })
    const resolve = (args: Esbuild.OnResolveArgs): Esbuild.OnResolveResult | Promise<Esbuild.OnResolveResult> => {
      imports += 1
      if (imports > mostImports) return stop(`it imports more than ${mostImports} times; import less`)
      const kind = refusedKind(args)
      if (kind !== null) return refuse(kind)
      if (args.path === "ballast") return request.wanted === "files" ? { external: true } : { path: dsl }
      if (args.path === "ballast/runtime") return { path: args.path, namespace: "inert" }
      if (/^effect(\/|$)/.test(args.path)) {
        return request.wanted === "files"
          ? { external: true }
          : build.resolve(args.path, { kind: args.kind, resolveDir: path.dirname(dsl) })
      }
      if (!/^\.{1,2}\//.test(args.path)) return refuse(`imports ${JSON.stringify(args.path)}: ${onlyThese}`)
      const first = args.namespace === "entry"
      const shown = first ? "it" : args.path
      const found = Admission.admit(request.root, first ? "." : args.importer, args.path)
      return "refused" in found
        ? refuse(`${shown} ${found.refused}`)
        : { path: found.path, namespace: "checkout", pluginData: shown }
    }
    build.onResolve({ filter: /^entry$/ }, ({ kind }) => kind === "entry-point" ? { path: "entry", namespace: "entry" } : null)
    build.onLoad({ filter: /.*/, namespace: "entry" }, () => ({ contents: entryOf(request), loader: "js" }))
    build.onResolve({ filter: /.*/, namespace: "entry" }, (args) =>
      args.path !== inside ? resolve(args) : request.wanted === "files" ? { external: true } : { path: inside })
    build.onLoad({ filter: /.*/, namespace: "inert" }, () => ({ contents: inertRuntime, loader: "js" }))
    build.onResolve({ filter: /.*/, namespace: "checkout" }, resolve)
    build.onLoad({ filter: /.*/, namespace: "checkout" }, (args) => {
      if (files.size >= mostFiles) return stop(`it is made of more than ${mostFiles} files; import fewer`)
      const contents = Admission.read(request.root, args.path)
      if ("refused" in contents) return refuse(`${args.pluginData} ${contents.refused}`)
      bytes += contents.bytes.length
      if (bytes > mostBytes) return stop(`it is made of more than ${mostBytes >> 20} MiB; import less`)
      files.set(args.path, { path: args.path, sha256: contents.sha256 })
      const loader = path.extname(args.path) === ".json" ? "json" : /\.m?ts$/.test(args.path) ? "ts" : "js"
      return { contents: contents.bytes, loader }
    })
  }
})

const ofCheckout = (name: string): string | null => name.startsWith("checkout:") ? name.slice("checkout:".length) : null

const compare = (left: Esbuild.Message, right: Esbuild.Message): number =>
  (left.location?.file ?? "").localeCompare(right.location?.file ?? "")
  || (left.location?.line ?? 0) - (right.location?.line ?? 0)

/** Says the first thing that is wrong, by file and line: parsers that work side by side find it in any order. */
const refusal = (errors: ReadonlyArray<Esbuild.Message>): Answer => {
  const [first] = errors.toSorted(compare)
  const file = ofCheckout(first?.location?.file ?? "")
  return {
    kind: "refused",
    place: file === null ? null : `${file}:${first?.location?.line}`,
    message: first?.text ?? "it cannot be bundled"
  }
}

/** The map may hold what a file says of itself, so that only names of files that were read are believed. */
const placeOf = (
  text: string,
  { column, line }: { readonly line: number; readonly column: number },
  files: ReadonlyMap<string, BundledFile>
): string | null => {
  const entry = new SourceMap(JSON.parse(text) as SourceMapPayload).findEntry(line - 1, column - 1)
  if (!("originalSource" in entry)) return null
  const file = ofCheckout(entry.originalSource)
  return file === null || !files.has(file) ? null : `${file}:${entry.originalLine + 1}`
}

const isBuildFailure = (cause: unknown): cause is Esbuild.BuildFailure =>
  cause instanceof Error && "errors" in cause && Array.isArray(cause.errors)

const run = async (request: Request): Promise<Answer> => {
  const files = new Map<string, BundledFile>()
  const { wanted } = request
  const mapped = typeof wanted === "object"
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: ["entry"],
      absWorkingDir: path.dirname(dsl),
      outdir: ".",
      bundle: true,
      write: false,
      format: "esm",
      platform: "neutral",
      target: "es2022",
      mainFields: ["module", "main"],
      conditions: ["import", "default"],
      tsconfigRaw: "{}",
      charset: "utf8",
      minifyWhitespace: true,
      logLevel: "silent",
      sourcemap: mapped ? "external" : false,
      sourcesContent: false,
      plugins: [checkout(request, files)]
    })
    const text = (ending: string): string => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? ""
    return mapped ? { kind: "place", place: placeOf(text(".map"), wanted, files) } : {
      kind: "bundle",
      code: wanted === "files" ? "" : text(".js"),
      files: [...files.values()].toSorted((left, right) => left.path < right.path ? -1 : 1)
    }
  } catch (cause) {
    if (isBuildFailure(cause)) return refusal(cause.errors)
    // esbuild's own process goes as deep as what it reads, until it has no more stack, memory or time.
    if (cause instanceof Error && /\bservice\b/.test(cause.message)) {
      return { kind: "refused", place: null, message: tooMuch }
    }
    throw cause
  }
}

setTimeout(() => reply({ kind: "refused", place: null, message: tooMuch }), mostMilliseconds)
reply(await run(JSON.parse(fs.readFileSync(0, "utf8")) as Request))
