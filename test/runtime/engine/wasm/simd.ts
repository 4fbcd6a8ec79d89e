/**
 * Compiles the wasm engine's kernels. As a program it writes them beside their source:  npm run build:simd
 */
import * as asc from "assemblyscript/asc"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../../../../runtime/engine/wasm/simd/", import.meta.url))

/** The committed kernels. */
export const binary = path.join(folder, "kernels.wasm")

const sources = ["kernels", "convolution", "update", "sum"]

const flags = "--outFile kernels.wasm -O3 --noAssert --runtime stub --enable simd,bulk-memory --importMemory --initialMemory 1"

const options = [...sources.map((name) => `${name}.ts`), ...flags.split(" ")]

/** Compiles the source. Fails with what the compiler says. */
export const compile = async (): Promise<Uint8Array> => {
  let compiled: Uint8Array | null = null
  const { error, stderr } = await asc.main(options, {
    // The compiler takes names that end in .ts alone; under such a name tsc would read the source as TypeScript.
    readFile: (name) => {
      const source = sources.find((one) => name === `${one}.ts`)
      return source === undefined ? null : fs.readFileSync(path.join(folder, `${source}.as`), "utf8")
    },
    writeFile: (_, contents) => {
      compiled = contents as Uint8Array
    },
    listFiles: () => []
  })
  if (error !== null || compiled === null) throw new Error(stderr.toString())
  return compiled
}

if (process.argv[1] === fileURLToPath(import.meta.url)) fs.writeFileSync(binary, await compile())
