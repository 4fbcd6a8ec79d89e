/**
 * The evaluator as files: its process may read one folder, and nothing else of the disk.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import { ownCode } from "./OwnCode.ts"

const wasm = createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm")

/** Where the evaluator lies, an empty folder to run it in, and what it is to run before a bundle. */
export interface Placed {
  readonly folder: string
  readonly main: string
  readonly empty: string
  readonly shims: string
}

/** Writes the evaluator into a folder that holds nothing else. */
export const place = (folder: string): Effect.Effect<Placed> =>
  Effect.map(ownCode, ({ evaluator, shims }) => {
    const placed: Placed = {
      folder: path.join(folder, "evaluator"),
      main: path.join(folder, "evaluator/main.mjs"),
      empty: path.join(folder, "empty"),
      shims
    }
    fs.mkdirSync(placed.folder)
    fs.mkdirSync(placed.empty)
    fs.writeFileSync(placed.main, evaluator)
    fs.copyFileSync(wasm, path.join(placed.folder, "quickjs.wasm"))
    return placed
  })
