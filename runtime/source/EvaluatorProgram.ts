/**
 * The evaluator as files: its process may read one folder, and nothing else of the disk.
 */
import * as Effect from "effect/Effect"
import * as esbuild from "esbuild"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

interface Program {
  readonly main: string
  readonly shims: string
  readonly wasm: Buffer
}

const mainSource = fileURLToPath(new URL("./EvaluatorMain.ts", import.meta.url))
const shimsSource = fileURLToPath(new URL("./EvaluatorShims.ts", import.meta.url))

const build = async (options: esbuild.BuildOptions): Promise<string> => {
  const { outputFiles } = await esbuild.build({
    bundle: true,
    write: false,
    tsconfigRaw: "{}",
    target: "es2022",
    logLevel: "silent",
    ...options
  })
  return outputFiles?.[0]?.text ?? ""
}

const buildAll = async (): Promise<Program> => {
  const [main, shims] = await Promise.all([
    build({ entryPoints: [mainSource], format: "esm", platform: "node" }),
    build({ entryPoints: [shimsSource], format: "iife", platform: "neutral", globalName: "shims" })
  ])
  const wasm = createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm")
  return { main, shims: `(() => { ${shims}; return shims })()`, wasm: fs.readFileSync(wasm) }
}

let built: Promise<Program> | null = null

/** Built of our own sources, once in a process. */
const program: Effect.Effect<Program> = Effect.promise(() => built ??= buildAll())

/** Where the evaluator lies, an empty folder to run it in, and what it is to run before a bundle. */
export interface Placed {
  readonly folder: string
  readonly main: string
  readonly empty: string
  readonly shims: string
}

/** Writes the evaluator into a folder that holds nothing else. */
export const place = (folder: string): Effect.Effect<Placed> =>
  Effect.map(program, ({ main, shims, wasm }) => {
    const placed = { folder: path.join(folder, "evaluator"), empty: path.join(folder, "empty"), shims }
    fs.mkdirSync(placed.folder)
    fs.mkdirSync(placed.empty)
    fs.writeFileSync(path.join(placed.folder, "main.mjs"), main)
    fs.writeFileSync(path.join(placed.folder, "quickjs.wasm"), wasm)
    return { ...placed, main: path.join(placed.folder, "main.mjs") }
  })
