/**
 * Our own sources, built once in a process for the processes that are shut off from them. It also saves each of those
 * the time to read them file by file.
 */
import * as Effect from "effect/Effect"
import * as esbuild from "esbuild"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

/** What an experiment's bundle takes of ours: modules that import only each other, by their names. */
export interface Modules {
  /** The module that an experiment imports as "ballast". */
  readonly dsl: string
  /** The module that computes an experiment's definition. */
  readonly entry: string
  readonly texts: Readonly<Record<string, string>>
}

export interface OwnCode {
  /** The program that bundles, as one module; it imports esbuild. */
  readonly bundler: string
  /** The program that evaluates, as one module. */
  readonly evaluator: string
  /** What runs inside before a bundle, as an expression. */
  readonly shims: string
  readonly modules: Modules
}

const bundlerSource = fileURLToPath(new URL("./BundleMain.ts", import.meta.url))
const evaluatorSource = fileURLToPath(new URL("./EvaluatorMain.ts", import.meta.url))
const shimsSource = fileURLToPath(new URL("./EvaluatorShims.ts", import.meta.url))
const entrySource = fileURLToPath(new URL("./EvaluatorEntry.ts", import.meta.url))
const dslSource = fileURLToPath(new URL("../../dsl/index.ts", import.meta.url))

const build = async (entryPoints: Record<string, string>, options: esbuild.BuildOptions): Promise<Record<string, string>> => {
  const { outputFiles = [] } = await esbuild.build({
    entryPoints,
    bundle: true,
    write: false,
    outdir: "/",
    format: "esm",
    target: "es2022",
    tsconfigRaw: "{}",
    charset: "utf8",
    logLevel: "silent",
    ...options
  })
  return Object.fromEntries(outputFiles.map((file) => [path.basename(file.path), file.text]))
}

const buildAll = async (): Promise<OwnCode> => {
  const [programs, shims, texts] = await Promise.all([
    build({ bundler: bundlerSource, evaluator: evaluatorSource }, { platform: "node", external: ["esbuild"] }),
    build({ shims: shimsSource }, { platform: "neutral", format: "iife", globalName: "shims" }),
    // One copy of what both have in common.
    build({ dsl: dslSource, entry: entrySource }, { platform: "neutral", splitting: true, mainFields: ["module", "main"] })
  ])
  return {
    bundler: programs["bundler.js"] ?? "",
    evaluator: programs["evaluator.js"] ?? "",
    shims: `(() => { ${shims["shims.js"]}; return shims })()`,
    modules: { dsl: "dsl.js", entry: "entry.js", texts }
  }
}

let built: Promise<OwnCode> | null = null

/** Builds our sources where this process has not done so. */
export const ownCode: Effect.Effect<OwnCode> = Effect.promise(() => built ??= buildAll())

/** Where those that import our modules one by one find them, and the packages that we use. */
export const sources = { dsl: dslSource, entry: entrySource, home: path.dirname(bundlerSource) }
