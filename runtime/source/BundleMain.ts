/**
 * The program of the process that bundles experiments: what it reads could make a parser take all time and memory, and
 * then only this process ends. It is given a request on standard input and writes an answer to descriptor 3.
 */
import * as esbuild from "esbuild"
import * as fs from "node:fs"
import { SourceMap, type SourceMapPayload } from "node:module"
import * as CheckoutPlugin from "./CheckoutPlugin.ts"
import type * as OwnCode from "./OwnCode.ts"

/** A place in a bundle's code, counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What is wanted of which experiments of a checkout, given by its real path. */
export interface Request {
  readonly root: string
  /** What the files are to export. */
  readonly exports: CheckoutPlugin.Exports
  /** What the experiments' Config reads. */
  readonly settings: Readonly<Record<string, string>>
  readonly modules: OwnCode.Modules
  readonly sources: typeof OwnCode.sources
  readonly wanted:
    | { readonly kind: "code"; readonly file: string }
    /** Only what each experiment is made of. */
    | { readonly kind: "closures"; readonly files: ReadonlyArray<string> }
    /** The first of some places of a bundle's code that comes from a file of the checkout. */
    | { readonly kind: "place"; readonly file: string; readonly places: ReadonlyArray<Place> }
}

export interface Bundled {
  readonly kind: "bundle"
  readonly code: string
  readonly files: ReadonlyArray<CheckoutPlugin.BundledFile>
}

export interface Refusal {
  readonly kind: "refused"
  /** A file and a line, where they are known. */
  readonly place: string | null
  readonly message: string
}

export type Answer =
  | Bundled
  | Refusal
  | { readonly kind: "closures"; readonly closures: ReadonlyArray<Bundled | Refusal> }
  | { readonly kind: "place"; readonly place: string | null }

const mostMilliseconds = 20_000

const tooMuch = "it is too much for the parser, as what is nested thousands deep is; write it plainer"

const refused = (message: string, place: string | null = null): Refusal => ({ kind: "refused", place, message })

const reply = (answer: Answer): never => {
  const bytes = Buffer.from(JSON.stringify(answer))
  for (let at = 0; at < bytes.length;) at += fs.writeSync(3, bytes, at)
  process.exit(0)
}

// What is too much is so as a whole, whichever file happened to be read last, and there is no use in going on.
const stop = (message: string): never => reply(refused(message))

const compare = (left: esbuild.Message, right: esbuild.Message): number =>
  (left.location?.file ?? "").localeCompare(right.location?.file ?? "")
  || (left.location?.line ?? 0) - (right.location?.line ?? 0)

/** Says the first thing that is wrong, by file and line: parsers that work side by side find it in any order. */
const refusalOf = (errors: ReadonlyArray<esbuild.Message>): Refusal => {
  const [first] = errors.toSorted(compare)
  const file = CheckoutPlugin.pathOf(first?.location?.file ?? "")
  const place = file === null ? null : `${file}:${first?.location?.line}`
  return refused(CheckoutPlugin.explain(first?.text ?? "it cannot be bundled"), place)
}

const isBuildFailure = (cause: unknown): cause is esbuild.BuildFailure =>
  cause instanceof Error && "errors" in cause && Array.isArray(cause.errors)

interface Built extends Bundled {
  readonly map: string
}

interface Way {
  readonly ours: CheckoutPlugin.Ours
  readonly isMapped: boolean
}

/** Parsers that work side by side come to things in any order. */
const inOrder = <A>(items: ReadonlyArray<A>, of: (item: A) => string): ReadonlyArray<A> =>
  items.toSorted((left, right) => of(left) < of(right) ? -1 : 1)

/** Builds in one way; null where the experiment imports effect, and has to be built of sources. */
const buildOf = async (request: Request, file: string, { isMapped, ours }: Way): Promise<Built | Refusal | null> => {
  const files: CheckoutPlugin.Options["files"] = new Map()
  let importsEffect = false
  const wantsEffect = (): void => {
    importsEffect = true
  }
  const { exports, root, settings } = request
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [CheckoutPlugin.entryPoint],
      absWorkingDir: request.sources.home,
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
      sourcemap: isMapped ? "external" : false,
      sourcesContent: false,
      plugins: [CheckoutPlugin.make({ root, exports, file, settings, ours, files, stop, wantsEffect })]
    })
    if (importsEffect && ours.kind === "modules") return null
    const text = (ending: string): string => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? ""
    return {
      kind: "bundle",
      code: text(".js"),
      map: text(".map"),
      files: inOrder([...files.values()], ({ path }) => path).map(({ reaches, ...file }) => ({
        ...file,
        reaches: inOrder([...reaches], ([specifier]) => specifier)
      }))
    }
  } catch (cause) {
    if (isBuildFailure(cause)) return refusalOf(cause.errors)
    // esbuild's own process goes as deep as what it reads, until it has no more stack, memory or time.
    if (cause instanceof Error && /\bservice\b/.test(cause.message)) return stop(tooMuch)
    throw cause
  }
}

/** Builds of our modules, which takes a small part of the time that our sources take, where that will do. */
const build = async (request: Request, file: string, isMapped = false): Promise<Built | Refusal> => {
  const { modules, sources } = request
  return await buildOf(request, file, { ours: { kind: "modules", modules }, isMapped })
    ?? await buildOf(request, file, { ours: { kind: "sources", ...sources }, isMapped })
    ?? stop("it cannot be bundled")
}

/** A map holds also what a file says of itself, so that only names of files that were read are believed. */
const placeOf = ({ files, map }: Built, places: ReadonlyArray<Place>): string | null => {
  const source = new SourceMap(JSON.parse(map) as SourceMapPayload)
  for (const { column, line } of places) {
    const entry = source.findEntry(line - 1, column - 1)
    const file = "originalSource" in entry ? CheckoutPlugin.pathOf(entry.originalSource) : null
    if (file !== null && files.some(({ path }) => path === file) && "originalLine" in entry) {
      return `${file}:${entry.originalLine + 1}`
    }
  }
  return null
}

const run = async (request: Request): Promise<Answer> => {
  const { wanted } = request
  switch (wanted.kind) {
    case "code": {
      const built = await build(request, wanted.file)
      return built.kind === "refused" ? built : { kind: "bundle", code: built.code, files: built.files }
    }
    case "closures": {
      const closures: Array<Bundled | Refusal> = []
      for (const file of wanted.files) {
        const built = await buildOf(request, file, { ours: { kind: "outside" }, isMapped: false })
        if (built !== null) closures.push(built.kind === "refused" ? built : { kind: "bundle", code: "", files: built.files })
      }
      return { kind: "closures", closures }
    }
    case "place": {
      const built = await build(request, wanted.file, true)
      return built.kind === "refused" ? built : { kind: "place", place: placeOf(built, wanted.places) }
    }
  }
}

setTimeout(() => reply(refused(tooMuch)), mostMilliseconds)
reply(await run(JSON.parse(fs.readFileSync(0, "utf8")) as Request))
