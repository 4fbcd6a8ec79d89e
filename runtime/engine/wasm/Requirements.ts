/**
 * What the wasm engine needs of this process, found out without loading it.
 */
import { createRequire } from "node:module"
import * as WebAssembly from "./WebAssembly.ts"

const manifest = "@tensorflow/tfjs-backend-wasm/package.json"

/** Reads the version of tfjs's wasm backend, which is the engine's. Throws where the package is missing. */
export const version = (): string =>
  (createRequire(import.meta.url)(manifest) as { readonly version: string }).version

/** The smallest module with SIMD instructions in it: `i8x16.splat` and `i8x16.popcnt`. */
const probe = Buffer.from("0061736d010000000105016000017b030201000a0a0108004100fd0ffd620b", "hex")

/** Says why the engine cannot be used in this process; null where it can. */
export const obstacle = (): string | null => {
  if (!WebAssembly.validate(probe)) {
    return "WebAssembly's SIMD instructions are missing: it takes an x64 processor with SSE4.1 or an arm64 one, and Node"
      + " started without flags that turn them off"
  }
  try {
    version()
    return null
  } catch {
    return "the package @tensorflow/tfjs-backend-wasm is missing, which comes with Ballast: npm ci"
  }
}
